"""Bugs in the front door and in the writer."""

import re
import sqlite3
from typing import Any

from adapters.sandbox import Sandbox
from bot.db import Session, Writer, insert_all
from bot.db import writer as writers
from bot.engagement import listening
from bot.inbox import service as inbox
from bot.inbox.models import Event, EventState
from tests.proof.simulation.planted import Patches, bug, instead


@bug("acknowledge before COMMIT")
def _early() -> Patches:
    def commit(self: Writer, batch: list[Any]) -> None:
        with self.database.writers.connect() as connection:
            try:
                transaction = connection.begin()
            except Exception as error:
                writers._tell(batch, [error] * len(batch), failed=True)
                return
            topics: set[str] = set()
            for order in batch:
                with self.database.session(connection) as session:
                    try:
                        result = writers._call(session, [order])[id(order)]
                        session.flush()
                    except Exception as error:
                        writers._tell([order], [error], failed=True)
                        return
                    topics |= session.topics
                    writers._tell([order], [result])
            try:
                transaction.commit()
            except Exception:
                connection.invalidate()
                return
        self.news.announce(topics)

    def each(self: Writer, batch: list[Any]) -> None:
        for one in batch:
            commit(self, [one])

    return [instead(Writer, "_commit", each)]


def _without_unique_key(connection: sqlite3.Connection) -> None:
    indexes = connection.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'event' AND type = 'index' AND sql NOTNULL"
    ).fetchall()
    ((table,),) = connection.execute(
        "SELECT sql FROM sqlite_master WHERE name = 'event' AND type = 'table'"
    ).fetchall()
    connection.execute("DROP TABLE event")
    connection.execute(re.sub(r",\s*CONSTRAINT \S+ UNIQUE \([^)]*\)", "", table))
    for (index,) in indexes:
        connection.execute(index)


@bug("no unique key on events", _without_unique_key)
def _no_unique_key() -> Patches:
    def insert(session: Session, table: Any, rows: Any, *, unique: Any) -> set[Any]:
        insert_all(session, table, rows)
        return {row["id"] for row in rows}

    return [instead(inbox, "insert_new", insert)]


@bug("offset before store")
def _offset_first() -> Patches:
    async def hand_over(self: Sandbox) -> None:
        if self._receive and self._unheard:
            events = tuple(self._unheard)
            self._unheard.clear()
            await self._receive(events)

    async def happen(self: Sandbox, event: Any) -> None:
        self._unheard.append(event)
        try:
            await hand_over(self)
        except Exception:
            return

    return [instead(Sandbox, "_hand_over", hand_over), instead(Sandbox, "happen", happen)]


@bug("a quarantine that drops")
def _drops() -> Patches:
    def put_aside(session: Session, id: Any, problem: str) -> None:
        session.need(Event, id).state = EventState.DONE

    return [instead(listening, "_put_aside", put_aside)]


@bug("an event that fails is tried for ever")
def _for_ever() -> Patches:
    return [instead(listening, "_MOST_TRIES", 10**9)]


@bug("a failing neighbour takes the batch with it")
def _neighbours() -> Patches:
    def commit(self: Writer, batch: list[Any]) -> None:
        try:
            results = self._transact(batch)
        except Exception:
            results = [None] * len(batch)
        writers._tell(batch, results)

    return [instead(Writer, "_commit", commit)]


@bug("an unclear COMMIT is run again")
def _again() -> Patches:
    def commit(self: Writer, batch: list[Any]) -> None:
        for order in batch:
            for _ in range(3):
                try:
                    (result,) = self._transact([order])
                except writers._CommitUnclear:
                    continue
                except Exception as error:
                    writers._tell([order], [error], failed=True)
                else:
                    writers._tell([order], [result])
                break
            else:
                writers._tell([order], [RuntimeError("three times unclear")], failed=True)

    return [instead(Writer, "_commit", commit)]
