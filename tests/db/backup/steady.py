"""Somebody who writes at a steady pace, and remembers what was acknowledged."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.db import Session, Writer, insert_all
from bot.members.models import Member, Person


class SteadyHand:
    """Commits number after number: a person, a member of that number, and a channel that says how
    far it is, all three in one transaction."""

    def __init__(self, writer: Writer, per_second: int) -> None:
        self._writer, self._pace = writer, 1 / per_second
        self._channel = writer.run_blocking(_channel)
        self._stop = Event()
        self.started = self.acknowledged = 0
        self.seconds = 0.0
        self.failed: list[BaseException] = []

    @contextmanager
    def writing(self) -> Iterator[None]:
        """As long as the block lasts; afterwards everything is acknowledged."""
        self._stop.clear()
        began = time.monotonic()
        thread = Thread(target=self._write, args=(began, self.started), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()
            self._writer.run_blocking(lambda session: None)
            self.seconds += time.monotonic() - began

    def _write(self, began: float, already: int) -> None:
        """The pace is kept however long one takes: visitors don't wait for each other."""
        while not self._stop.is_set():
            self.started += 1
            number = self.started
            future = self._writer.submit(partial(self._one, number))
            future.add_done_callback(self._note)
            ahead = began + (number - already) * self._pace - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)

    def _note(self, future: "Future[None]") -> None:
        if error := future.exception():
            self.failed.append(error)
        else:
            self.acknowledged += 1  # the writer works in order

    def _one(self, number: int, session: Session) -> None:
        person, now = session.ids.new(), session.now()
        member = {
            "person_id": person,
            "network": "sandbox",
            "account": "main",
            "remote_id": f"{number}",
            "name": f"Member {number}",
            "first_seen_at": now,
            "told_it_is_a_bot": False,
        }
        insert_all(session, Person, [{"id": person, "created_at": now}])
        insert_all(session, Member, [member])
        session.connection().execute(
            sa.update(Channel).where(Channel.id == self._channel).values(name=str(number))
        )


def _channel(session: Session) -> UUID:
    return ensure(session, network="sandbox", account="main", remote_id="square", name="0").id
