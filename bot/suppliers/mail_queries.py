"""Reading what left, or should have left, by mail."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.errors import NotFound
from bot.outbox.models import About, Delivery, DeliveryState
from bot.suppliers import letters
from bot.suppliers.models import Supplier
from bot.suppliers.portal_models import Contact

# A delivery's state as the pages' badges name it.
_SHOWN = {
    DeliveryState.PENDING: "waiting",
    DeliveryState.REFUSED: "failed",
    DeliveryState.HELD: "needs_look",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail as staff read it: never with a link that works."""

    id: UUID
    to: str
    subject: str
    before: str  # the text up to the link, and from there on
    after: str
    has_link: bool
    at: datetime
    state: str
    note: str


def newest(session: Session, *, shop: str, most: int = 100) -> list[Letter]:
    rows = session.execute(
        sa.select(Delivery, Channel.remote_id, sa.func.coalesce(Supplier.id, Contact.supplier_id))
        .join(Channel, Channel.id == Delivery.channel_id)
        .outerjoin(Supplier, Supplier.channel_id == Channel.id)
        .outerjoin(Contact, Contact.channel_id == Channel.id)
        .where(Channel.network == "email", Delivery.about != About.ENTRY)
        .order_by(Delivery.id.desc())
        .limit(most)
    )
    shown = {delivery.id: (delivery, to, supplier) for delivery, to, supplier in rows}
    return [_letter(delivery, to, supplier, shop) for delivery, to, supplier in shown.values()]


def _letter(delivery: Delivery, to: str, supplier: UUID | None, shop: str) -> Letter:
    text = delivery.content["text"].replace(letters.SHOP, shop).replace(letters.HOW, "")
    before, link, after = text.partition(letters.LINK)
    return Letter(
        id=delivery.id,
        to=to,
        subject=delivery.content.get("title", "").replace(letters.SHOP, shop),
        before=before.strip(),
        after=after.strip(),
        has_link=bool(link) and supplier is not None,
        at=delivery.sent_at or delivery.due_at,
        state=_SHOWN.get(delivery.state, delivery.state.value),
        note=delivery.note,
    )


def to_whom(session: Session, delivery: UUID) -> tuple[Supplier, UUID | None]:
    """The partner that a letter went to, and the case it is about. Raises `NotFound`."""
    row = session.execute(
        sa.select(Supplier, Delivery.about_id)
        .outerjoin(Contact, Contact.supplier_id == Supplier.id)
        .join(Delivery, Delivery.channel_id.in_((Supplier.channel_id, Contact.channel_id)))
        .where(Delivery.id == delivery, Delivery.about == About.CASE)
        .order_by(Supplier.id)
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]
