"""Reading how partners are reached, and what came back from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.outbox.models import Delivery, DeliveryState
from bot.suppliers.correspondence import words
from bot.suppliers.correspondence.choosing import TRY
from bot.suppliers.correspondence.models import Reply, Standing, Way
from bot.suppliers.correspondence.sending import means_of, way_of
from bot.suppliers.models import Case, Supplier

MOST = 100

# A delivery's state as the pages' badges name it.
_SHOWN = {
    DeliveryState.PENDING: "waiting",
    DeliveryState.REFUSED: "failed",
    DeliveryState.HELD: "needs_look",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The latest test."""

    state: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How a partner is reached now. ``where``: an address, a program's, or a chat's name;
    ``code_until``: until when a code that was made can still be sent in a chat."""

    way: Way
    where: str
    network: str
    code_until: datetime | None
    tried: Tried | None
    held: int


def reached(session: Session, supplier: Supplier) -> Reached:
    channel = session.need(Channel, supplier.channel_id)
    means, way = means_of(session, supplier.id), way_of(supplier, channel)
    where = {Way.MAIL: channel.remote_id, Way.CALL: means.url if means else ""}
    until = means.code_until if means else None
    return Reached(
        way=way,
        where=where.get(way, channel.name),
        network=channel.network,
        code_until=until if until and until > session.now() else None,
        tried=_tried(session, supplier.id),
        held=held(session, supplier.id),
    )


def _tried(session: Session, supplier: UUID) -> Tried | None:
    latest = session.scalar(
        sa.select(Delivery)
        .where(Delivery.key.startswith(f"{TRY}:{supplier.hex}:"))
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    if latest is None:
        return None
    state = _SHOWN.get(latest.state, latest.state.value)
    return Tried(state=state, note=latest.note, at=latest.sent_at or latest.due_at)


def held(session: Session, supplier: UUID | None = None) -> int:
    """How many answers wait for a person; of one partner, or of all and of nobody known."""
    waiting = sa.select(sa.func.count()).where(Reply.standing == Standing.HELD)
    if supplier:
        waiting = waiting.where(Reply.supplier_id == supplier)
    return session.scalar(waiting) or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An answer as staff read it; ``may_take``: it says what it decides, and about which case."""

    reply: Reply
    partner: str
    suggestion: UUID | None
    may_take: bool


def answers(session: Session) -> Sequence[Shown]:
    """What came back, that which waits for a person first, then the newest."""
    waits = sa.case((Reply.standing == Standing.HELD, 0), else_=1)
    rows = session.execute(
        sa.select(Reply, Supplier.name, Case.suggestion_id)
        .outerjoin(
            Supplier,
            sa.and_(Supplier.workspace_id == Reply.workspace_id, Supplier.id == Reply.supplier_id),
        )
        .outerjoin(Case, sa.and_(Case.workspace_id == Reply.workspace_id, Case.id == Reply.case_id))
        .order_by(waits, Reply.id.desc())
        .limit(MOST)
    )
    return [
        Shown(
            reply=reply,
            partner=name or "",
            suggestion=suggestion,
            may_take=bool(reply.case_id) and words.read(reply.text) is not None,
        )
        for reply, name, suggestion in rows
    ]
