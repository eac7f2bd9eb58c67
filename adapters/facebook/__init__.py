"""A Facebook Page and its Messenger, by the Graph API."""

from typing import Any

from adapters.facebook.guide import GUIDE
from adapters.facebook.settings import FacebookSettings
from adapters.facebook.webhook import accept
from bot.networks import Adapter, Plugin, Services


def _build(settings: Any, services: Services) -> Adapter:
    from adapters.facebook.adapter import build  # its library is slow to load, and large

    return build(settings, services)


plugin = Plugin(
    name="facebook",
    title="Facebook",
    settings=FacebookSettings,
    build=_build,
    accept=accept,
    guide=GUIDE,
)
