"""The numbers that `/metrics` shows, read from the tables."""

from collections.abc import Iterable
from enum import StrEnum

import sqlalchemy as sa
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from bot.db import Session
from bot.inbox.models import Event, EventState
from bot.outbox.models import Delivery, DeliveryState
from bot.suppliers.models import Case, CaseState


def measures(session: Session) -> Iterable[Metric]:
    """Events, deliveries and cases by state, and how long the oldest due delivery has waited."""
    yield _by_state(session, "hubbub_events", "Events taken in.", Event.state, EventState)
    yield _by_state(session, "hubbub_deliveries", "Deliveries.", Delivery.state, DeliveryState)
    yield _by_state(session, "hubbub_cases", "Partners' cases.", Case.state, CaseState)
    waiting = sa.select(sa.func.min(Delivery.due_at)).where(
        Delivery.state == DeliveryState.PENDING, Delivery.due_at <= session.now()
    )
    oldest = session.scalar(waiting)
    late = GaugeMetricFamily(
        "hubbub_oldest_due_seconds", "How long the oldest due delivery has been waiting."
    )
    late.add_metric([], (session.now() - oldest).total_seconds() if oldest else 0.0)
    yield late


def _by_state(
    session: Session,
    name: str,
    text: str,
    column: sa.orm.InstrumentedAttribute[object],
    states: type[StrEnum],
) -> Metric:
    counted = dict(session.execute(sa.select(column, sa.func.count()).group_by(column)).all())
    family = GaugeMetricFamily(name, text, labels=["state"])
    for state in states:
        family.add_metric([state.value], counted.get(state, 0))
    return family
