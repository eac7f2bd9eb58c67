"""Counting after a storm: what was taken, sent, lost, repeated, and what only a person can tell."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import sqlalchemy as sa

from adapters.sandbox import Entry, Like, entries_in
from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.db import Database, Session, Writer
from bot.inbox.models import Event, EventState
from bot.networks import Settle
from bot.outbox import service as outbox
from bot.outbox.models import Delivery, DeliveryState
from bot.suppliers.partners import add_supplier
from bot.watching.needs_look import waiting
from tests.suppliers import shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """``unknown``: key → whether it had arrived after all; all of them stood under "Needs a
    look". ``wrong``: every broken promise as a sentence; empty is what we want."""

    taken: int
    events: int
    deliveries: int
    sent: int
    lost: int
    repeated: int
    unknown: dict[str, bool]
    wrong: tuple[str, ...] = ()


@dataclass(slots=True)
class Books:
    """The database's side and the network's side of one storm."""

    events: Sequence[Event]
    deliveries: Sequence[tuple[Delivery, Channel]]
    there: Sequence[Entry]

    @classmethod
    def open(cls, database: Database, file: Path, since: int) -> "Books":
        with database.reading() as session:
            events = session.scalars(sa.select(Event)).all()
            found = session.execute(
                sa.select(Delivery, Channel)
                .join(Channel, Channel.id == Delivery.channel_id)
                .order_by(Delivery.turn_at, Delivery.id)
            )
            deliveries = [(delivery, channel) for delivery, channel in found]
        return cls(events, deliveries, entries_in(file)[since:])


def open_shop(database: Database) -> None:
    """With a supplier whose letters go to a network where only looking tells what was sent, and
    without guards against bursts: they would only make a storm wait."""

    def command(session: Session) -> None:
        shop.open_shop(session)
        for like in Like:
            ensure(session, network="sandbox", account=like.value, remote_id="square")
        alba = add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])
        office = ensure(session, network="sandbox", account="facebook", remote_id="alba")
        alba.channel_id = office.id
        session.flush()
        session.execute(sa.update(Channel).values(burst_most=1_000_000))

    with Writer(database) as writer:
        writer.run_blocking(command)


def look_after(database: Database, file: Path) -> dict[str, bool]:
    """Be the person who looks at each unknown delivery: it is there, or it is sent again.

    Gives the key of each with whether it had arrived. Ends when the tray is empty.
    """
    found: dict[str, bool] = {}
    there = {entry.key for entry in entries_in(file)}

    def decide(session: Session) -> int:
        stuck = [session.need(Delivery, one.id) for one in waiting(session)]
        for row in stuck:
            account = session.need(Channel, row.channel_id).account
            assert row.state is DeliveryState.UNKNOWN, f"{row.key}: {row.state}, {row.note}"
            assert Like(account).capabilities.settle is Settle.ASK, f"{row.key}: could be found out"
            found[row.key] = row.key in there
            if found[row.key]:
                outbox.mark_sent(session, row)
            else:
                outbox.retry(session, row)
        return len(stuck)

    with Writer(database) as writer:
        while writer.run_blocking(decide):
            pass
    return found


def count(
    took: set[str],
    database: Database,
    file: Path,
    unknown: dict[str, bool],
    *,
    apart: float = 0.0,
    since: int = 0,
) -> Tally:
    """Compare what was acknowledged, what is stored, and what the network has.

    ``apart``: posts of one conversation written by two processes within so many seconds have no
    order of their own; ``since``: so much lay in the file before.
    """
    books = Books.open(database, file, since)
    times = Counter(entry.key for entry in books.there)
    stored = {one.dedupe_key for one in books.events} | {row.key for row, _ in books.deliveries}
    sent = {row.key for row, _ in books.deliveries if row.state is DeliveryState.SENT}
    wrong = (
        *(f"I1: acknowledged and gone: {key}" for key in sorted(took - stored)),
        *_left_over(books),
        *_not_once(books, sent, times),
        *(f"I4: nobody asked for {key}" for key in times if key not in stored),
        *_out_of_order(books, unknown, apart),
        *_damaged(database),
    )
    return Tally(
        taken=len(took),
        events=len(books.events),
        deliveries=len(books.deliveries),
        sent=len(sent),
        lost=len(took - stored) + len(sent - set(times)),
        repeated=sum(often > 1 for often in times.values()),
        unknown=unknown,
        wrong=wrong,
    )


def _left_over(books: Books) -> Iterator[str]:
    """I2: every event is read, every delivery has an end."""
    for one in books.events:
        if one.state is not EventState.DONE:
            yield f"I2: the event {one.dedupe_key} is left {one.state}: {one.problem}"
    for row, _ in books.deliveries:
        if row.state is not DeliveryState.SENT:
            yield f"I2: {row.key} is left {row.state}: {row.note}"


def _not_once(books: Books, sent: set[str], times: Counter[str]) -> Iterator[str]:
    """I3: what was sent is there once."""
    for row, at in books.deliveries:
        if row.key in sent and not times[row.key]:
            yield f"I3: said to be sent and never arrived: {row.key}"
        if times[row.key] > 1:
            yield f"I3: {row.key} arrived {times[row.key]} times on {at.account}"


def _damaged(database: Database) -> Iterator[str]:
    """I6: the database's own checks. PostgreSQL keeps its foreign keys by itself."""
    if database.is_sqlite:
        with database.readers.connect() as connection:
            for check in ("integrity_check", "foreign_key_check"):
                for row in connection.exec_driver_sql(f"PRAGMA {check}"):
                    if row != ("ok",):
                        yield f"I6: {check}: {row}"


def _out_of_order(books: Books, unknown: dict[str, bool], apart: float) -> Iterator[str]:
    """I5: what a person had to decide about left out, each conversation arrived in its order."""
    at = {entry.key: number for number, entry in enumerate(books.there)}
    latest: dict[str, list[Delivery]] = defaultdict(list)
    for row, _ in books.deliveries:
        if row.key in at and row.key not in unknown:
            latest[row.conversation].append(row)
    for rows in latest.values():
        for before, after in pairwise(rows):
            late = at[before.key] > at[after.key]
            if late and (after.turn_at - before.turn_at).total_seconds() > apart:
                yield f"I5: {after.key} arrived before {before.key}"
