"""What Prometheus is told: by its conventions, cheap at any size, and about nobody in person."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from prometheus_client import Metric
from sqlalchemy import event

from adapters.sandbox import Fault
from bot.all_models import metadata
from bot.channels.models import Channel
from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.inbox.service import receive
from bot.measures import measures
from bot.networks import NotUnderstood
from bot.outbox.models import Delivery, DeliveryState
from bot.settings import Settings
from bot.watching.alarms import AlarmKind
from bot.watching.asking import explain
from bot.watching.watch import Watch
from tests.engagement.community import Community
from tests.engagement.test_listening import WISH

BIG = ("event", "delivery", "attempt", "signal", "message")
# A whole table, or all of a workspace: of those that wait for a person there are few.
WHOLE = r"SCAN ({0})\b|SEARCH ({0}) .*USING .*(?<!ix_message_waiting) \(workspace_id=\?\)"
WHOLE_THERE = (
    r"Seq Scan on ({0})\b|Scan using (?!ix_message_waiting)\w+ on ({0})\b.*\n"
    r"\s+Index Cond: \(workspace_id = \S+\)\n"
)
# The first or the last of all rows is one row.
ENDS = re.compile(r"WHERE \w+\.workspace_id = \S+ ORDER BY \w+\.id( DESC)?\s+LIMIT")
GARBLED = NotUnderstood(
    network="sandbox", account="main", dedupe_key="k", raw=b"{", reason="No author."
)


@pytest.fixture
def watch(community: Community, tmp_path: Any) -> Watch:
    adapters: Any = {("sandbox", "main"): community.network}
    return Watch(settings=Settings(data=tmp_path), clock=community.clock, adapters=adapters)


def read(community: Community, watch: Watch) -> dict[str, Metric]:
    """By name, as they would be told now."""
    writer = community.writer
    with writer.database.reading() as session:
        return {one.name: one for one in measures(session, watch=watch, writer=writer)}


def value(found: dict[str, Metric], name: str, **labels: str) -> float:
    metric = next(one for key, one in found.items() if name.startswith(key))
    values = [it.value for it in metric.samples if it.name == name and it.labels == labels]
    return values[0] if values else 0.0


async def live(community: Community) -> None:
    """Some of everything: answered, unread, refused, unknown, quarantined, paused."""
    post = await community.post_about("CUP-1")
    await community.say(WISH, author="Ada Lovelace", reply_to=post)
    community.network.fail_next(Fault.REFUSE)
    await community.say("How long does it keep warm?", author="Bo Diddley")
    await community.hear(community.network.event("unread"))
    await community.writer.run(lambda session: receive(session, [GARBLED]))
    await community.writer.run(_spoil)


def _spoil(session: Session) -> None:
    sent = session.scalars(
        sa.select(Delivery).where(Delivery.state == DeliveryState.SENT).limit(1)
    ).one()
    sent.state = DeliveryState.UNKNOWN
    place = session.scalars(sa.select(Channel).filter_by(remote_id="Ironleaf")).one()
    place.paused_because = "No."


async def test_what_flows_and_what_stands_is_told(community: Community, watch: Watch) -> None:
    before = read(community, watch)
    await live(community)
    await community.hear(*[community.network.event("again")] * 3)
    found = read(community, watch)

    def more(name: str, **labels: str) -> float:
        return value(found, name, **labels) - value(before, name, **labels)

    assert more("hubbub_events_total", network="sandbox", outcome="new") == 4
    assert more("hubbub_events_total", network="sandbox", outcome="repeated") == 2
    assert more("hubbub_events_total", network="sandbox", outcome="quarantined") == 1
    assert more("hubbub_attempts_total", network="sandbox", outcome="refused") == 1
    assert more("hubbub_answer_seconds_count", by="bot") == 1
    assert more("hubbub_commands_total") >= more("hubbub_commit_seconds_count") > 5
    assert value(found, "hubbub_inbox_waiting") == 2
    assert value(found, "hubbub_quarantined") == 1
    assert value(found, "hubbub_messages_waiting") == 1
    assert value(found, "hubbub_deliveries", network="sandbox", state="refused") == 1
    assert value(found, "hubbub_deliveries", network="sandbox", state="unknown") == 1
    assert value(found, "hubbub_channels_paused", network="sandbox") == 1
    assert value(found, "hubbub_cases", state="open") == 1
    assert value(found, "hubbub_lease_held", lease="inbox") == 1
    (up,) = found["hubbub_network_up"].samples
    assert up.labels == {"network": "sandbox", "account": "main"}
    assert value(found, "hubbub_alarms", kind="delivery_unknown") == 1
    assert value(found, "hubbub_database_size_bytes") > 100_000
    assert value(found, "process_resident_memory_bytes") > 10_000_000


async def test_how_long_something_has_waited_is_told(
    community: Community, watch: Watch, clock: FrozenClock
) -> None:
    await live(community)
    clock.advance(timedelta(seconds=90))
    found = read(community, watch)
    assert value(found, "hubbub_inbox_oldest_seconds") == 90
    assert value(found, "hubbub_messages_oldest_seconds") == pytest.approx(90, abs=1)
    assert value(found, "hubbub_oldest_unknown_seconds") == 90
    assert value(found, "hubbub_oldest_due_seconds") == 0


async def test_names_follow_the_conventions_and_name_nobody(
    community: Community, watch: Watch
) -> None:
    await live(community)
    for name, metric in read(community, watch).items():
        assert re.fullmatch(r"(hubbub|process)_[a-z_]+", name)
        assert metric.documentation.strip(), name
        for sample in metric.samples:
            assert "Ada" not in str(sample) and "Bo" not in str(sample)
            assert not re.search(r"[0-9a-f]{16}", str(sample.labels)), sample
            if metric.type == "counter":
                assert sample.name.endswith("_total"), sample


async def test_every_kind_of_alarm_is_there_even_when_all_is_well(
    community: Community, watch: Watch
) -> None:
    kinds = {sample.labels["kind"] for sample in read(community, watch)["hubbub_alarms"].samples}
    assert kinds == {kind.value for kind in AlarmKind}


@contextmanager
def noting(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """What readers send meanwhile, with what is filled in."""
    sent: list[tuple[str, Any]] = []

    def note(*given: Any) -> None:
        sent.append((given[2], given[3]))

    event.listen(database.readers, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.readers, "before_cursor_execute", note)


def scans(database: Database, sent: list[tuple[str, Any]]) -> list[str]:
    """The statements that would read a whole big table."""
    lite = database.is_sqlite
    pattern = re.compile((WHOLE if lite else WHOLE_THERE).format("|".join(BIG)))
    found = []
    with database.readers.connect() as connection:
        if not lite:  # small tables are read whole for a good reason: ask what happens to big ones
            connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, values in sent:
            if statement.lstrip().upper().startswith("SELECT"):
                explain = "EXPLAIN QUERY PLAN " if lite else "EXPLAIN "
                rows = connection.exec_driver_sql(explain + statement, values).all()
                plan = "\n".join(str(row[-1]) for row in rows)
                if pattern.search(plan) and not ENDS.search(statement):
                    found.append(f"{statement}\n{plan}")
    return found


def ask_for_all(community: Community) -> Callable[[Session], None]:
    """Explain one of each."""
    (first, *_), (delivery, *_) = community.events(), community.all(Delivery)
    names = (first.id, delivery.id, community.suggestion().id, first.id.hex[:10], "nothing")

    def ask(session: Session) -> None:
        for name in names:
            explain(session, str(name))

    return ask


def fill(session: Session) -> None:
    """A hundred copies of all that happened, so that reading it all is no longer the quickest."""
    tables = [table for table in metadata.sorted_tables if table.name in BIG and "id" in table.c]
    found = {table: session.execute(sa.select(table)).mappings().all() for table in tables}
    for _ in range(100):
        new: dict[object, UUID] = defaultdict(session.ids.new)
        known = {row["id"] for rows in found.values() for row in rows}
        for table, rows in found.items():
            for row in rows:
                moved = {
                    name: new[it] if isinstance(it, UUID) and it in known else it
                    for name, it in row.items()
                }
                session.execute(sa.insert(table), moved | _its_own(table, moved["id"]))
    if session.get_bind().dialect.name != "sqlite":
        session.execute(sa.text("ANALYZE"))


def _its_own(table: sa.Table, id: UUID) -> dict[str, Any]:
    """What no two may share; and it is done and dusted."""
    names = {"dedupe_key", "key", "remote_id", "conversation"} & set(table.c.keys())
    state = {"event": "done", "delivery": "sent"}.get(table.name)
    return dict.fromkeys(names, str(id)) | ({"state": state} if state else {})


@pytest.mark.parametrize("what", ["metrics", "alarms", "explain"])
async def test_nothing_reads_a_whole_big_table(
    community: Community, watch: Watch, writer: Writer, what: str
) -> None:
    await live(community)
    await writer.run(fill)
    await writer.run(lambda session: writer.database.learn(session.connection()))
    writer.database.readers.dispose()
    looks: dict[str, Callable[[Session], object]] = {
        "metrics": lambda session: list(measures(session, watch=watch, writer=writer)),
        "alarms": watch.alarms,
        "explain": ask_for_all(community),
    }
    with noting(writer.database) as sent, writer.database.reading() as session:
        looks[what](session)
    assert len(sent) > 5
    assert scans(writer.database, sent) == []
