"""What is measured, and what it has to reach."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """``bound``: the least that counts as reached, or the most where ``at_most``."""

    key: str
    what: str
    bound: float
    at_most: bool = False

    def reached(self, figure: float) -> bool:
        return figure <= self.bound if self.at_most else figure >= self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """``figure`` as its bar counts it; ``how``: the medians behind it, for people."""

    figure: float
    how: str


_COMMIT = "raw Telegram JSON to awaited COMMIT, 64 in flight, against"

BARS = (
    Bar(
        key="ingest_sqlite_vs_ptb",
        what=f"{_COMMIT} bare python-telegram-bot, which stores nothing; SQLite",
        bound=4,
    ),
    Bar(
        key="ingest_postgresql_vs_ptb",
        what=f"{_COMMIT} bare python-telegram-bot, which stores nothing; PostgreSQL",
        bound=1,
    ),
    Bar(
        key="ingest_sqlite_vs_orm",
        what=f"{_COMMIT} python-telegram-bot with an ORM transaction a message; SQLite",
        bound=40,
    ),
    Bar(
        key="ingest_postgresql_vs_orm",
        what=f"{_COMMIT} python-telegram-bot with an ORM transaction a message; PostgreSQL",
        bound=20,
    ),
    Bar(
        key="whole_way_per_second",
        what="messages a second from the front door to committed signals and deliveries, one core",
        bound=1_000,
    ),
    Bar(
        key="claim_vs_apscheduler",
        what="claiming what is due among 100,000 scheduled, against APScheduler's own store",
        bound=40,
    ),
    Bar(
        key="deliver_vs_procrastinate",
        what="deliveries on PostgreSQL, each committed, one worker, against Procrastinate",
        bound=5,
    ),
    Bar(
        key="deliver_vs_dbos",
        what="deliveries on PostgreSQL, each committed, one worker, against DBOS",
        bound=10,
    ),
    Bar(
        key="webhook_vs_starlette",
        what="signed webhooks, committed, against a bare signed Starlette endpoint",
        bound=0.5,
    ),
    Bar(
        key="facebook_webhook_vs_starlette",
        what="Facebook's signed comments, committed, against a bare signed Starlette endpoint",
        bound=0.5,
    ),
    Bar(
        key="telegram_vs_ptb",
        what="the same with python-telegram-bot's objects made as well, against it bare; SQLite",
        bound=0.65,
    ),
    Bar(
        key="acknowledge_median_ms",
        what="ms from a message to its acknowledgement, 50 a second on each network at once",
        bound=150,
        at_most=True,
    ),
    Bar(
        key="acknowledge_p99_ms",
        what="the same, for all but one in a hundred",
        bound=1_000,
        at_most=True,
    ),
    Bar(
        key="at_million_vs_thousand",
        what="the slowest of the above at 1,000,000 stored messages against 1,000",
        bound=0.8,
    ),
    Bar(
        key="idle_rss_mb",
        what="MB of memory, running with the web chat and nothing to do",
        bound=250,
        at_most=True,
    ),
    Bar(
        key="ready_seconds",
        what="seconds until ready after a kill, with 1,000,000 messages stored",
        bound=3,
        at_most=True,
    ),
)
