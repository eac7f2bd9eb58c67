"""How a partner's time on a case runs: from what happened to what is due when. Pure.

Each holder of a case has clocks of their own, by the agreement of the day on which each began.
While the people who spoke have the word, no time for an answer passes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.suppliers.agreement_hours import Hours, Stretch, always
from bot.suppliers.agreement_terms import Stage, Terms
from bot.suppliers.models import Act

# Who asks back waits so long for the people at most; then it is their turn again.
THEIR_WORD = timedelta(days=7)

_ANSWERS = {Act.ACCEPT, Act.PROMISE, Act.DELIVER, Act.DECLINE}
_ENDS = {Act.DELIVER, Act.DECLINE}
TermsAt = Callable[[datetime], Terms]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What the holder did. ``own``: they themselves, not staff in their place."""

    act: Act
    at: datetime
    promised_for: date | None = None
    own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A case while one partner had it; ``until`` is None as long as they have it. ``heard``: when
    consumers answered."""

    since: datetime
    until: datetime | None = None
    acts: Sequence[Done] = ()
    heard: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One stage: from when on, how long, and when it ended; ``by_themselves``: not by staff or by
    another's taking over."""

    stage: Stage
    began: datetime
    allowed: timedelta
    terms: Terms
    hours: Hours
    pauses: tuple[Stretch, ...] = ()
    ended: datetime | None = None
    by_themselves: bool = True
    promised_for: date | None = None
    delivered: bool = False

    @property
    def due(self) -> datetime:
        return self.at(100)

    def at(self, share: int) -> datetime:
        """When so many per cent of the time are used up."""
        return self.hours.add(self.began, self.allowed * share / 100, self.pauses)

    def left(self, now: datetime) -> timedelta:
        """Working time that is left, nothing where it is used up."""
        used = self.hours.between(self.began, now, self.pauses)
        return max(self.allowed - used, timedelta())

    def runs(self, now: datetime) -> bool:
        """Whether the holder owes it now: not done, and nobody else has the word."""
        return self.ended is None and not any(begin <= now < end for begin, end in self.pauses)

    def late(self, now: datetime) -> bool:
        return (self.ended or now) > self.due


def runs(held: Held, terms_at: TermsAt) -> list[Run]:
    """Every stage that began while they held it, in the order of `Stage`."""
    found = [
        _acknowledging(held, terms_at),
        _answering(held, terms_at),
        _delivering(held, terms_at),
    ]
    return [run for run in found if run is not None]


def _acknowledging(held: Held, terms_at: TermsAt) -> Run | None:
    """Whatever they do says that they have seen it."""
    return _run(Stage.ACKNOWLEDGE, held, held.since, terms_at, held.acts[:1], ())


def _answering(held: Held, terms_at: TermsAt) -> Run | None:
    answers = [done for done in held.acts if done.act in _ANSWERS]
    return _run(Stage.ANSWER, held, held.since, terms_at, answers[:1], pauses(held))


def _run(
    stage: Stage,
    held: Held,
    began: datetime,
    terms_at: TermsAt,
    ending: Sequence[Done],
    paused: tuple[Stretch, ...],
) -> Run | None:
    terms = terms_at(began)
    allowed = terms.allows(stage)
    if allowed is None:
        return None
    return Run(
        stage=stage,
        began=began,
        allowed=allowed,
        terms=terms,
        hours=terms.hours,
        pauses=paused,
        ended=ending[0].at if ending else held.until,
        by_themselves=bool(ending) and ending[0].own,
    )


def _delivering(held: Held, terms_at: TermsAt) -> Run | None:
    """After accepting: by the promised day's end, else within the agreed time. Another date may be
    promised in time; one that comes too late mends nothing."""
    ending = [done for done in held.acts if done.act in _ENDS][:1]
    current: Run | None = None
    for done in held.acts:
        if ending and done.at >= ending[0].at:
            break
        if done.act is Act.PROMISE and done.promised_for:
            if current is None or not current.promised_for or done.at <= current.due:
                current = _promised(held, done, done.promised_for, terms_at, ending)
        elif done.act is Act.ACCEPT and current is None:
            current = _run(Stage.DELIVER, held, done.at, terms_at, ending, pauses(held))
    return current


def _promised(held: Held, done: Done, day: date, terms_at: TermsAt, ending: Sequence[Done]) -> Run:
    terms = terms_at(done.at)
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(terms.zone))
    due = midnight.astimezone(done.at.tzinfo)
    return Run(
        stage=Stage.DELIVER,
        began=done.at,
        allowed=due - done.at,
        terms=terms,
        hours=always(terms.zone),
        ended=ending[0].at if ending else held.until,
        by_themselves=bool(ending) and ending[0].own,
        promised_for=day,
        delivered=bool(ending) and ending[0].act is Act.DELIVER,
    )


def pauses(held: Held) -> tuple[Stretch, ...]:
    """While consumers have the word: from a question to their first answer, to whatever the holder
    does next, or to the end of `THEIR_WORD`."""
    found: list[Stretch] = []
    for number, done in enumerate(held.acts):
        if done.act is not Act.ASK:
            continue
        ends = [done.at + THEIR_WORD, *(at for at in held.heard if at > done.at)]
        ends += [later.at for later in held.acts[number + 1 : number + 2]]
        if min(ends) > done.at:
            found.append((done.at, min(ends)))
    return tuple(found)
