"""Our own web chat: a community that needs no other network. Its client is our pages at /chat."""

from collections.abc import Sequence
from typing import Any

from adapters.webchat.adapter import WebChatSettings, build
from adapters.webchat.translate import COMMUNITY, COMMUNITY_NAME
from bot.networks import Plugin


def _routes(_house: Any) -> Sequence[Any]:
    from adapters.webchat.views import routes  # only where pages are served

    return routes


plugin = Plugin(
    name="webchat",
    title="Web chat",
    settings=WebChatSettings,
    build=build,
    routes=_routes,
    channels={COMMUNITY: COMMUNITY_NAME},
    always_on=True,
    one_at_a_time=False,
)
