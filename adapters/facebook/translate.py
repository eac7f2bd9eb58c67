"""From what Facebook tells us to our own words. Pure.

Fields as in https://developers.facebook.com/docs/graph-api/webhooks/reference/page and
https://developers.facebook.com/docs/messenger-platform/reference/webhook-events. A call carries
many events; each is read by itself, so that one that can't be read spoils no other.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from adapters.facebook import feed, messenger
from adapters.facebook.shapes import NETWORK, Seen
from bot.networks import EventKind, InboundEvent, NotUnderstood

Event = InboundEvent | NotUnderstood
_T = TypeVar("_T")


class _Call(msgspec.Struct, gc=False):
    object: str
    entry: list[msgspec.Raw]


class _Entry(msgspec.Struct, gc=False):
    id: str
    time: int = 0
    changes: list[msgspec.Raw] = []
    messaging: list[msgspec.Raw] = []
    standby: list[msgspec.Raw] = []  # another app talks to the person; we only listen in


class _Change(msgspec.Struct, gc=False):
    field: str
    value: msgspec.Raw = msgspec.Raw(b"{}")


_WRONG = (
    msgspec.MsgspecError,
    ValueError,
    OverflowError,
    OSError,
    RecursionError,
    TypeError,
    KeyError,
)


def translate(body: bytes, *, page: str) -> list[Event]:
    """Every event of one webhook call, in its order. ``page``: our own id, by which we know
    ourselves. What can't be read becomes `NotUnderstood` with its own bytes, never an error."""
    try:
        call = read(body, _Call)
    except _WRONG as error:
        return [_not_understood(page, body, f"The call is not as documented: {error}")]
    found: list[Event] = []
    for raw in call.entry:
        found += _entry(call.object, bytes(raw), page)
    return found


def _entry(thing: str, raw: bytes, page: str) -> list[Event]:
    try:
        entry = read(raw, _Entry)
    except _WRONG as error:
        return [_not_understood(page, raw, f"An entry is not as documented: {error}")]
    events: list[Event] = []
    for name, ones in (
        ("changes", entry.changes),
        ("messaging", entry.messaging),
        ("standby", entry.standby),
    ):
        for one in ones:
            alone = _alone(thing, entry, name, bytes(one))
            events.append(_one(thing, entry, name, bytes(one), alone, page))
    return events or [ignored(Seen(page=page, raw=raw, told_at=None))]


def _one(thing: str, entry: _Entry, name: str, part: bytes, alone: bytes, page: str) -> Event:
    try:
        seen = Seen(page=page, raw=alone, told_at=_moment(entry.time))
        if thing != "page" or entry.id != page or name == "standby":
            return ignored(seen)
        if name == "messaging":
            return messenger.event(seen, read(part, messenger.Told))
        change = read(part, _Change)
        if change.field != "feed":
            return ignored(seen)
        return feed.event(seen, read(bytes(change.value), feed.Value))
    except _WRONG as error:
        return _not_understood(page, alone, f"An event is not as documented: {error}")


def ignored(seen: Seen) -> InboundEvent:
    """Known, or of another page or app, and of no use to us."""
    return seen.event(
        kind=EventKind.IGNORED, dedupe_key=hashlib.sha256(seen.raw).hexdigest(), at=None
    )


def read(raw: bytes, what: type[_T]) -> _T:
    """As msgspec does, but half a character (JSON can spell it) does not spoil the rest."""
    try:
        return msgspec.json.decode(raw, type=what, strict=False)
    except msgspec.DecodeError as error:
        if isinstance(error, msgspec.ValidationError):
            raise
        return msgspec.json.decode(_whole(raw), type=what, strict=False)


def _whole(raw: bytes) -> bytes:
    text = json.dumps(json.loads(raw), ensure_ascii=False)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _alone(thing: str, entry: _Entry, name: str, part: bytes) -> bytes:
    """The event as a call of its own, which reads the same again."""
    head = json.dumps({"object": thing, "id": entry.id, "time": entry.time})
    kind, _, rest = head.partition(', "id"')
    return f'{kind}, "entry": [{{"id"{rest[:-1]}, "{name}": ['.encode() + part + b"]}]}"


def _moment(told: int) -> datetime | None:
    """Messenger's entries count milliseconds, a feed's count seconds; none is 0."""
    if not told:
        return None
    return datetime.fromtimestamp(told / 1000 if told > 10**11 else told, UTC)


def _not_understood(page: str, raw: bytes, reason: str) -> NotUnderstood:
    key = hashlib.sha256(raw).hexdigest()
    return NotUnderstood(network=NETWORK, account=page, dedupe_key=key, raw=raw, reason=reason)


def found_by_looking(what: Any, *, page: str, field: str = "feed") -> Event:
    """An event in the shape that the webhook gives, so that both make the same of it."""
    if field == "feed":
        entry = {"id": page, "time": 0, "changes": [{"field": "feed", "value": what}]}
    else:
        entry = {"id": page, "time": 0, "messaging": [what]}
    [event] = translate(json.dumps({"object": "page", "entry": [entry]}).encode(), page=page)
    return event
