"""What partners decide and staff answer: the matter is found by the words that people used."""

from typing import Any

import sqlalchemy as sa

from bot.db import Session
from bot.errors import NotFound
from bot.inbox import answering
from bot.inbox.models import Message
from bot.members.models import Member
from bot.networks import Content
from bot.outbox.models import About, Delivery
from bot.products.models import Product
from bot.sample.cast import Cast
from bot.suggestions import service as suggestions
from bot.suggestions.models import Suggestion
from bot.suppliers import service as suppliers
from bot.suppliers.models import Act, Case, Supplier


def decide(session: Session, cast: Cast, deed: dict[str, Any]) -> None:
    """A partner acts on one of their cases."""
    case = _case(session, deed)
    assert case.supplier_id is not None
    promise = deed.get("promise")
    suppliers.decide(
        session,
        case,
        Act(deed["act"]),
        text=deed.get("text", ""),
        promised_for=None if promise is None else cast.days.date(promise),
        by=f"supplier:{session.need(Supplier, case.supplier_id).name}",
    )


def answer_as_staff(session: Session, cast: Cast, deed: dict[str, Any]) -> None:
    """Somebody from the shop answers a message."""
    found = sa.select(Message).where(Message.text.contains(deed["words"], autoescape=True))
    message = session.scalars(found.order_by(Message.id)).one()
    content = Content(text=deed["text"])
    answering.answer(session, message, content, once=session.ids.new(), by=cast.staff[deed["by"]])


def answer_partner(session: Session, cast: Cast, deed: dict[str, Any]) -> None:
    """A consumer answers in the thread where the partner's question reached them."""
    asked = (
        sa.select(Delivery)
        .join(Message, Message.remote_id == Delivery.reply_to)
        .join(Member, Member.id == Message.member_id)
        .where(
            Delivery.about == About.QUESTION,
            Delivery.about_id == _case(session, deed).id,
            Member.name == deed["who"],
        )
    )
    cast.answer(session, deed["who"], deed["text"], session.scalars(asked).one())


def merge(session: Session, _cast: Cast, deed: dict[str, Any]) -> None:
    """Staff see that two suggestions are one."""
    one = session.need(Suggestion, _case(session, deed).suggestion_id)
    other = _case(session, {**deed, "words": deed["into"]})
    suggestions.merge(session, one, session.need(Suggestion, other.suggestion_id))


def _case(session: Session, deed: dict[str, Any]) -> Case:
    """The partner's oldest case about that product in whose words these stand."""
    found = (
        sa.select(Case)
        .join(Suggestion, Suggestion.id == Case.suggestion_id)
        .outerjoin(Product, Product.id == Suggestion.product_id)
        .where(
            Suggestion.words.icontains(deed["words"], autoescape=True),
            Case.supplier_id.is_not(None),
            Product.sku == deed["product"] if "product" in deed else sa.true(),
        )
        .order_by(Case.id)
        .limit(1)
    )
    case = session.scalar(found)
    if case is None:
        raise NotFound(f"The sample's story speaks of {deed['words']!r}, which nobody said.")
    return case
