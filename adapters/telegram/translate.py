"""From an update of Telegram's Bot API to our own words. Pure.

Fields as in https://core.telegram.org/bots/api#update. Only what we use is named; msgspec skips the
rest without making objects of it, which is why this reads about five times as many updates a
second as python-telegram-bot's own classes do.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.networks import Author, EventKind, InboundEvent, NotUnderstood

NETWORK = "telegram"


class _Part(msgspec.Struct, gc=False):
    """A JSON object; fields that are not named here are passed over."""


class _User(_Part):
    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class _Chat(_Part):
    id: int
    type: str
    title: str = ""


class _Named(_Part):
    """A message of which only the number matters."""

    message_id: int
    chat: _Chat


class _Message(_Part):
    message_id: int
    date: int  # seconds since 1970
    chat: _Chat
    sender: _User | None = msgspec.field(name="from", default=None)
    sender_chat: _Chat | None = None  # speaks as a channel or as the group itself
    text: str = ""
    caption: str = ""  # the text below a picture
    edit_date: int = 0
    message_thread_id: int | None = None  # a topic, or the post that is commented on
    reply_to_message: _Named | None = None


class _Press(_Part):
    """A button under a message was pressed."""

    sender: _User = msgspec.field(name="from")
    message: _Named | None = None
    data: str = ""


class _Update(_Part):
    update_id: int
    message: _Message | None = None
    edited_message: _Message | None = None
    channel_post: _Message | None = None
    edited_channel_post: _Message | None = None
    callback_query: _Press | None = None


_read = msgspec.json.Decoder(_Update).decode


def translate(raw: bytes, *, account: str) -> InboundEvent | NotUnderstood:
    """The event of one update. ``account``: our bot's own id, by which we know ourselves.

    Kinds that are of no use to us become `EventKind.IGNORED`; what can't be read at all becomes
    `NotUnderstood`, never an error.
    """
    try:
        update = _read(raw)
        if said := update.message or update.channel_post:
            return _said(update, said, account, raw, EventKind.MESSAGE)
        if said := update.edited_message or update.edited_channel_post:
            return _said(update, said, account, raw, EventKind.EDIT)
        if update.callback_query:
            return _pressed(update, update.callback_query, account, raw)
    except (msgspec.MsgspecError, ValueError, OverflowError, OSError) as error:
        key = hashlib.sha256(raw).hexdigest()
        reason = f"Telegram's update is not as its documentation says: {error}"
        return NotUnderstood(
            network=NETWORK, account=account, dedupe_key=key, raw=raw, reason=reason
        )
    return _ignored(update, account, raw)


def _said(
    update: _Update, said: _Message, account: str, raw: bytes, kind: EventKind
) -> InboundEvent:
    channel = str(said.chat.id)
    reply_to = str(said.reply_to_message.message_id) if said.reply_to_message else None
    thread = reply_to if said.message_thread_id is None else str(said.message_thread_id)
    return InboundEvent(
        network=NETWORK,
        account=account,
        dedupe_key=str(update.update_id),
        kind=kind,
        occurred_at=datetime.fromtimestamp(said.edit_date or said.date, UTC),
        channel=channel,
        raw=raw,
        conversation=f"{channel}:{thread}" if thread else channel,
        message=str(said.message_id),
        reply_to=reply_to,
        thread=thread,
        author=_author(said, account),
        text=said.text or said.caption,
        private=said.chat.type == "private",
    )


def _author(said: _Message, account: str) -> Author:
    """Who speaks in the name of a channel or group is that channel or group."""
    if (chat := said.sender_chat) or said.sender is None:
        chat = chat or said.chat
        return Author(id=str(chat.id), name=chat.title)
    return _person(said.sender, account)


def _person(sender: _User, account: str) -> Author:
    id = str(sender.id)
    return Author(id=id, name=sender.name, is_self=id == account, is_bot=sender.is_bot)


def _pressed(update: _Update, press: _Press, account: str, raw: bytes) -> InboundEvent:
    """It has no date of its own, and what was pressed hangs below the message with the button."""
    below = press.message
    if below is None:
        return _ignored(update, account, raw)
    return _event(
        update,
        account,
        raw,
        kind=EventKind.BUTTON,
        channel=str(below.chat.id),
        conversation=f"{below.chat.id}:{below.message_id}",
        reply_to=str(below.message_id),
        thread=str(below.message_id),
        author=_person(press.sender, account),
        private=below.chat.type == "private",
        data={"value": press.data},
    )


def _ignored(update: _Update, account: str, raw: bytes) -> InboundEvent:
    return _event(update, account, raw, kind=EventKind.IGNORED, channel="")


def _event(update: _Update, account: str, raw: bytes, **what: Any) -> InboundEvent:
    return InboundEvent(
        network=NETWORK,
        account=account,
        dedupe_key=str(update.update_id),
        occurred_at=datetime.now(UTC),
        raw=raw,
        **what,
    )
