"""Telegram, by its Bot API: groups, topics, channels with their discussion group, private chats."""

from typing import Any

from adapters.telegram.settings import TelegramSettings
from adapters.telegram.webhook import accept
from bot.networks import Adapter, Plugin, Services, Step

_BOTFATHER = "https://t.me/BotFather"


def _build(settings: Any, services: Services) -> Adapter:
    from adapters.telegram.adapter import build  # its library is slow to load, and large

    return build(settings, services)


plugin = Plugin(
    name="telegram",
    title="Telegram",
    settings=TelegramSettings,
    build=_build,
    accept=accept,
    guide=(
        Step(
            do="Open @BotFather, press Start, send /newbot, and answer with a name and a user "
            "name that ends in bot. It gives you a token.",
            url=_BOTFATHER,
        ),
        Step(
            do="Put the token into config.toml under [networks.telegram] and restart Hubbub.",
            finding="token",
        ),
        Step(
            do="At @BotFather send /setprivacy, choose the bot, press Disable: then it hears what "
            "is said in its groups. Do this before you add it anywhere.",
            url=_BOTFATHER,
            finding="privacy",
        ),
        Step(
            do="Open the group, press its name, Administrators, Add admin, and choose the bot: "
            "reactions and joins are told only to admins.",
            finding="groups",
        ),
        Step(
            do="Open the channel, press its name, Administrators, Add admin, choose the bot, and "
            "leave Post messages on. Under Discussion choose a group, and add the bot there too.",
        ),
        Step(
            do="Write a word in each group and channel: Telegram does not list them, so the bot "
            "knows those where it has heard something.",
            finding="places",
        ),
        Step(do="Look here whether what is said arrives.", finding="updates"),
    ),
)
