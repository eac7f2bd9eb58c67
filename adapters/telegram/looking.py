"""What can be seen at Telegram of how we stand there: `examine` and `places`."""

from collections.abc import Callable, Mapping

from telegram import (
    Bot,
    ChatFullInfo,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberRestricted,
    User,
    WebhookInfo,
)
from telegram.constants import ChatMemberStatus, ChatType

from adapters.telegram import shaping
from adapters.telegram.client import our_errors
from bot.errors import NetworkError
from bot.networks import Finding, Health, Place

_PRIVACY = (
    "At @BotFather: /setprivacy, choose the bot, Disable; then take the bot out of the group and "
    "add it again. Or make it an admin of the group."
)
_MANY_WAITING = 100
_GONE = {ChatMemberStatus.LEFT, ChatMemberStatus.BANNED}
_ADMINS = {ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER}


def _finding(what: str, fine: bool, says: str, otherwise: str, then: str) -> Finding:
    if fine:
        return Finding(what=what, health=Health.OK, says=says)
    return Finding(what=what, health=Health.WARN, says=otherwise, then=then)


def _trouble(what: str, error: NetworkError, then: str) -> Finding:
    return Finding(what=what, health=Health.OFF, says=str(error), then=then)


async def at_bot(bot: Bot, webhook: str) -> list[Finding]:
    """Token, privacy mode, and whether what happens reaches us. ``webhook``: where Telegram should
    call, empty where we ask."""
    try:
        with our_errors(harmless=True):
            me = await bot.get_me()
            info = await bot.get_webhook_info()
    except NetworkError as error:
        then = "Take the token from @BotFather (/mybots, API Token) and put it into config.toml."
        return [_trouble("token", error, then)]
    return [
        Finding(
            what="token",
            health=Health.OK,
            says=f"The token of @{me.username} is valid; it does not end by itself.",
        ),
        *_heard_in_groups(me),
        _way_in(info, webhook),
    ]


def _heard_in_groups(me: User) -> list[Finding]:
    return [
        _finding(
            "groups",
            me.can_join_groups is not False,
            "The bot may be added to groups.",
            "The bot can't be added to groups.",
            "At @BotFather: /setjoingroups, choose the bot, Enable.",
        ),
        _finding(
            "privacy",
            bool(me.can_read_all_group_messages),
            "Privacy mode is off: the bot hears everything in its groups.",
            "Privacy mode is on: where the bot is no admin it hears only commands and replies.",
            _PRIVACY,
        ),
    ]


def _way_in(info: WebhookInfo, webhook: str) -> Finding:
    waiting = info.pending_update_count
    if info.url != webhook:
        says = "Telegram calls another address." if info.url else "Telegram does not call us yet."
        then = (
            "Restart Hubbub: it puts this right. If it comes back, another program has the token."
        )
        return Finding(what="updates", health=Health.WARN, says=says, then=then)
    if webhook and info.last_error_message:
        says = f"Telegram can't call us: {info.last_error_message}."
        then = (
            "Open the address with /health from outside: is it reached, with a valid certificate?"
        )
        return Finding(what="updates", health=Health.WARN, says=says, then=then)
    return _finding(
        "updates",
        waiting < _MANY_WAITING,
        f"What happens there reaches us; {waiting} updates wait.",
        f"What happens there waits for us: {waiting} updates.",
        "Does Hubbub run? Telegram keeps them for a day.",
    )


def places(seen: Mapping[str, str]) -> Finding:
    """Telegram tells no bot where it is a member."""
    return _finding(
        "places",
        bool(seen),
        f"Something was heard in {len(seen)} chats.",
        "No chat has been heard since the start, and Telegram lists none.",
        "Write a word in each group or channel where the bot is; then look again.",
    )


async def place(bot: Bot, account: str, id: str, name: str) -> Place:
    try:
        with our_errors(harmless=True):
            chat = await bot.get_chat(shaping.number(id))
    except NetworkError as error:
        return Place(channel=id, name=name or id, findings=(_not_there(error),))
    kind = "forum" if chat.is_forum else chat.type
    findings = tuple(await at_chat(bot, account, id))
    return Place(channel=id, name=chat.title or name or id, kind=kind, findings=findings)


def _not_there(error: NetworkError) -> Finding:
    then = "Add the bot there, in a channel as an admin."
    return _trouble("chat", error, then)


async def at_chat(bot: Bot, account: str, id: str) -> list[Finding]:
    """Whether we are there, may speak, attach and delete, and hear what is said."""
    try:
        with our_errors(harmless=True):
            chat = await bot.get_chat(shaping.number(id))
            if chat.type == ChatType.PRIVATE:
                return [Finding(what="chat", health=Health.OK, says="They have written to us.")]
            us = await bot.get_chat_member(chat.id, int(account))
            me = await bot.get_me()
    except NetworkError as error:
        return [_not_there(error)]
    if us.status in _GONE:
        says = f"The bot is not in {chat.title}."
        then = "Add the bot there, in a channel as an admin."
        return [Finding(what="chat", health=Health.OFF, says=says, then=then)]
    found = [Finding(what="chat", health=Health.OK, says=f"The bot is in {chat.title}.")]
    if chat.type == ChatType.CHANNEL:
        return [*found, _posts(us), await _discussed(bot, account, chat)]
    return [*found, *_in_group(chat, us, me)]


def _posts(us: ChatMember) -> Finding:
    posts = isinstance(us, ChatMemberAdministrator) and bool(us.can_post_messages)
    return _finding(
        "speak",
        posts,
        "The bot may post here.",
        "The bot may not post here.",
        "In the channel: Administrators, the bot, switch Post messages on.",
    )


async def _discussed(bot: Bot, account: str, chat: ChatFullInfo) -> Finding:
    """Comments under a channel's posts are messages in its discussion group."""
    if chat.linked_chat_id is None:
        says, then = (
            "The channel has no discussion group: nobody can comment.",
            ("In the channel: Discussion, choose a group, and add the bot to it as an admin."),
        )
        return Finding(what="discussion", health=Health.WARN, says=says, then=then)
    try:
        with our_errors(harmless=True):
            us = await bot.get_chat_member(chat.linked_chat_id, int(account))
            heard = us.status not in _GONE
    except NetworkError:
        heard = False
    return _finding(
        "discussion",
        heard,
        "Comments are heard in the channel's discussion group.",
        "The bot is not in the channel's discussion group: comments are not heard.",
        "Add the bot to the discussion group as an admin.",
    )


def _in_group(chat: ChatFullInfo, us: ChatMember, me: User) -> list[Finding]:
    admin = us.status in _ADMINS
    lets = _lets(chat, us)
    deletes = us.status == ChatMemberStatus.OWNER or (
        isinstance(us, ChatMemberAdministrator) and us.can_delete_messages
    )
    return [
        _finding(
            "speak",
            lets("can_send_messages"),
            "The bot may write here.",
            "The bot may not write here.",
            "In the group: Permissions, Send messages; or make the bot an admin.",
        ),
        _finding(
            "attach",
            lets("can_send_photos") and lets("can_send_videos"),
            "The bot may show pictures and films here.",
            "The bot may not show pictures or films here.",
            "In the group: Permissions, Send media; or make the bot an admin.",
        ),
        _finding(
            "hear",
            admin or bool(me.can_read_all_group_messages),
            "The bot hears what is said here.",
            "The bot hears only commands and replies here.",
            _PRIVACY,
        ),
        _finding(
            "reactions",
            admin,
            "Reactions and who comes and goes are told.",
            "Reactions and who comes and goes are told only to admins.",
            "In the group: Administrators, Add admin, choose the bot.",
        ),
        _finding(
            "delete",
            bool(deletes),
            "The bot may take other people's messages away.",
            "The bot may not take other people's messages away.",
            "In the group: Administrators, the bot, switch Delete messages on.",
        ),
    ]


def _lets(chat: ChatFullInfo, us: ChatMember) -> Callable[[str], bool]:
    """Whether a right is given: to us alone, or to everybody; admins have it."""

    def lets(right: str) -> bool:
        if us.status in _ADMINS:
            return True
        given = us if isinstance(us, ChatMemberRestricted) else chat.permissions
        return given is None or bool(getattr(given, right))

    return lets
