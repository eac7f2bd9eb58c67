"""Corrections refit the installation's layer; a gate decides whether it is used."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from bot.accounts.audit import record
from bot.accounts.models import User
from bot.db import Session
from bot.errors import NotFound
from bot.inbox.models import Message, Signal
from bot.outbox.models import About, Delivery
from bot.reviewing.models import Correction, Field, Lesson
from bot.reviewing.sampling import is_held_out
from bot.understanding import Context, Kind, language_of
from bot.understanding.learning.layer import Layer, fit, from_json, judge, never_worse
from bot.understanding.reading import thought
from bot.understanding.recogniser import Matrix

MOST = 1_000
"""Corrections learnt from, the latest: the talk of a shop changes, and time is bounded."""
_KINDS = list(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """Clauses with what staff called them. ``held``: which of them nothing is learnt from."""

    before: Matrix
    inputs: Matrix
    truth: list[int]
    held: np.ndarray[tuple[int], np.dtype[np.bool_]]
    corrections: int


def layer_in_use(session: Session) -> Layer | None:
    """One cheap statement: asked for each batch that is read, so every process uses the newest."""
    stored = session.scalar(sa.select(Lesson.layer).where(Lesson.in_use))
    return from_json(stored) if stored else None


def learn(session: Session, languages: Sequence[str]) -> Lesson | None:
    """Fit a layer to all corrections and keep it as the next version; it is used where the gate
    lets it through. None while there is nothing to learn from or to judge by."""
    taught = _taught(session, languages)
    if taught is None or not taught.held.any() or taught.held.all():
        return None
    truth = np.array(taught.truth)
    learnt, held = ~taught.held, taught.held
    new = fit(taught.before[learnt], taught.inputs[learnt], truth[learnt].tolist())
    now = layer_in_use(session)
    if now is not None and len(now.weights) != len(new.weights):
        now = None  # learnt by another version of Hubbub, which saw other things
    before, inputs, answers = taught.before[held], taught.inputs[held], truth[held].tolist()
    with_it, without = judge(new, before, inputs, answers), judge(now, before, inputs, answers)
    passes = never_worse(with_it, without)
    lesson = Lesson(
        number=(session.scalar(sa.select(sa.func.max(Lesson.number))) or 0) + 1,
        layer=new.as_json(),
        learnt_from=taught.corrections,
        held_out=with_it.n,
        right=with_it.right,
        right_before=without.right,
        surprise=round(with_it.surprise, 4),
        surprise_before=round(without.surprise, 4),
        in_use=False,
        made_at=session.now(),
    )
    session.put(lesson)
    if passes:
        _use(session, lesson)
    _forget_old(session)
    session.announce("lessons")
    return lesson


def use(session: Session, number: int, *, by: User) -> None:
    """Take an earlier version into use; 0 is the recogniser as it ships. `NotFound`."""
    lesson = session.scalar(sa.select(Lesson).filter_by(number=number))
    if lesson is None and number:
        raise NotFound(f"There is no version {number} any more. Choose one of the list.")
    _use(session, lesson)
    record(session, by, "used", "lesson", number=number)
    session.announce("lessons")


def _use(session: Session, lesson: Lesson | None) -> None:
    for other in session.scalars(sa.select(Lesson).where(Lesson.in_use)):
        other.in_use = False
    if lesson is not None:
        lesson.in_use = True
    session.flush()


_KEPT = 40


def _forget_old(session: Session) -> None:
    """The latest versions are kept, and the one in use."""
    session.flush()
    last = session.scalar(
        sa.select(Lesson.number).order_by(Lesson.number.desc()).offset(_KEPT).limit(1)
    )
    if last is not None:
        old = sa.and_(Lesson.number <= last, sa.not_(Lesson.in_use))
        session.execute(sa.delete(Lesson).where(old))


def _taught(session: Session, languages: Sequence[str]) -> Taught | None:
    rows = session.execute(
        sa.select(Correction.signal_id, Correction.became, Signal, Message.text, Delivery)
        .join(Signal, Signal.id == Correction.signal_id)
        .join(Message, Message.id == Signal.message_id)
        .outerjoin(Delivery, Delivery.id == Message.answers_id)
        .where(Correction.field == Field.KIND)
        .order_by(Correction.id.desc())
        .limit(MOST)
    ).all()
    before, inputs, truth, held = [], [], [], []
    for id, became, signal, text, answered in rows:
        found, looked_at = thought(
            text,
            signal.start,
            signal.end,
            language=language_of(text, languages),
            context=_context(answered),
        )
        if len(found):
            before.append(found)
            inputs.append(looked_at)
            truth += [_KINDS.index(Kind(became))] * len(found)
            held += [is_held_out(id)] * len(found)
    if not before:
        return None
    return Taught(
        before=np.vstack(before),
        inputs=np.vstack(inputs),
        truth=truth,
        held=np.array(held),
        corrections=len(before),
    )


def _context(answered: Delivery | None) -> Context | None:
    if answered is None:
        return None
    text = answered.content["text"]
    asked = answered.about is About.QUESTION
    return Context(question=text) if asked else Context(post=text)
