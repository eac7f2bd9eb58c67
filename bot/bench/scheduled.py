"""Finding what is due among much that is not: our claim beside APScheduler's own job store."""

import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from apscheduler.job import Job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from bot.bench.bars import Measured
from bot.bench.place import Place, writing
from bot.bench.sizes import Sizes
from bot.bench.turns import Side, rates, told
from bot.channels.service import ensure
from bot.db import Session, Writer
from bot.networks import Action, Capabilities, Content, Settle
from bot.outbox import service as outbox
from bot.outbox.claiming import Terms, claim
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.postman import AT_ONCE

NETWORK, ACCOUNT = "bench", "main"
_OURS, _THEIRS = "Hubbub", "APScheduler"


async def claiming(place: Place, sizes: Sizes) -> Measured:
    database, theirs = place.database("sqlite"), place.database("sqlite")
    with writing(database) as writer:
        await schedule(writer, sizes.scheduled - sizes.due, later=timedelta(days=1))
        await schedule(writer, sizes.due, later=timedelta(), name="due")
        sides = {
            _OURS: claimed(writer, sizes.due),
            _THEIRS: _their_store(theirs.writers, sizes),
        }
        found = await rates(sides, sizes.rounds)
    return Measured(figure=found[_OURS] / found[_THEIRS], how=told(found))


async def schedule(writer: Writer, count: int, *, later: timedelta, name: str = "later") -> None:
    """So many deliveries, each to somebody else, due from ``later`` on, a second apart."""

    def command(session: Session, numbers: range) -> None:
        place = ensure(session, network=NETWORK, account=ACCOUNT, remote_id="square")
        due = session.now() + later
        drafts = [
            outbox.draft(
                session,
                key=f"{name}:{number}",
                channel=place,
                action=Action.REPLY,
                content=Content(text=f"Number {number}"),
                about=About.ACKNOWLEDGEMENT,
                due_at=due + timedelta(seconds=number) if later else due,
                thread=f"{name}:{number}",
            )
            for number in numbers
        ]
        outbox.enqueue_all(session, drafts)

    for first in range(0, count, 5_000):
        numbers = range(first, min(first + 5_000, count))
        await writer.run(lambda session, numbers=numbers: command(session, numbers))  # type: ignore[misc]  # lambda defaults


def claimed(writer: Writer, due: int) -> Side:
    """As the postman claims: `AT_ONCE` at a time, each time committed."""
    accounts = {(NETWORK, ACCOUNT): Capabilities(text_limit=10_000, settle=Settle.RESEND)}

    def command(session: Session) -> int:
        found = claim(session, owner="bench", accounts=accounts, terms=Terms(), most=AT_ONCE)
        return len(found)

    async def prepare() -> None:
        await writer.run(_due_again)

    async def work(_: None) -> int:
        done = 0
        while more := await writer.run(command):
            done += more
        assert done == due, f"{done} of {due} were claimed"
        return done

    return Side(prepare=prepare, work=work)


def _due_again(session: Session) -> None:
    session.execute(
        sa.update(Delivery)
        .where(Delivery.state == DeliveryState.SENDING)
        .values(state=DeliveryState.PENDING, owner=None, lease_until=None, attempt=0),
        execution_options={"synchronize_session": False},
    )


def nothing() -> None:
    """What the scheduled jobs do."""


def _their_store(engine: sa.Engine, sizes: Sizes) -> Side:
    """What its scheduler asks of its store with each look: which are due, and each is removed."""
    scheduler = BackgroundScheduler(timezone=UTC)
    store = SQLAlchemyJobStore(engine=engine)
    store.start(scheduler, "default")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    _fill(store, scheduler, sizes.scheduled - sizes.due, "later", tomorrow)

    async def prepare() -> None:
        _fill(store, scheduler, sizes.due, "due", datetime.now(UTC))

    async def work(_: None) -> int:
        now = datetime.now(UTC)
        jobs = store.get_due_jobs(now)
        for job in jobs:
            if job._get_run_times(now):
                store.remove_job(job.id)
        return len(jobs)

    return Side(prepare=prepare, work=work)


def _fill(store: Any, scheduler: BackgroundScheduler, count: int, name: str, at: datetime) -> None:
    """Many at once, which the store itself can't: not part of what is measured against it."""
    rows = []
    for number in range(count):
        due = at + timedelta(seconds=number) if name == "later" else at
        job = Job(
            scheduler,
            id=f"{name}:{number}",
            func=nothing,
            trigger=scheduler._create_trigger("date", {"run_date": due}),
            executor="default",
            args=(),
            kwargs={},
            name=name,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
            next_run_time=due,
        )
        state = pickle.dumps(job.__getstate__(), store.pickle_protocol)
        rows.append({"id": job.id, "next_run_time": due.timestamp(), "job_state": state})
    with store.engine.begin() as connection:
        connection.execute(store.jobs_t.insert(), rows)
