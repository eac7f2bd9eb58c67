"""Taking in what the networks tell us: stored once, raw, before anybody is told we have it."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from bot.db import Session, insert_new
from bot.db.types import storable
from bot.inbox.models import Event, EventState
from bot.logs import mask
from bot.networks import InboundEvent, NotUnderstood
from bot.networks.port import Event as Incoming
from bot.tally import EVENTS

Key = tuple[str, str, str]

_UNIQUE = ("network", "account", "dedupe_key")
# PostgreSQL's B-tree takes keys of about 2,700 bytes; no network's own ids come near this.
_LONGEST_KEY = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """How many of the events were new, had been here before, and could not be understood."""

    new: int = 0
    repeated: int = 0
    quarantined: int = 0


def receive(session: Session, events: Sequence[Incoming]) -> Received:
    """Store the events that are not here yet. After COMMIT their senders may be told."""
    rows, inserted = _store(session, events)
    quarantined = sum(
        row["state"] is EventState.QUARANTINED and row["id"] in inserted for row in rows.values()
    )
    return Received(
        new=len(inserted) - quarantined,
        repeated=len(events) - len(inserted),
        quarantined=quarantined,
    )


def receive_together(session: Session, calls: Sequence[Sequence[Incoming]]) -> list[int]:
    """`receive` for what several senders wait for at the same time, as one statement. Gives each
    how many of theirs were new."""
    rows, inserted = _store(session, [event for events in calls for event in events])
    if len(inserted) == sum(map(len, calls)):
        return [len(events) for events in calls]
    new = {key for key, row in rows.items() if row["id"] in inserted}
    counts = []
    for events in calls:
        theirs = new & {_key(event) for event in events}
        new -= theirs
        counts.append(len(theirs))
    return counts


def _store(
    session: Session, events: Sequence[Incoming]
) -> tuple[dict[Key, dict[str, Any]], set[UUID]]:
    """The rows by their unique keys, and the ids of those that had not been here before."""
    now, ids = session.now(), session.ids.many(len(events))
    rows = {
        (row["network"], row["account"], row["dedupe_key"]): row
        for row in reversed([_row(event, id, now) for event, id in zip(events, ids, strict=True)])
    }
    inserted = insert_new(session, Event, [*reversed(rows.values())], unique=_UNIQUE)
    session.afterwards.append(partial(_count, events, rows.values(), inserted))
    if inserted:
        session.announce("inbox")
    return rows, inserted


def _key(event: Incoming) -> Key:
    return event.network, event.account, key_of(event.dedupe_key)


def _count(
    events: Sequence[Incoming], rows: Iterable[Mapping[str, Any]], inserted: Collection[UUID]
) -> None:
    repeated = Counter(event.network for event in events)
    for row in rows:
        if row["id"] in inserted:
            repeated[row["network"]] -= 1
            fine = row["state"] is EventState.NEW
            EVENTS.labels(row["network"], "new" if fine else "quarantined").inc()
    for network, times in repeated.items():
        EVENTS.labels(network, "repeated").inc(times)


def key_of(text: str) -> str:
    """A network's id as a key of ours: what can't be stored as it is never collides by that."""
    if len(text) <= _LONGEST_KEY and storable(text) == text:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{text[:80]}…{digest}"


def _row(event: Incoming, id: UUID, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": id,
        "network": event.network,
        "account": event.account,
        "dedupe_key": key_of(event.dedupe_key),
        "received_at": now,
        "raw": event.raw,
    }
    if isinstance(event, NotUnderstood):
        return row | _quarantined(event, now)
    conversation = event.conversation or event.thread or event.channel
    row["kind"] = event.kind
    row["conversation"] = key_of(f"{event.network}:{event.account}:{conversation}")
    row["occurred_at"] = _believable(event.occurred_at, now)
    row["details"] = _details(event)
    row["state"], row["problem"] = EventState.NEW, ""
    return row


def _quarantined(event: NotUnderstood, now: datetime) -> dict[str, Any]:
    return {
        "kind": None,
        "conversation": "",
        "occurred_at": now,
        "details": {},
        "state": EventState.QUARANTINED,
        "problem": mask(event.reason),
    }


def _believable(said: datetime, now: datetime) -> datetime:
    """Networks' clocks err: nothing was said in the future, nor before there were computers."""
    if said.tzinfo is None:
        said = said.replace(tzinfo=UTC)
    return now if said > now + timedelta(minutes=5) or said.year < 1990 else said


def _details(event: InboundEvent) -> dict[str, Any]:
    author = event.author
    return {
        "channel": key_of(event.channel),
        "message": event.message and key_of(event.message),
        "reply_to": event.reply_to and key_of(event.reply_to),
        "thread": event.thread and key_of(event.thread),
        "author": author
        and {
            "id": key_of(author.id),
            "name": author.name,
            "is_self": author.is_self,
            "is_bot": author.is_bot,
        },
        "text": event.text,
        "private": event.private,
        "media": [{"url": m.url, "type": m.type, "alt": m.alt} for m in event.media],
        "data": dict(event.data),
    }
