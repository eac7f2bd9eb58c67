"""Files of posts: looked at first, then taken in, portion by portion.

Each portion's posts and the count of rows that are done are one COMMIT. Whoever goes on after a
crash goes on behind the last row that was counted, so no post is made twice.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import HUBBUB, record
from bot.accounts.models import User
from bot.db import Database, Session, Writer
from bot.errors import Conflict, HubbubError, InvalidInput, NotFound
from bot.logs import log
from content_calendar.exchange import making
from content_calendar.exchange.looking import (
    AT_ONCE,
    entries,
    expected,
    kind_of,
    known,
    portions,
    there_already,
)
from content_calendar.exchange.models import Intake, IntakeFile, Kind, Step
from content_calendar.exchange.rows import Entry
from content_calendar.exchange.sheets import LARGEST
from content_calendar.writing import Limits

TOPIC = "intake"
_log = log("exchange")
MOST_TOLD = 1_000
"""So many problems of a file are kept with it; all are counted."""


def begin(session: Session, name: str, data: bytes, *, zone: str, by: User | None) -> Intake:
    """Keep a file to be looked at. Raises `InvalidInput` for one that is empty or too large."""
    if not data.strip():
        raise InvalidInput(fields={"file": "The file is empty."})
    if len(data) > LARGEST:
        most = LARGEST // 1_000_000
        raise InvalidInput(fields={"file": f"The file is too large: at most {most} MB fit."})
    kind = kind_of(data)
    session.announce(TOPIC)
    intake = session.put(
        Intake(
            name=name[:200],
            kind=kind,
            sha256=sha256(data),
            author_id=by.id if by else None,
            zone=zone,
            total=expected(kind, data),
            begun_at=session.now(),
        )
    )
    session.put(IntakeFile(intake_id=intake.id, data=data))
    return intake


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def begin_taking(session: Session, name: str, data: bytes, *, zone: str) -> UUID:
    """`begin`, for who has looked already, and `take_in`."""
    intake = begin(session, name, data, zone=zone, by=None)
    intake.step = Step.LOOKED
    return take_in(session, intake.id, by=None).id


def take_in(session: Session, id: UUID, *, by: User | None) -> Intake:
    """Say yes to what was looked at. Raises `Conflict` where that is not the question any more."""
    intake = _locked(session, id)
    if intake.step is not Step.LOOKED:
        raise Conflict("This file has been decided about already.")
    intake.step, intake.done, intake.new, intake.same = Step.TAKING, 0, 0, 0
    intake.wrong, intake.problems = 0, []
    record(session, by or HUBBUB, "takes in", intake, file=intake.name, rows=intake.total)
    session.announce(TOPIC)
    return intake


def leave(session: Session, id: UUID, *, by: User | None) -> Intake:
    """Say no: nothing of it is kept. What was made of it already stays."""
    intake = _locked(session, id)
    if intake.step in {Step.TAKEN, Step.LEFT}:
        raise Conflict("This file has been decided about already.")
    close(session, intake, Step.LEFT)
    record(session, by or HUBBUB, "left", intake, file=intake.name)
    return intake


def _locked(session: Session, id: UUID) -> Intake:
    found = sa.select(Intake).filter_by(id=id).with_for_update()
    intake = session.scalar(found.execution_options(populate_existing=True))
    if intake is None:
        raise NotFound
    return intake


def close(session: Session, intake: Intake, step: Step) -> None:
    intake.step, intake.ended_at = step, session.now()
    kept = IntakeFile.workspace_id == session.workspace, IntakeFile.intake_id == intake.id
    session.execute(sa.delete(IntakeFile).where(*kept))
    session.announce(TOPIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be done with a file, as it stood when somebody took it up."""

    id: UUID
    kind: Kind
    step: Step
    done: int
    data: bytes
    zone: str
    author_id: UUID | None


def waiting(session: Session) -> Work | None:
    """The oldest file that somebody has to go on with."""
    found = sa.select(Intake).where(Intake.step.in_([Step.LOOKING, Step.TAKING]))
    intake = session.scalar(found.order_by(Intake.id).limit(1))
    return work_of(session, intake.id) if intake else None


def work_of(session: Session, id: UUID) -> Work:
    intake = session.need(Intake, id)
    data = session.scalar(sa.select(IntakeFile.data).filter_by(intake_id=id))
    return Work(
        id=id,
        kind=intake.kind,
        step=intake.step,
        done=intake.done,
        data=data or b"",
        zone=intake.zone,
        author_id=intake.author_id,
    )


def go_on(
    writer: Writer, work: Work, limits: Limits, told: Callable[[int], object] = lambda done: None
) -> bool:
    """Do what is left of this step, in a thread; ``told`` hears how many rows are done. False when
    somebody else was faster, or has said no: look again, and go on from there."""
    done = work.done
    try:
        for portion in _portions(writer.database, work, limits):
            step = _look if work.step is Step.LOOKING else _take
            at = done
            done += len(portion)
            if not writer.run_blocking(
                lambda session, portion=portion, at=at, step=step: step(  # type: ignore[misc]  # lambda defaults
                    session, work, at, portion, limits
                )
            ):
                return False
            told(done)
    except InvalidInput as unreadable:
        problems = list(unreadable.problems)
        return writer.run_blocking(lambda session: _give_up(session, work, done, problems))
    except (HubbubError, sa.exc.DBAPIError):
        raise
    except Exception as bug:  # a mistake of ours: the other files go on
        _log.error("a file can't be read", exc_info=bug)
        problems = ["It can't be read."]
        return writer.run_blocking(lambda session: _give_up(session, work, done, problems))
    return writer.run_blocking(lambda session: _finish(session, work, done))


def _portions(database: Database, work: Work, limits: Limits) -> Iterator[Sequence[Entry]]:
    with database.reading() as session:
        by = session.find(User, work.author_id) if work.author_id else None
        names = known(session, limits, work.zone, by)
    found = entries(work.kind, work.data, names)
    yield from portions(islice(found, work.done, None), AT_ONCE)


def _mine(session: Session, work: Work, done: int) -> Intake | None:
    """The file, locked; None where it is not as far as we think."""
    intake = _locked(session, work.id)
    return intake if (intake.step, intake.done) == (work.step, done) else None


def _look(
    session: Session, work: Work, done: int, portion: Sequence[Entry], limits: Limits
) -> bool:
    return _count(session, work, done, portion, lambda new: [])


def _take(
    session: Session, work: Work, done: int, portion: Sequence[Entry], limits: Limits
) -> bool:
    by = session.find(User, work.author_id) if work.author_id else None
    return _count(session, work, done, portion, lambda new: making.make(session, new, by, limits))


def _count(
    session: Session,
    work: Work,
    done: int,
    portion: Sequence[Entry],
    make: Callable[[Sequence[Entry]], list[str]],
) -> bool:
    intake = _mine(session, work, done)
    if intake is None:
        return False
    there = there_already(session, portion)
    good = [entry for entry in portion if not entry.problems and entry.row not in there]
    late = make(good)
    told = [problem for entry in portion for problem in entry.problems] + late
    wrong = sum(1 for entry in portion if entry.problems) + len(
        {each.split(":")[0] for each in late}
    )
    intake.done = done + len(portion)
    intake.total = max(intake.total, intake.done)
    intake.same += len(there)
    intake.wrong += wrong
    intake.new += len(portion) - len(there) - wrong
    intake.problems = [*intake.problems, *told][:MOST_TOLD]
    session.announce(TOPIC)
    return True


def _finish(session: Session, work: Work, done: int) -> bool:
    intake = _mine(session, work, done)
    if intake is None:
        return False
    intake.total = done
    if work.step is Step.LOOKING:
        intake.step = Step.LOOKED
    else:
        close(session, intake, Step.TAKEN)
        record(session, HUBBUB, "took in", intake, new=intake.new, wrong=intake.wrong)
    session.announce(TOPIC)
    return True


def _give_up(session: Session, work: Work, done: int, problems: list[str]) -> bool:
    """It can't be read on: what was made of it before stays, and is counted."""
    intake = _mine(session, work, done)
    if intake is None:
        return False
    intake.problems = [*problems, *intake.problems][:MOST_TOLD]
    intake.wrong += 1
    close(session, intake, Step.TAKEN if intake.new and work.step is Step.TAKING else Step.LEFT)
    return True
