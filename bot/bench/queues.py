"""The job queues that we are measured against, used as their manuals say."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import sqlalchemy as sa

from bot.bench.turns import Side
from bot.outbox.postman import AT_ONCE

_LOOK_SECONDS = 0.02


@asynccontextmanager
async def procrastinate(url: str, jobs: int) -> AsyncIterator[Side]:
    """One worker, which ends when it has done all."""
    from procrastinate import App, PsycopgConnector

    app: Any = App(connector=PsycopgConnector(conninfo=url.replace("+psycopg", "")))

    async def nothing(number: int) -> None:
        pass

    send = app.task(nothing, name="send")

    async def prepare() -> None:
        await send.batch_defer_async(*[{"number": number} for number in range(jobs)])

    async def work(_: None) -> int:
        await app.run_worker_async(
            wait=False, concurrency=AT_ONCE, listen_notify=False, install_signal_handlers=False
        )
        return jobs

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        yield Side(prepare=prepare, work=work)


@asynccontextmanager
async def dbos(url: str, jobs: int) -> AsyncIterator[Side]:
    """A queue of workflows of one step. Its worker has always been started: a first workflow holds
    the only place in the queue until the clock starts."""
    from dbos import DBOS

    gate = threading.Event()

    deliver, hold = _workflows(DBOS, gate)
    engine = sa.create_engine(url)
    DBOS(
        config={
            "name": "bench",
            "system_database_url": url.replace("+psycopg", ""),
            "log_level": "ERROR",
        }
    )
    await asyncio.to_thread(DBOS.launch)
    queue: Any = await asyncio.to_thread(
        lambda: DBOS.register_queue("sends", polling_interval_sec=0.01)
    )

    def fill() -> None:
        gate.clear()
        queue.set_worker_concurrency(1)
        queue.enqueue(hold)
        for number in range(jobs):
            queue.enqueue(deliver, number)

    def let_go() -> None:
        queue.set_worker_concurrency(AT_ONCE)
        gate.set()

    async def work(_: None) -> int:
        await asyncio.to_thread(let_go)
        await asyncio.to_thread(until_none, partial(_unfinished, engine))
        return jobs

    try:
        yield Side(prepare=lambda: asyncio.to_thread(fill), work=work)
    finally:
        gate.set()
        await asyncio.to_thread(DBOS.destroy)
        engine.dispose()


def _workflows(DBOS: Any, gate: threading.Event) -> tuple[Any, Any]:  # noqa: N803  # its own name
    """What delivers in one step, and what waits at the gate."""

    @DBOS.step()  # type: ignore[untyped-decorator]  # given as Any
    def send(number: int) -> int:
        return number

    @DBOS.workflow()  # type: ignore[untyped-decorator]  # given as Any
    def deliver(number: int) -> int:
        return int(send(number))

    @DBOS.workflow()  # type: ignore[untyped-decorator]  # given as Any
    def hold() -> None:
        gate.wait()

    return deliver, hold


def until_none(is_left: Callable[[], bool]) -> None:
    """Look at the tables until nothing is left there."""
    while is_left():
        time.sleep(_LOOK_SECONDS)


def _unfinished(engine: sa.Engine) -> bool:
    left = sa.text("SELECT 1 FROM dbos.workflow_status WHERE status <> 'SUCCESS' LIMIT 1")
    with engine.connect() as connection:
        return connection.execute(left).first() is not None
