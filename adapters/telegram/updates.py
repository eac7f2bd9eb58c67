"""What Telegram sends, as far as we use it. Pure.

Fields as in https://core.telegram.org/bots/api#update. Only what we use is named; msgspec skips the
rest without making objects of it, which is why this reads about five times as many updates a
second as python-telegram-bot's own classes do.
"""

import msgspec


class _Part(msgspec.Struct, gc=False):
    """A JSON object; fields that are not named here are passed over."""


class User(_Part):
    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Chat(_Part):
    id: int
    type: str
    title: str = ""


class Origin(_Part):
    """Where something forwarded was said first; ``chat`` and number only where by a channel."""

    type: str = ""
    chat: Chat | None = None
    message_id: int | None = None


class Named(_Part):
    """A message of which little more than the number matters."""

    message_id: int
    chat: Chat
    is_automatic_forward: bool = False
    forward_origin: Origin | None = None


class File(_Part):
    file_id: str
    mime_type: str = ""
    emoji: str = ""  # of a sticker


class Message(_Part):
    message_id: int
    date: int  # seconds since 1970
    chat: Chat
    sender: User | None = msgspec.field(name="from", default=None)
    sender_chat: Chat | None = None  # speaks as a channel or as the group itself
    text: str = ""
    caption: str = ""  # the text below a picture
    edit_date: int = 0
    message_thread_id: int | None = None  # a topic, or the post that is commented on
    is_topic_message: bool = False
    reply_to_message: Named | None = None
    is_automatic_forward: bool = False  # a post of the channel to which the group belongs
    forward_origin: Origin | None = None
    media_group_id: str = ""  # an album
    migrate_to_chat_id: int | None = None
    photo: list[File] = []  # the same picture in several sizes, the largest last
    video: File | None = None
    animation: File | None = None
    document: File | None = None
    audio: File | None = None
    voice: File | None = None
    video_note: File | None = None
    sticker: File | None = None


class Press(_Part):
    """A button under a message was pressed."""

    id: str
    sender: User = msgspec.field(name="from")
    message: Named | None = None
    data: str = ""


class ReactionType(_Part):
    type: str
    emoji: str = ""
    custom_emoji_id: str = ""

    @property
    def name(self) -> str:
        return self.emoji or (f"custom:{self.custom_emoji_id}" if self.custom_emoji_id else "⭐")


class Reaction(_Part):
    """All that one person has under a message, before and now."""

    chat: Chat
    message_id: int
    date: int
    old_reaction: list[ReactionType]
    new_reaction: list[ReactionType]
    user: User | None = None
    actor_chat: Chat | None = None


class PollAnswer(_Part):
    """In which chat the poll stands is not told."""

    poll_id: str
    option_ids: list[int]
    user: User | None = None
    voter_chat: Chat | None = None


class Membership(_Part):
    status: str
    user: User | None = None
    is_member: bool = False  # of somebody restricted

    @property
    def is_in(self) -> bool:
        restricted = self.status == "restricted" and self.is_member
        return restricted or self.status in {"creator", "administrator", "member"}


class MemberUpdate(_Part):
    chat: Chat
    sender: User = msgspec.field(name="from")
    date: int
    old_chat_member: Membership
    new_chat_member: Membership


class Update(_Part):
    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    channel_post: Message | None = None
    edited_channel_post: Message | None = None
    callback_query: Press | None = None
    message_reaction: Reaction | None = None
    poll_answer: PollAnswer | None = None
    my_chat_member: MemberUpdate | None = None
    chat_member: MemberUpdate | None = None


# Reactions and joins come only when they are asked for by name.
ALLOWED = [name for name in Update.__struct_fields__ if name != "update_id"]


class _Numbered(_Part):
    update_id: int


class _Batch(_Part):
    result: list[msgspec.Raw]


_split = msgspec.json.Decoder(_Batch).decode
_number = msgspec.json.Decoder(_Numbered).decode
read = msgspec.json.Decoder(Update).decode


def split(body: bytes) -> list[bytes]:
    """The updates in an answer to getUpdates, each as its bytes came. Raises `ValueError`."""
    try:
        return [bytes(one) for one in _split(body).result]
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def number(raw: bytes) -> int | None:
    """By which the update is acknowledged, even where nothing else of it can be read."""
    try:
        return _number(raw).update_id
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
