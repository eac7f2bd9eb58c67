"""Taking recorded messages through the front door, and understanding them as any others."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa

from bot.channels.service import ensure
from bot.db import Session, Writer
from bot.db.leases import release, take
from bot.engagement.handling import keep
from bot.engagement.reading import read
from bot.engagement.telling import Voices
from bot.errors import Conflict
from bot.inbox.service import Received, receive
from bot.main import warm_up
from bot.networks.port import Event
from bot.outbox.models import About, Delivery, DeliveryState
from bot.replay.records import ACCOUNT, CHANNEL, NETWORK
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers.models import Case
from bot.understanding import Kind

T = TypeVar("T")

_NAME = "Recorded messages"

# Enough that statements cost little a message, few enough that the bar moves.
_AT_ONCE = 500
# Whoever reads the inbox holds this; a portion takes far less time.
_LEASE, _LEASE_FOR = "inbox", timedelta(minutes=1)


@dataclass(slots=True)
class Played:
    """What came out. ``kinds`` counts every signal; ``joined``: voices of people who said what
    somebody had said before; ``seconds``: from the first message to the last COMMIT."""

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

    A portion is taken in and understood in one transaction, and so are the answers and letters
    that it leads to cancelled: killed at any moment, nothing of a recording is ever sent.
    """

    def __init__(self, writer: Writer, speak: Voices) -> None:
        self._writer, self._speak = writer, speak
        self._owner = f"replay:{os.getpid()}"

    def play(self, events: Iterable[Event], progress: Callable[[int], None]) -> Played:
        """Raises `Conflict` while a running Hubbub reads this inbox."""
        suggestions, voices = self._writer.run_blocking(_counts)
        warm_up()
        played, began, worked = Played(), time.monotonic(), time.process_time()
        for some in _portions(events, _AT_ONCE):
            received, kinds = self._writer.run_blocking(partial(self._take_in, some=some))
            played.read += len(some)
            played.repeated += received.repeated
            played.quarantined += received.quarantined
            played.kinds += kinds
            progress(len(some))
        played.seconds = time.monotonic() - began
        played.processor_seconds = time.process_time() - worked
        opened, heard = self._writer.run_blocking(_counts)
        played.opened = opened - suggestions
        played.joined = heard - voices - played.opened
        self._writer.run_blocking(lambda session: release(session, _LEASE, self._owner))
        return played

    def _take_in(
        self, session: Session, *, some: Sequence[Event]
    ) -> tuple[Received, Counter[Kind]]:
        if take(session, _LEASE, self._owner, for_=_LEASE_FOR) is None:
            raise Conflict("A running Hubbub reads this inbox. Stop it first, then replay.")
        began = session.now()
        received = receive(session, some)
        kinds: Counter[Kind] = Counter()
        # What a network brings meanwhile is read too, and answered as always.
        while batch := read(session, most=2 * _AT_ONCE, languages=self._speak.languages):
            keep(session, batch, self._speak)
            ours = [one for one in batch if one.network == NETWORK]
            kinds.update(meaning.signal.kind for one in ours for meaning in one.meanings)
            _silence(session, [one.id for one in ours], began)
        return received, kinds


def _silence(session: Session, messages: Sequence[UUID], since: datetime) -> None:
    """Cancel what was put into the outbox because of these messages."""
    place = ensure(session, network=NETWORK, account=ACCOUNT, remote_id=CHANNEL, name=_NAME)
    cases = (
        sa.select(Case.id)
        .join(Voice, Voice.suggestion_id == Case.suggestion_id)
        .where(Voice.message_id.in_(messages))
    )
    letters = sa.and_(
        Delivery.about == About.CASE, Delivery.about_id.in_(cases), Delivery.created_at >= since
    )
    session.execute(
        sa.update(Delivery)
        .where(
            Delivery.workspace_id == session.workspace,
            Delivery.state == DeliveryState.PENDING,
            sa.or_(Delivery.channel_id == place.id, letters),
        )
        .values(state=DeliveryState.CANCELLED, note="It answers a recording."),
        execution_options={"synchronize_session": False},
    )


def _counts(session: Session) -> tuple[int, int]:
    """How many suggestions there are, and how many voices behind them."""
    suggestions, voices = (
        session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0
        for kind in (Suggestion, Voice)
    )
    return suggestions, voices


def _portions(items: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while some := list(islice(remaining, size)):
        yield some
