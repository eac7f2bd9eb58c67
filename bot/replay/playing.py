"""Taking recorded messages through the front door, and understanding them as any others."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa

from bot.db import Session, Writer
from bot.db.leases import release, take
from bot.engagement.handling import keep
from bot.engagement.reading import Understood, read
from bot.engagement.telling import Voices
from bot.errors import Conflict
from bot.inbox.models import Message
from bot.inbox.service import Received, receive
from bot.networks.port import Event
from bot.outbox.models import About, Delivery, DeliveryState
from bot.replay.records import NETWORK
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers.models import Case
from bot.understanding import Kind

T = TypeVar("T")

# As many as the inbox is read at once (`bot.engagement.listening`).
_AT_ONCE = 100
_LEASE, _OWNER = "inbox", "replay"


@dataclass(slots=True)
class Played:
    """What came out. ``kinds`` counts every signal; ``joined``: voices of people who said what
    somebody had said before."""

    read: int = 0
    repeated: int = 0
    quarantined: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    opened: int = 0
    joined: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0

    @property
    def a_second(self) -> float:
        return self.read / self.seconds if self.seconds else 0.0


class Replay:
    """Plays messages into a database in which nobody else reads the inbox.

    Every hundred are taken in and committed, as a network would hand them over; then they are
    understood and what they mean is committed. Answers and letters are written and cancelled in
    that same transaction: nothing of a recording is ever sent.
    """

    def __init__(self, writer: Writer, speak: Voices) -> None:
        self._writer, self._speak = writer, speak

    def play(self, events: Iterable[Event], progress: Callable[[int], None]) -> Played:
        """Raises `Conflict` while a running Hubbub reads this inbox."""
        clock = self._writer.database.clock
        self._writer.run_blocking(_hold)
        before = self._writer.run_blocking(_counts)
        played, began, worked = Played(), clock.monotonic(), time.process_time()
        for some in _portions(events, _AT_ONCE):
            received = self._writer.run_blocking(partial(receive, events=some))
            self._note(played, some, received)
            played.kinds += self._writer.run_blocking(self._understand)
            progress(len(some))
        played.seconds = clock.monotonic() - began
        return played
