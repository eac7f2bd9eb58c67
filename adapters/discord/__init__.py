"""Discord: text channels, threads, forums and private messages, through discord.py."""

from typing import Any

from adapters.discord.settings import DiscordSettings
from bot.networks import Adapter, Plugin, Services, Step

_PORTAL = "https://discord.com/developers/applications"


def _build(settings: Any, services: Services) -> Adapter:
    from adapters.discord.adapter import build  # its library is slow to load, and large

    return build(settings, services)


plugin = Plugin(
    name="discord",
    title="Discord",
    settings=DiscordSettings,
    build=_build,
    guide=(
        Step(do='Press "New Application", give it your shop\'s name.', url=_PORTAL),
        Step(
            do='Under Bot press "Reset Token", copy it to token in [networks.discord].',
            url=_PORTAL,
            finding="token",
        ),
        Step(
            do='Under Bot, Privileged Gateway Intents, switch on "Message Content Intent".',
            url=_PORTAL,
            finding="message content intent",
        ),
        Step(
            do="Under OAuth2, URL Generator, tick bot and applications.commands; below, tick View "
            "Channels, Send Messages, Create Public Threads, Send Messages in Threads, Embed "
            "Links, Attach Files, Read Message History and Manage Messages. Open the address "
            "that stands below and choose your server.",
            url=_PORTAL,
            finding="server",
        ),
    ),
)
