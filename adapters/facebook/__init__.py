"""A Facebook Page and its Messenger, by the Graph API."""

from adapters.facebook.adapter import Facebook, build
from adapters.facebook.guide import GUIDE
from adapters.facebook.settings import FacebookSettings
from adapters.facebook.webhook import accept
from bot.networks import Plugin

__all__ = ["Facebook", "FacebookSettings", "plugin"]

plugin = Plugin(
    name="facebook",
    title="Facebook",
    settings=FacebookSettings,
    build=build,
    accept=accept,
    guide=GUIDE,
)
