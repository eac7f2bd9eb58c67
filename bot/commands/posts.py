"""Files of posts from the terminal: the same steps as on the page, with a bar beside them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.clock import SystemClock
from bot.commands.terminal import err
from bot.db import Database, Session, Writer
from bot.main import sections
from bot.networks import Capabilities, Services, installed
from bot.settings import Settings
from content_calendar.exchange import service
from content_calendar.exchange.looking import (
    entries,
    expected,
    kind_of,
    known,
    portions,
    there_already,
)
from content_calendar.exchange.models import Intake, Step
from content_calendar.writing import Limits

Told = Callable[[str, int, int], None]
"""What is being done, how many rows are behind it, and about how many there are."""


@dataclass(slots=True)
class Seen:
    """What a file would make, or has made, and what is wrong with it, a sentence each."""

    new: int = 0
    same: int = 0
    wrong: int = 0
    problems: tuple[str, ...] = ()


def limits_of(settings: Settings) -> dict[str, Capabilities]:
    """What each network that is switched on takes; none of them is called."""
    services = Services(clock=SystemClock())
    built = (plugin.build(section, services) for plugin, section in sections(settings, installed()))
    return {adapter.network: adapter.capabilities for adapter in built}


def show_progress(work: Callable[[Told], Seen]) -> Seen:
    """On standard error, so that what a script reads is only the result."""
    with _bar() as bar:
        task = bar.add_task("", total=None)

        def told(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=max(total, done))

        return work(told)


@contextmanager
def _bar() -> Iterator[Progress]:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=err) as bar:
        yield bar


def look(database: Database, data: bytes, settings: Settings, limits: Limits, told: Told) -> Seen:
    """Every row looked at; nothing is written. Raises `InvalidInput` for what can't be read."""
    kind, seen, done = kind_of(data), Seen(), 0
    total = expected(kind, data)
    with database.reading() as session:
        names = known(session, limits, settings.shop.zone, None)
        for portion in portions(entries(kind, data, names)):
            there = there_already(session, portion)
            problems = tuple(each for entry in portion for each in entry.problems)
            wrong = sum(1 for entry in portion if entry.problems)
            seen.problems += problems
            seen.same, seen.wrong = seen.same + len(there), seen.wrong + wrong
            seen.new += len(portion) - len(there) - wrong
            done += len(portion)
            told("Looking", done, total)
    return seen


def bring(
    writer: Writer,
    name: str,
    data: bytes,
    settings: Settings,
    limits: Limits,
    told: Told,
    *,
    only_right: bool,
) -> Seen:
    """Look, then take in: all of it, or nothing where there are problems (but ``only_right``)."""
    id = writer.run_blocking(lambda session: _begun(session, data))
    if id is None:
        seen = look(writer.database, data, settings, limits, told)
        if seen.problems and not only_right:
            seen.new = 0
            return seen
        zone = settings.shop.zone
        id = writer.run_blocking(
            lambda session: service.begin_taking(session, name, data, zone=zone)
        )
    return _take(writer, id, limits, told)


def _begun(session: Session, data: bytes) -> UUID | None:
    """The same file, broken off in the middle."""
    found = sa.select(Intake.id).filter_by(sha256=service.sha256(data), step=Step.TAKING)
    return session.scalar(found.order_by(Intake.id.desc()).limit(1))


def _take(writer: Writer, id: UUID, limits: Limits, told: Told) -> Seen:
    """Until it is taken in, by us or by a process that runs beside us."""
    while True:
        with writer.database.reading() as session:
            intake = session.need(Intake, id)
            if intake.step is not Step.TAKING:
                problems = tuple(str(each) for each in intake.problems)
                return Seen(intake.new, intake.same, intake.wrong, problems)
            work, total = service.work_of(session, id), intake.total
        service.go_on(
            writer,
            work,
            limits,
            lambda done, total=total: told("Taking in", done, total),  # type: ignore[misc]  # lambda defaults
        )
