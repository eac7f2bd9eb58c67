"""All measurements, one after another."""

import asyncio
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from bot.bench.acknowledging import acknowledging
from bot.bench.bars import BARS, Measured
from bot.bench.delivering import delivering
from bot.bench.growing import growing
from bot.bench.ingest import ingest, through_objects
from bot.bench.place import Place, place
from bot.bench.scheduled import claiming
from bot.bench.sizes import Sizes
from bot.bench.standing import idle, ready
from bot.bench.webhooks import calling
from bot.bench.whole_way import whole_way

Found = dict[str, Measured]


def _steps(place: Place, sizes: Sizes) -> dict[tuple[str, ...], Callable[[], Any]]:
    """What measures which figures, in the order of the table."""
    return {
        ("ingest_sqlite_vs_ptb", "ingest_sqlite_vs_orm"): partial(ingest, place, sizes, "sqlite"),
        ("ingest_postgresql_vs_ptb", "ingest_postgresql_vs_orm"): partial(
            ingest, place, sizes, "postgresql"
        ),
        ("whole_way_per_second",): partial(whole_way, place, sizes),
        ("claim_vs_apscheduler",): partial(claiming, place, sizes),
        ("deliver_vs_procrastinate", "deliver_vs_dbos"): partial(delivering, place, sizes),
        ("webhook_vs_starlette",): partial(calling, place, sizes, "sandbox"),
        ("facebook_webhook_vs_starlette",): partial(calling, place, sizes, "facebook"),
        ("telegram_vs_ptb",): partial(through_objects, place, sizes),
        ("acknowledge_median_ms", "acknowledge_p99_ms"): partial(acknowledging, place, sizes),
        ("at_million_vs_thousand",): partial(growing, place, sizes),
        ("idle_rss_mb",): partial(idle, place, sizes),
        ("ready_seconds",): partial(ready, place, sizes),
    }


def measure(
    sizes: Sizes, only: Collection[str], progress: Callable[[float, str], None]
) -> dict[str, Measured]:
    """The figures by key, in the order of `BARS`; ``only`` these, or all where it is empty.

    ``progress`` is told the share that is done and what comes next. Raises `InvalidInput` where
    something that it needs is missing.
    """
    found: Found = {}
    with place() as where:
        steps = _steps(where, sizes)
        chosen = [keys for keys in steps if not only or not set(only).isdisjoint(keys)]
        for number, keys in enumerate(chosen):
            progress(number / len(chosen), ", ".join(keys))
            measured = asyncio.run(steps[keys]())
            found |= {keys[0]: measured} if isinstance(measured, Measured) else measured
        progress(1.0, "done")
    return {bar.key: found[bar.key] for bar in BARS if bar.key in found}
