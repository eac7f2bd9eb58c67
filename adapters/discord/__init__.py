"""Discord, by its gateway and HTTP API: text channels, threads, forums, private messages."""

from typing import TYPE_CHECKING

from adapters.discord.settings import DiscordSettings
from bot.networks import Plugin, Services, Step

if TYPE_CHECKING:
    from adapters.discord.adapter import Discord

__all__ = ["DiscordSettings", "build", "plugin"]

_PORTAL = "https://discord.com/developers/applications"


def build(settings: DiscordSettings, services: Services) -> "Discord":
    from adapters.discord.adapter import Discord  # only who has a bot pays for the library

    return Discord(settings, services)


plugin = Plugin(
    name="discord",
    title="Discord",
    settings=DiscordSettings,
    build=build,
    guide=(
        Step(
            do="Open the Developer Portal, press New Application, give it your bot's name, and "
            "press Create.",
            url=_PORTAL,
        ),
        Step(
            do="Under Bot press Reset Token, put the token into config.toml under "
            "[networks.discord], and restart Hubbub.",
            url=_PORTAL,
            finding="token",
        ),
        Step(
            do='Under Bot switch on "Message Content Intent" and press Save Changes: without it '
            "Discord does not tell what people write.",
            url=_PORTAL,
            finding="message content",
        ),
        Step(
            do="Under OAuth2, URL Generator, tick bot and applications.commands, then View "
            "Channels, Send Messages, Send Messages in Threads, Create Public Threads, Embed "
            "Links, Attach Files, Read Message History, Create Polls and Manage Messages. Open "
            "the address below and choose your server.",
            url=_PORTAL,
            finding="servers",
        ),
        Step(
            do="Under General Information leave Interactions Endpoint URL empty.",
            url=_PORTAL,
            finding="commands",
        ),
        Step(do="Look here whether the bot is connected.", finding="connection"),
    ),
)
