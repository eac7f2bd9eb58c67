"""From an update of Telegram's Bot API to our own words. Pure."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from adapters.telegram.updates import (
    Chat,
    File,
    MemberUpdate,
    Message,
    Named,
    PollAnswer,
    Press,
    Reaction,
    Update,
    User,
    read,
)
from bot.networks import Author, EventKind, InboundEvent, Media, NotUnderstood

NETWORK = "telegram"
FILE = "telegram:"  # begins the name of a file that only the bot can fetch
TOPIC = "topic:"  # begins a thread that is a forum's topic, and no message

_UNREADABLE = (msgspec.MsgspecError, ValueError, OverflowError, OSError, RecursionError)
# https://core.telegram.org/bots/features#commands
_COMMAND = re.compile(r"/(\w{1,32})(?:@(\w+))?(?:\s+(.*))?\Z", re.ASCII | re.DOTALL)
_MEDIA_TYPES = {
    "video": "video/mp4",
    "animation": "video/mp4",
    "document": "application/octet-stream",
    "audio": "audio/mpeg",
    "voice": "audio/ogg",
    "video_note": "video/mp4",
    "sticker": "image/webp",
}


def translate(raw: bytes, *, account: str, username: str = "") -> InboundEvent | NotUnderstood:
    """The event of one update; the first where it is several (see `heard`). Most are messages, and
    those go the shortest way."""
    try:
        update = read(raw)
        reader = _Reader(raw, update, account, username)
        if update.message:
            return reader.said(update.message, EventKind.MESSAGE)
        return next(reader.events())
    except _UNREADABLE as error:
        return not_understood(raw, account, str(error))


def heard(raw: bytes, *, account: str, username: str = "") -> list[InboundEvent | NotUnderstood]:
    """What one update says; one event, but for somebody who changes their reaction.

    ``account``: our bot's own id, by which we know ourselves; ``username``: by which others call
    it, without "@": commands for other bots are none for us. Kinds that are of no use to us become
    `EventKind.IGNORED`; what can't be read at all becomes `NotUnderstood`, never an error.
    """
    try:
        return list(_Reader(raw, read(raw), account, username).events())
    except _UNREADABLE as error:
        return [not_understood(raw, account, str(error))]


def not_understood(raw: bytes, account: str, why: str) -> NotUnderstood:
    return NotUnderstood(
        network=NETWORK,
        account=account,
        dedupe_key=hashlib.sha256(raw).hexdigest(),
        raw=raw,
        reason=f"Telegram's update is not as its documentation says: {why}",
    )


def query_of(raw: bytes) -> str | None:
    """The id of a button's press, which waits for an answer and shows a turning wheel till then."""
    try:
        press = read(raw).callback_query
    except _UNREADABLE:
        return None
    return press.id if press else None


def poll_shown(raw: bytes, *, account: str, poll: str, channel: str, message: str) -> InboundEvent:
    """Remembers where a poll of ours stands: votes name only the poll. ``raw``: what we know it
    by."""
    return InboundEvent(
        network=NETWORK,
        account=account,
        dedupe_key=_poll_key(poll),
        kind=EventKind.IGNORED,
        occurred_at=datetime.now(UTC),
        channel=channel,
        conversation=_poll_key(poll),
        message=message,
        raw=raw,
        author=Author(id=account, is_self=True, is_bot=True),
        data={"origin": {"channel": channel, "message": message}},
    )


def _poll_key(poll: str) -> str:
    return f"poll:{poll}"


class _Reader:
    """One update on its way to events."""

    __slots__ = ("account", "raw", "update", "username")

    def __init__(self, raw: bytes, update: Update, account: str, username: str) -> None:
        self.raw, self.update = raw, update
        self.account, self.username = account, username

    def events(self) -> Iterator[InboundEvent]:
        update = self.update
        if said := update.message or update.channel_post:
            yield self.said(said, EventKind.MESSAGE)
        elif said := update.edited_message or update.edited_channel_post:
            yield self.said(said, EventKind.EDIT)
        elif update.callback_query:
            yield self._pressed(update.callback_query)
        elif update.message_reaction:
            yield from self._reacted(update.message_reaction)
        elif update.poll_answer:
            yield self._voted(update.poll_answer)
        elif member := update.my_chat_member or update.chat_member:
            yield self._member(member)
        else:
            yield self._event(EventKind.IGNORED, channel="")

    def said(self, said: Message, kind: EventKind) -> InboundEvent:
        if said.migrate_to_chat_id is not None:
            to = {"to": str(said.migrate_to_chat_id)}
            return self._in(said.chat, EventKind.CHANNEL_MOVED, said.date, data=to)
        if said.is_automatic_forward and kind is EventKind.MESSAGE:
            return self._forwarded(said)
        text, media = said.text or said.caption, () if said.text else tuple(_media(said))
        data: dict[str, Any] = {"name": said.chat.title} if said.chat.title else {}
        is_new = kind is EventKind.MESSAGE
        if is_new and text.startswith("/") and (command := _COMMAND.match(text)):
            name, addressed, words = command.groups()
            kind, text = EventKind.COMMAND, words or ""
            data["command"] = name.lower()
            if addressed and self.username and addressed.lower() != self.username.lower():
                kind = EventKind.IGNORED
        elif not text and not media:
            kind = EventKind.IGNORED  # somebody came, a title changed, a place was shared …
        channel = str(said.chat.id)
        reply_to, thread = _place(said)
        conversation = channel
        if thread:
            conversation = f"{channel}:{thread}"
            data |= _about(said)
        elif said.media_group_id:
            conversation = f"{channel}:album:{said.media_group_id}"
        return InboundEvent(
            network=NETWORK,
            account=self.account,
            dedupe_key=str(self.update.update_id),
            kind=kind,
            occurred_at=datetime.fromtimestamp(said.edit_date or said.date, UTC),
            channel=channel,
            raw=self.raw,
            conversation=conversation,
            message=str(said.message_id),
            reply_to=reply_to,
            thread=thread,
            author=self._author(said),
            text=text,
            media=media,
            private=said.chat.type == "private",
            data=data,
        )

    def _forwarded(self, said: Message) -> InboundEvent:
        """A post of a channel, which Telegram puts into its discussion group: people comment it
        there, and what they say is about the post in the channel."""
        origin = _origin(said)
        key = _post_key(said.chat, said.message_id)
        return self._in(
            said.chat,
            EventKind.IGNORED,
            said.date,
            dedupe_key=key,
            conversation=f"{said.chat.id}:{said.message_id}",
            message=str(said.message_id),
            author=self._author(said),
            text=said.text or said.caption,
            data={"origin": origin} if origin else {},
        )

    def _author(self, said: Message) -> Author:
        """Who speaks in the name of a channel or group is that channel or group. What a channel
        says in itself, and in its discussion group, is said by us."""
        if (chat := said.sender_chat) or said.sender is None:
            chat = chat or said.chat
            ours = said.chat.type == "channel" or said.is_automatic_forward
            return Author(id=str(chat.id), name=chat.title, is_self=ours)
        return self._person(said.sender)

    def _person(self, sender: User) -> Author:
        id = str(sender.id)
        return Author(id=id, name=sender.name, is_self=id == self.account, is_bot=sender.is_bot)

    def _who(self, user: User | None, chat: Chat | None) -> Author | None:
        if user is not None:
            return self._person(user)
        return Author(id=str(chat.id), name=chat.title) if chat else None

    def _pressed(self, press: Press) -> InboundEvent:
        """It has no date of its own, and hangs below the message with the button. Below a channel's
        post it is answered in private: everybody would get what is said in the channel."""
        below = press.message
        if below is None or not press.data:
            return self._event(EventKind.IGNORED, channel="")
        channel, message = str(below.chat.id), str(below.message_id)
        author = self._person(press.sender)
        where: dict[str, Any] = {"channel": channel, "message": message, "reply_to": message}
        data: dict[str, Any] = {"value": press.data}
        if below.chat.type == "channel":
            where = {"channel": author.id}
            data["origin"] = {"channel": channel, "message": message}
        return self._event(
            EventKind.BUTTON,
            **where,
            conversation=f"{channel}:{message}",
            thread=where.get("reply_to"),
            author=author,
            private=below.chat.type in {"private", "channel"},
            data=data,
        )

    def _reacted(self, reaction: Reaction) -> Iterator[InboundEvent]:
        before = [one.name for one in reaction.old_reaction]
        now = [one.name for one in reaction.new_reaction]
        changes = [(EventKind.REACTION, emoji) for emoji in now if emoji not in before]
        changes += [(EventKind.REACTION_REMOVED, one) for one in before if one not in now]
        message = str(reaction.message_id)
        for number, (kind, emoji) in enumerate(changes or [(EventKind.IGNORED, "")]):
            id = str(self.update.update_id)
            yield self._in(
                reaction.chat,
                kind,
                reaction.date,
                dedupe_key=f"{id}:{number}" if number else id,
                conversation=f"{reaction.chat.id}:{message}",
                message=message,
                reply_to=message,
                author=self._who(reaction.user, reaction.actor_chat),
                data={"emoji": emoji},
            )

    def _voted(self, answer: PollAnswer) -> InboundEvent:
        key = _poll_key(answer.poll_id)
        return self._event(
            EventKind.POLL_VOTE,
            channel="",
            conversation=key,
            author=self._who(answer.user, answer.voter_chat),
            data={"options": answer.option_ids, "about": key},
        )

    def _member(self, update: MemberUpdate) -> InboundEvent:
        """In private, that we are kicked out means that we are blocked; it is they who left."""
        was, now = update.old_chat_member.is_in, update.new_chat_member.is_in
        changes = {(False, True): EventKind.MEMBER_JOINED, (True, False): EventKind.MEMBER_LEFT}
        private = update.chat.type == "private"
        whom = update.sender if private else update.new_chat_member.user or update.sender
        if update is self.update.my_chat_member and not private:
            author = Author(id=self.account, is_self=True, is_bot=True)
        else:
            author = self._person(whom)
        return self._in(
            update.chat,
            changes.get((was, now), EventKind.IGNORED),
            update.date,
            author=author,
            data={"name": update.chat.title} if update.chat.title else {},
        )

    def _in(self, chat: Chat, kind: EventKind, date: int, **what: Any) -> InboundEvent:
        what.setdefault("occurred_at", datetime.fromtimestamp(date, UTC))
        what.setdefault("conversation", str(chat.id))
        return self._event(kind, channel=str(chat.id), private=chat.type == "private", **what)

    def _event(self, kind: EventKind, **what: Any) -> InboundEvent:
        what.setdefault("dedupe_key", str(self.update.update_id))
        what.setdefault("occurred_at", datetime.now(UTC))
        return InboundEvent(network=NETWORK, account=self.account, kind=kind, raw=self.raw, **what)


def _place(said: Message) -> tuple[str | None, str | None]:
    """The message that is answered, and the thread. In a topic everything answers the message that
    opened it, unless it answers another."""
    answered = said.reply_to_message.message_id if said.reply_to_message else None
    if said.is_topic_message and answered == said.message_thread_id:
        answered = None
    reply_to = None if answered is None else str(answered)
    if said.message_thread_id is None:
        return reply_to, reply_to
    return reply_to, f"{TOPIC if said.is_topic_message else ''}{said.message_thread_id}"


def _about(said: Message) -> dict[str, Any]:
    """What a comment below a channel's post is about: told by Telegram where it answers the post
    itself, else known from when the post came into the group."""
    if said.reply_to_message and (origin := _origin(said.reply_to_message)):
        return {"origin": origin}
    if said.message_thread_id is None or said.is_topic_message:
        return {}
    return {"about": _post_key(said.chat, said.message_thread_id)}


def _origin(said: Message | Named) -> dict[str, str] | None:
    origin = said.forward_origin
    if not said.is_automatic_forward or not origin or not origin.chat or not origin.message_id:
        return None
    return {"channel": str(origin.chat.id), "message": str(origin.message_id)}


def _post_key(chat: Chat, message: int) -> str:
    return f"post:{chat.id}:{message}"


def _media(said: Message) -> Iterator[Media]:
    """An address is told only with our token in it, so the file's own name stands for it."""
    if said.photo:
        yield Media(url=f"{FILE}{said.photo[-1].file_id}", type="image/jpeg")
    for name, usual in _MEDIA_TYPES.items():
        file: File | None = getattr(said, name)
        if name == "document" and said.animation:
            continue  # the same again, for programs that know no animations
        if file is not None:
            url = f"{FILE}{file.file_id}"
            yield Media(url=url, type=file.mime_type or usual, alt=file.emoji)
