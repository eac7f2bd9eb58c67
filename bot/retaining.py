"""What is kept no longer than the shop says: each kind has its days, and goes by night."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.accounts.models import EntryLink, UserSession
from bot.db import Base, Session, Writer
from bot.engagement.forgetting import EXPIRED, forget_words
from bot.engagement.models import DataLink
from bot.engagement.persons.models import LinkCode
from bot.errors import DatabaseUnavailable
from bot.inbox.models import Event, EventState, Message
from bot.logs import log
from bot.media.models import Kept
from bot.outbox.models import Delivery, DeliveryState
from bot.settings import Retention
from bot.suggestions.models import Suggestion, Voice
from bot.suggestions.queries import CLOSED
from bot.suppliers.models import PortalLink, PortalSession

# One write takes so many rows: those who speak meanwhile wait for no more.
PORTION = 200
# And so many are remembered at once.
_AT_ONCE = 50_000
_HOUR = 3  # of the shop's day
_LOOK = 300.0  # seconds
_DIGEST = re.compile(r"[0-9a-f]{64}")
_WAITING = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.SENDING, DeliveryState.UNKNOWN)
# Never read for pictures: people's words, and what was noted about them, name none of ours.
_NO_PICTURES = {"event", "message", "signal", "voice", "delivery", "audit_entry", "media"}
_DOORS: tuple[type[Any], ...] = (
    EntryLink, UserSession, PortalLink, PortalSession, DataLink, LinkCode,
)  # fmt: skip
_log = log("retention")

Id = tuple[type[Any], UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What of one kind is past its days, and how some of it is let go, in one transaction."""

    ids: Sequence[Id]
    let_go: Callable[[Session, Sequence[Id]], None]


def due(session: Session, periods: Retention, most: int | None = None) -> Mapping[str, Due]:
    """By kind, those that the shop has given days: raw events, messages, media, sessions; not
    more than ``most`` of each."""
    found = {
        "raw events": (periods.raw_days, _raw, _empty_raw),
        "messages": (periods.messages_days, _messages, _empty_messages),
        "media nobody uses": (periods.media_days, _media, _delete),
        "sessions and links": (periods.sessions_days, _doors, _delete),
    }
    return {
        kind: Due(ids=look(session, session.now() - timedelta(days=days))[:most], let_go=let_go)
        for kind, (days, look, let_go) in found.items()
        if days
    }


def _raw(session: Session, before: datetime) -> list[Id]:
    """What a network sent, byte for byte, once it was understood."""
    old = sa.select(Event.id).where(
        Event.received_at < before, Event.state == EventState.DONE, Event.raw != b""
    )
    return [(Event, id) for id in session.scalars(old.order_by(Event.id))]


def _empty_raw(session: Session, some: Sequence[Id]) -> None:
    theirs = sa.update(Event).where(Event.workspace_id == session.workspace)
    ids = [id for _, id in some]
    session.execute(
        theirs.where(Event.id.in_(ids)).values(raw=b""),
        execution_options={"synchronize_session": False},
    )


def _messages(session: Session, before: datetime) -> list[Id]:
    """But for words that stand behind what is still open: those stay until it is closed."""
    still_open = (
        sa.select(Voice.message_id)
        .join(Suggestion, Suggestion.id == Voice.suggestion_id)
        .where(Suggestion.state.not_in(CLOSED))
    )
    old = sa.select(Message.id).where(
        Message.said_at < before, Message.text != "", Message.id.not_in(still_open)
    )
    return [(Message, id) for id in session.scalars(old.order_by(Message.id))]


def _empty_messages(session: Session, some: Sequence[Id]) -> None:
    for _, id in some:
        message = session.find(Message, id)
        if message is not None:
            message.text = ""
            forget_words(session, message, EXPIRED)


def _media(session: Session, before: datetime) -> list[Id]:
    old = session.execute(sa.select(Kept.id, Kept.sha256).where(Kept.kept_at < before)).all()
    used = _used(session) if old else set()
    return [(Kept, id) for id, digest in old if digest not in used]


def _used(session: Session) -> set[str]:
    """The digests that stand anywhere in a table: also of a room that came later."""
    waiting = sa.select(sa.cast(Delivery.content, sa.Text)).where(Delivery.state.in_(_WAITING))
    found = {digest for text in session.scalars(waiting) for digest in _DIGEST.findall(text)}
    for table in Base.metadata.sorted_tables:
        if table.name in _NO_PICTURES:
            continue
        for column in table.columns:
            if isinstance(column.type, sa.JSON | sa.Text) or _is_words(column):
                text = sa.cast(column, sa.Text)
                rows = session.connection().execute(
                    sa.select(text).where(sa.func.length(text) > 63)
                )
                found |= {digest for (cell,) in rows for digest in _DIGEST.findall(cell)}
    return found


def _is_words(column: sa.Column[Any]) -> bool:
    return isinstance(getattr(column.type, "impl", None), sa.Text)


def _doors(session: Session, before: datetime) -> list[Id]:
    """Of people and programs: long run out, so that they open nothing any more."""
    return [
        (kind, id)
        for kind in _DOORS
        for id in session.scalars(sa.select(kind.id).where(kind.expires_at < before))
    ]


def _delete(session: Session, some: Sequence[Id]) -> None:
    for kind in {kind for kind, _ in some}:
        ids = [id for of, id in some if of is kind]
        mine = sa.delete(kind).where(kind.workspace_id == session.workspace, kind.id.in_(ids))
        session.execute(mine, execution_options={"synchronize_session": False})


async def apply(writer: Writer, periods: Retention) -> dict[str, int]:
    """Let go of all that is due, in portions; by kind, how much it was. Who dies in between goes
    on the next time: what is gone is not due any more."""

    gone: Counter[str] = Counter()
    full = True
    while full:
        found = await asyncio.to_thread(_look, writer, periods)
        for kind, one in found.items():
            gone[kind] += len(one.ids)
            for start in range(0, len(one.ids), PORTION):
                some = one.ids[start : start + PORTION]
                await writer.run(lambda session, one=one, some=some: one.let_go(session, some))  # type: ignore[misc]  # lambda defaults
        full = any(len(one.ids) == _AT_ONCE for one in found.values())
    return dict(gone)


def _look(writer: Writer, periods: Retention) -> Mapping[str, Due]:
    with writer.database.reading() as session:
        return due(session, periods, _AT_ONCE)


async def run(writer: Writer, periods: Retention, zone: str) -> None:
    """Once a night, until cancelled."""
    clock, done = writer.database.clock, None
    while True:
        local = clock.now().astimezone(ZoneInfo(zone))
        if local.hour == _HOUR and done != local.date():
            try:
                gone = await apply(writer, periods)
                done = local.date()
                _log.info("what is past its days was let go", counts=gone)
            except DatabaseUnavailable as error:
                _log.warning("cannot let go of what is past its days", reason=str(error))
        await clock.sleep(_LOOK)
