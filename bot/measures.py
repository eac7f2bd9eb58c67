"""The numbers that `/metrics` shows: what is there from the tables, what flows from `bot.tally`.

Every statement here goes by an index and touches only what is still open, so that it costs the
same at a million stored messages as at none. No person's name, id or words is a label.
"""

import platform
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.metadata import version

import sqlalchemy as sa
from prometheus_client import Metric, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

from bot import tally
from bot.channels.models import Channel
from bot.clock import moment_of
from bot.db import Row, Session, Writer
from bot.db.leases import Lease
from bot.inbox.models import Event, EventState, Message
from bot.inbox.queries import WAITING
from bot.networks import Health
from bot.outbox.models import Delivery, DeliveryState
from bot.suppliers.models import Case, CaseState
from bot.watching.alarms import AlarmKind
from bot.watching.watch import Watch

# What a person, or the outbox, still has to see to. What was sent is counted as it is sent.
_OPEN = (
    DeliveryState.SENDING,
    DeliveryState.UNKNOWN,
    DeliveryState.REFUSED,
    DeliveryState.HELD,
)
_process = ProcessCollector(registry=None)


def measures(session: Session, *, watch: Watch, writer: Writer) -> Iterable[Metric]:
    """Everything, in the order in which a message meets it."""
    yield from tally.REGISTRY.collect()
    yield from _process.collect()
    yield _build(session)
    yield _one("hubbub_writer_waiting", "Writes that wait for the writer.", writer.waiting)
    yield from _inbox(session)
    yield from _outbox(session)
    yield _cases(session)
    yield _leases(session)
    yield from _networks(watch)
    yield _alarms(session, watch)
    size = _size(session)
    yield _one("hubbub_database_size_bytes", "What the database takes on its disk.", size)


def _one(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _count(session: Session, kind: type[Row], *where: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(kind).where(*where)) or 0


def _age(session: Session, since: datetime | None) -> float:
    return max((session.now() - since).total_seconds(), 0.0) if since else 0.0


def _build(session: Session) -> Metric:
    info = InfoMetricFamily("hubbub_build", "What runs here.")
    given = {
        "version": version("hubbub"),
        "python": platform.python_version(),
        "database": session.get_bind().dialect.name,
    }
    info.add_metric([], given)
    return info


def _inbox(session: Session) -> Iterator[Metric]:
    new = Event.state == EventState.NEW
    oldest = session.scalar(sa.select(Event.received_at).where(new).order_by(Event.id).limit(1))
    yield _one("hubbub_inbox_waiting", "Events that are not read yet.", _count(session, Event, new))
    yield _one(
        "hubbub_inbox_oldest_seconds", "For how long the oldest has waited.", _age(session, oldest)
    )
    yield _one(
        "hubbub_quarantined",
        "Events that could not be read and wait for a look.",
        _count(session, Event, Event.state == EventState.QUARANTINED),
    )
    person = session.scalar(sa.select(Message.id).where(WAITING).order_by(Message.id).limit(1))
    yield _one(
        "hubbub_messages_waiting",
        "Messages that a person has to answer.",
        _count(session, Message, WAITING),
    )
    yield _one(
        "hubbub_messages_oldest_seconds",
        "For how long the oldest of them has waited.",
        _age(session, moment_of(person) if person else None),
    )


def _outbox(session: Session) -> Iterator[Metric]:
    now, pending = session.now(), Delivery.state == DeliveryState.PENDING
    found = GaugeMetricFamily(
        "hubbub_deliveries",
        "Deliveries that are on their way, or wait for a person.",
        labels=["network", "state"],
    )
    for state in _OPEN:
        for network, count in session.execute(_by_network(state)).all():
            found.add_metric([network, state.value], count)
    yield found
    # Of these there may be very many; the index alone tells their number, and not their network.
    yield _one(
        "hubbub_deliveries_due",
        "Deliveries that could leave now.",
        _count(session, Delivery, pending, Delivery.due_at <= now),
    )
    yield _one(
        "hubbub_deliveries_scheduled",
        "Deliveries whose time is still to come.",
        _count(session, Delivery, pending, Delivery.due_at > now),
    )
    for name, text, which in (
        ("due", "How late the oldest due delivery is.", sa.and_(pending, Delivery.due_at <= now)),
        (
            "unknown",
            "For how long nobody has said whether it arrived.",
            Delivery.state == "unknown",
        ),
    ):
        oldest = session.scalar(sa.select(sa.func.min(Delivery.due_at)).where(which))
        yield _one(f"hubbub_oldest_{name}_seconds", text, _age(session, oldest))
    paused = GaugeMetricFamily("hubbub_channels_paused", "Silent channels.", labels=["network"])
    silent = sa.select(Channel.network, sa.func.count()).where(Channel.paused_because != "")
    for network, count in session.execute(silent.group_by(Channel.network)):
        paused.add_metric([network], count)
    yield paused


def _by_network(state: DeliveryState) -> sa.Select[str, int]:
    same = sa.and_(Channel.workspace_id == Delivery.workspace_id, Channel.id == Delivery.channel_id)
    counted = sa.select(Channel.network, sa.func.count()).select_from(Delivery).join(Channel, same)
    return counted.where(Delivery.state == state).group_by(Channel.network)


def _cases(session: Session) -> Metric:
    counted = sa.select(Case.state, sa.func.count()).group_by(Case.state)
    by_state = dict(session.execute(counted).all())
    found = GaugeMetricFamily("hubbub_cases", "Partners' cases.", labels=["state"])
    for state in CaseState:
        found.add_metric([state.value], by_state.get(state, 0))
    return found


def _leases(session: Session) -> Metric:
    """1 for work that some process holds now, 0 for work that nobody does."""
    found = GaugeMetricFamily("hubbub_lease_held", "Work of one process alone.", labels=["lease"])
    held = sa.select(Lease.name, Lease.until).where(
        Lease.workspace_id == session.workspace, Lease.name != "readyz"
    )
    for name, until in session.execute(held.order_by(Lease.name)):
        found.add_metric([name], float(until > session.now()))
    return found


def _networks(watch: Watch) -> Iterator[Metric]:
    up = GaugeMetricFamily(
        "hubbub_network_up",
        "Whether an account of ours is connected, in this process: 1, 0.5 when it limps, 0.",
        labels=["network", "account"],
    )
    worth = {Health.OK: 1.0, Health.WARN: 0.5, Health.OFF: 0.0}
    for (network, account), adapter in watch.adapters.items():
        up.add_metric([network, account], worth[adapter.health()[0]])
    yield up
    yield _one("hubbub_disk_free_bytes", "Room where Hubbub keeps its data.", watch.free_space())


def _alarms(session: Session, watch: Watch) -> Metric:
    found = GaugeMetricFamily("hubbub_alarms", "What is wrong now, by kind.", labels=["kind"])
    counts = dict.fromkeys(AlarmKind, 0)
    for alarm in watch.alarms(session):
        counts[alarm.kind] += alarm.count
    for kind, count in counts.items():
        found.add_metric([kind.value], count)
    return found


def _size(session: Session) -> int:
    if session.get_bind().dialect.name == "sqlite":
        pages = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        return session.scalar(sa.text(pages)) or 0
    return session.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0
