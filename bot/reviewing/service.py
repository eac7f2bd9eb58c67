"""What staff say about what was understood, and what follows from it."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.accounts.models import User
from bot.db import Session
from bot.errors import Conflict, InvalidInput
from bot.inbox.models import Message, Signal
from bot.members.models import Member
from bot.products.models import Product
from bot.reviewing.models import Correction, Field
from bot.suggestions.hearing import MATTERS, Matter, hear
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers.opening import open_cases
from bot.understanding import Facet, Kind, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """What it should be; what is None stays. ``product``: an id, "" for none."""

    kind: Kind | None = None
    facet: Facet | None = None
    topic: Topic | None = None
    polarity: float | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """``changed``: something was wrong. ``opened``: the suggestion that came of it just now."""

    changed: bool
    opened: UUID | None


def correct(session: Session, signal: Signal, put: Put, *, by: User) -> Done:
    """Put it right, or say that it is right; what people should act on is opened where it waited
    for this. Raises `Conflict` for a message that was taken back meanwhile."""
    session.refresh(signal, with_for_update=True)
    if not signal.words:
        raise Conflict("This message was taken back meanwhile. Go on with the next.")
    changed = False
    if put.kind is not None:
        changed |= _note(session, signal, Field.KIND, signal.kind, put.kind, by)
        signal.kind = put.kind
    if put.facet is not None:
        changed |= _note(session, signal, Field.FACET, signal.facet, put.facet, by)
        signal.facet = put.facet
    if put.topic is not None:
        changed |= _note(session, signal, Field.TOPIC, signal.topic, put.topic, by)
        signal.topic = put.topic
    if put.polarity is not None:
        changed |= _note(session, signal, Field.POLARITY, signal.polarity, put.polarity, by)
        signal.polarity = put.polarity
    if put.product is not None:
        was = str(signal.product_id or "")
        changed |= _note(session, signal, Field.PRODUCT, was, put.product, by)
        signal.product_id = UUID(put.product) if put.product else None
    session.flush()
    if changed:
        record(session, by, "corrected", signal)
    session.announce("messages", "review")
    return Done(changed=changed, opened=_open(session, signal))


def skip(session: Session, signal: Signal, *, by: User) -> None:
    """It is not asked about again."""
    _note(session, signal, Field.SKIPPED, "", "", by)
    session.announce("review")


def undo(session: Session, signal: Signal, *, by: User) -> None:
    """As it was before anybody looked. What was opened by it stays, on its own page."""
    for one in session.scalars(sa.select(Correction).filter_by(signal_id=signal.id)):
        _put_back(signal, one)
        session.delete(one)
    session.flush()
    record(session, by, "undid the correction of", signal)
    session.announce("messages", "review")


def _put_back(signal: Signal, one: Correction) -> None:
    if one.field is Field.KIND:
        signal.kind = Kind(one.was)
    elif one.field is Field.FACET:
        signal.facet = Facet(one.was)
    elif one.field is Field.TOPIC:
        signal.topic = Topic(one.was)
    elif one.field is Field.POLARITY:
        signal.polarity = float(one.was)
    elif one.field is Field.PRODUCT:
        signal.product_id = UUID(one.was) if one.was else None


def _note(
    session: Session, signal: Signal, field: Field, was: object, became: object, by: User
) -> bool:
    """One row for each thing looked at: looked at again, it keeps what was first thought."""
    known = session.scalar(
        sa.select(Correction).filter_by(signal_id=signal.id, field=field).with_for_update()
    )
    if known is not None:
        known.became, known.by, known.at = str(became), by.name, session.now()
    else:
        session.put(
            Correction(
                signal_id=signal.id,
                field=field,
                was=str(was),
                became=str(became),
                confidence=signal.confidence,
                by=by.name,
                at=session.now(),
            )
        )
    return str(was) != str(became)


def _open(session: Session, signal: Signal) -> UUID | None:
    """The suggestion that it joins or opens, where people should act on it and nobody does yet."""
    voiced = sa.select(Voice.id).filter_by(signal_id=signal.id)
    if signal.kind not in MATTERS or session.scalar(voiced) is not None:
        return None
    message = session.need(Message, signal.message_id)
    member = session.need(Member, message.member_id)
    heard = hear(
        session,
        [
            Matter(
                kind=signal.kind,
                facet=signal.facet,
                topic=signal.topic,
                product_id=signal.product_id,
                words=signal.words,
                said_at=message.said_at,
                message_id=message.id,
                signal_id=signal.id,
                member_id=member.id,
                person_id=member.person_id,
            )
        ],
    )[0]
    if heard.opened:
        open_cases(session, [heard.suggestion_id])
    return heard.suggestion_id


def suggestion_of(session: Session, signal: Signal) -> Suggestion | None:
    return session.scalar(
        sa.select(Suggestion)
        .join(Voice, Voice.suggestion_id == Suggestion.id)
        .where(Voice.signal_id == signal.id)
    )


def product_named(session: Session, text: str) -> str:
    """The id of the product with this SKU or name, "" for no text. Raises `InvalidInput`."""
    if not text:
        return ""
    named = sa.or_(Product.sku == text, sa.func.lower(Product.name) == text.lower())
    found = session.scalars(sa.select(Product).where(named).limit(3)).all()
    exact = [product for product in found if product.sku == text] or list(found)
    if len(exact) == 1:
        return str(exact[0].id)
    problem = (
        f"Several products are called “{text}”: give the SKU."
        if exact
        else f"No product is called “{text}”. Give its name as in the catalogue, or its SKU."
    )
    raise InvalidInput(fields={"product": problem})
