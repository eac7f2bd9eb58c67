"""What people write to the Page in private. Pure.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
"""

import hashlib
import re
from datetime import UTC, datetime

import msgspec

from adapters.facebook.shapes import Part, Seen, Who
from bot.networks import Author, EventKind, InboundEvent, Media

# What a menu's entry or the button "Get started" says to us; the rest are quick replies' values.
COMMAND = "command:"
_TYPED = re.compile(r"/([a-z]{2,20})(?:\s+|$)", re.IGNORECASE)
_TYPES = {"image": "image/*", "video": "video/*", "audio": "audio/*"}


class _Payload(Part):
    url: str = ""


class _Attachment(Part):
    type: str = ""
    payload: _Payload | None = None


class _Value(Part):
    payload: str = ""


class _Below(Part):
    mid: str = ""


class _Message(Part):
    mid: str
    text: str = ""
    is_echo: bool = False
    is_deleted: bool = False
    quick_reply: _Value | None = None
    reply_to: _Below | None = None
    attachments: list[_Attachment] = []


class _Edit(Part):
    mid: str
    text: str = ""
    num_edit: int = 0


class _Postback(Part):
    payload: str = ""
    title: str = ""
    mid: str = ""


class _Reaction(Part):
    mid: str
    action: str = "react"
    emoji: str = ""
    reaction: str = ""


class Told(Part):
    sender: Who | None = None
    recipient: Who | None = None
    timestamp: int | str = 0  # milliseconds; where we read it ourselves, ISO 8601
    message: _Message | None = None
    message_edit: _Edit | None = None
    postback: _Postback | None = None
    reaction: _Reaction | None = None
    read: msgspec.Raw = msgspec.Raw(b"")
    delivery: msgspec.Raw = msgspec.Raw(b"")


def event(seen: Seen, told: Told) -> InboundEvent:
    if told.sender is None or told.recipient is None:
        return _of_no_use(seen, told)
    if said := told.message:
        return _said(seen, told, said)
    if edit := told.message_edit:
        return _event(
            seen,
            told,
            EventKind.EDIT,
            key=f"{edit.mid}:edit:{edit.num_edit}",
            message=edit.mid,
            text=edit.text,
        )
    if press := told.postback:
        return _pressed(seen, told, press)
    if mark := told.reaction:
        removed = mark.action == "unreact"
        kind = EventKind.REACTION_REMOVED if removed else EventKind.REACTION
        return _event(
            seen,
            told,
            kind,
            key=f"{mark.mid}:{kind}:{told.sender.id}:{told.timestamp}",
            message=mark.mid,
            data={"emoji": mark.emoji or mark.reaction},
        )
    return _of_no_use(seen, told)  # reads, deliveries, opt-ins, whatever comes


def _said(seen: Seen, told: Told, said: _Message) -> InboundEvent:
    if said.is_deleted:
        return _event(seen, told, EventKind.DELETE, key=f"{said.mid}:delete", message=said.mid)
    kind, text = EventKind.MESSAGE, said.text
    data: dict[str, str] = {}
    if said.is_echo:
        pass  # our own words are never a command
    elif said.quick_reply and said.quick_reply.payload:
        kind, text, data = _chosen(said.quick_reply.payload, text)
    elif typed := _TYPED.match(text):
        kind, data = EventKind.COMMAND, {"command": typed[1].lower()}
        text = text[typed.end() :]
    return _event(
        seen,
        told,
        kind,
        key=f"{said.mid}:message",
        message=said.mid,
        reply_to=(said.reply_to and said.reply_to.mid) or None,
        text=text,
        media=_media(said),
        data=data,
    )


def _pressed(seen: Seen, told: Told, press: _Postback) -> InboundEvent:
    kind, text, data = _chosen(press.payload, press.title)
    who = told.sender.id if told.sender else ""
    key = press.mid or f"{who}:{told.timestamp}:{_digest(press.payload)}"
    return _event(
        seen,
        told,
        kind,
        key=f"{key}:message",
        message=press.mid or None,
        text=text,
        data=data,
    )


def _chosen(payload: str, label: str) -> tuple[EventKind, str, dict[str, str]]:
    if payload.startswith(COMMAND):
        return EventKind.COMMAND, "", {"command": payload.removeprefix(COMMAND)}
    return EventKind.BUTTON, label, {"value": payload}


def _event(
    seen: Seen,
    told: Told,
    kind: EventKind,
    *,
    key: str,
    message: str | None = None,
    reply_to: str | None = None,
    text: str = "",
    media: tuple[Media, ...] = (),
    data: dict[str, str] | None = None,
) -> InboundEvent:
    sender, recipient = told.sender, told.recipient
    assert sender is not None and recipient is not None
    by_us = sender.id == seen.page
    return seen.event(
        kind=kind,
        dedupe_key=key,
        at=_when(told),
        conversation=f"{seen.page}:{recipient.id if by_us else sender.id}",
        message=message,
        reply_to=reply_to,
        author=Author(id=sender.id, name=sender.name, is_self=by_us),
        text=text,
        media=media,
        private=True,
        data=data or {},
    )


def _of_no_use(seen: Seen, told: Told) -> InboundEvent:
    return seen.event(
        kind=EventKind.IGNORED, dedupe_key=hashlib.sha256(seen.raw).hexdigest(), at=_when(told)
    )


def _media(said: _Message) -> tuple[Media, ...]:
    return tuple(
        Media(url=one.payload.url, type=_TYPES.get(one.type, "application/octet-stream"))
        for one in said.attachments
        if one.payload and one.payload.url
    )


def _when(told: Told) -> datetime | None:
    if isinstance(told.timestamp, str):
        return datetime.fromisoformat(told.timestamp) if told.timestamp else None
    return datetime.fromtimestamp(told.timestamp / 1000, UTC) if told.timestamp else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
