"""How far each kind may go by itself, and the figures that must stand before it may go alone."""

from dataclasses import dataclass

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.accounts.models import User
from bot.db import Session
from bot.errors import InvalidInput
from bot.reviewing.models import Correction, Field, Mode, Trust
from bot.reviewing.sampling import at_least, is_sampled
from bot.suggestions.hearing import MATTERS
from bot.understanding import Kind

SURE_ENOUGH = 0.5
"""Below this a signal is kept for staff to see but opens nothing by itself."""
WANTED = 0.9
KINDS = [kind for kind in Kind if kind in MATTERS]
"""Those that open something; the others are only answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A kind, and how right it was on the random sample. ``at_least``: the true precision is that
    much or more, 97.5 % sure."""

    kind: Kind
    mode: Mode
    wanted: float
    right: int
    seen: int

    @property
    def at_least(self) -> float:
        return at_least(self.right, self.seen)

    @property
    def may_be_auto(self) -> bool:
        return self.at_least >= self.wanted


def modes(session: Session) -> dict[Kind, Mode]:
    """By kind; one that was let go alone and whose figures have fallen since is watched again."""
    stored = {row.kind: row for row in session.scalars(sa.select(Trust))}
    found = {kind: stored[kind].mode if kind in stored else Mode.SUGGEST for kind in KINDS}
    if Mode.AUTO in found.values():
        for one in standings(session):
            if one.mode is Mode.AUTO and not one.may_be_auto:
                found[one.kind] = Mode.SUGGEST
    return found


def standings(session: Session) -> list[Standing]:
    """Per kind, from those of the sample that staff have looked at."""
    stored = {row.kind: row for row in session.scalars(sa.select(Trust))}
    seen, right = dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0)
    rows = session.execute(
        sa.select(Correction.signal_id, Correction.was, Correction.became).where(
            Correction.field == Field.KIND, Correction.confidence >= SURE_ENOUGH
        )
    )
    for id, was, became in rows:
        kind = Kind(was)
        if kind in seen and is_sampled(id):
            seen[kind] += 1
            right[kind] += was == became
    return [
        Standing(
            kind=kind,
            mode=stored[kind].mode if kind in stored else Mode.SUGGEST,
            wanted=stored[kind].wanted if kind in stored else WANTED,
            right=right[kind],
            seen=seen[kind],
        )
        for kind in KINDS
    ]


def set_mode(session: Session, kind: Kind, mode: Mode, wanted: float, *, by: User) -> None:
    """`InvalidInput` where the figures don't let it go alone, or it opens nothing."""
    now = next((one for one in standings(session) if one.kind is kind), None)
    if now is None:
        raise InvalidInput(fields={"kind": "This kind opens nothing: there is nothing to set."})
    if mode is Mode.AUTO and now.at_least < wanted:
        raise InvalidInput(
            f"Not yet: of the random sample {now.right} of {now.seen} were right, so it is at "
            f"least {now.at_least:.0%}, and {wanted:.0%} is asked for. Go on with the review."
        )
    row = session.scalar(sa.select(Trust).filter_by(kind=kind).with_for_update())
    if row is None:
        session.put(Trust(kind=kind, mode=mode, wanted=wanted))
    else:
        row.mode, row.wanted = mode, wanted
    record(session, by, "set", "trust", kind=kind.value, mode=mode.value, wanted=wanted)
    session.announce("review")
