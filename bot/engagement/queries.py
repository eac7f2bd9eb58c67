"""Reading suggestions with everything that hangs on them: product, people, partner, decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm

from bot.accounts.models import AuditEntry
from bot.db import Session
from bot.errors import NotFound
from bot.products.models import Product
from bot.suggestions.forms import Wanted
from bot.suggestions.models import Suggestion, SuggestionState, Voice
from bot.suggestions.queries import Crowd, Like, Spoken, alike, crowds, spoken
from bot.suppliers.agreement import Clock, clock
from bot.suppliers.models import Case, Decision, Supplier

IN_COLUMN, ON_PAGE = 5, 24
_OFFERED = 300  # products and partners in a list to choose from

Pair = tuple[UUID, str]
# A suggestion; if there are any: product, case, partner, what it was merged into.
_Found = tuple[Suggestion, Product | None, Case | None, Supplier | None, Suggestion | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """A suggestion that a message opened or joined."""

    id: UUID
    words: str
    state: SuggestionState
    opened: bool
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A suggestion on the board."""

    suggestion: Suggestion
    product: str
    partner: str
    crowd: Crowd


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A state with its latest suggestions; ``count``: how many there are in all."""

    state: SuggestionState
    count: int
    cards: list[Card]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be filtered by or chosen."""

    products: list[Pair]
    partners: list[Pair]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything about one suggestion."""

    suggestion: Suggestion
    product: Product | None
    case: Case | None
    partner: Supplier | None
    due: Clock | None
    into: Suggestion | None
    voices: list[Spoken]
    alike: list[tuple[Like, Crowd]]
    decisions: Sequence[Decision]
    trail: Sequence[AuditEntry]
    partners: list[Pair]


def opened_by(session: Session, message: UUID) -> list[Became]:
    """The suggestions behind which this message stands."""
    earlier = orm.aliased(Voice)
    before = sa.exists().where(
        earlier.workspace_id == Voice.workspace_id,
        earlier.suggestion_id == Voice.suggestion_id,
        earlier.id < Voice.id,
    )
    rows = session.execute(
        sa.select(Suggestion, before)
        .join(Voice, Voice.suggestion_id == Suggestion.id)
        .where(Voice.message_id == message)
        .order_by(Voice.id)
    ).all()
    people = crowds(session, [suggestion.id for suggestion, _ in rows])
    return [
        Became(
            id=suggestion.id,
            words=suggestion.words,
            state=suggestion.state,
            opened=not joined,
            others=people[suggestion.id].people - 1,
        )
        for suggestion, joined in rows
    ]


def board(session: Session, wanted: Wanted) -> list[Column]:
    """A column for each state, or one page of the state that is asked for."""
    counted = _matching(sa.select(Suggestion.state, sa.func.count()), wanted)
    counts = dict(session.execute(counted.group_by(Suggestion.state)).all())
    cards = _cards(session, wanted)
    return [
        Column(
            state=state,
            count=counts.get(state, 0),
            cards=[card for card in cards if card.suggestion.state is state],
        )
        for state in SuggestionState
    ]


def _matching(
    statement: sa.Select[*tuple[Any, ...]], wanted: Wanted
) -> sa.Select[*tuple[Any, ...]]:
    statement = statement.where(Suggestion.merged_into_id.is_(None))
    if wanted.kind:
        statement = statement.where(Suggestion.kind == wanted.kind)
    if wanted.product:
        statement = statement.where(Suggestion.product_id == wanted.product)
    if wanted.partner:
        theirs = sa.select(Case.suggestion_id).where(Case.supplier_id == wanted.partner)
        statement = statement.where(Suggestion.id.in_(theirs))
    if wanted.words:
        said = sa.select(Voice.suggestion_id).where(
            Voice.words.icontains(wanted.words, autoescape=True)
        )
        statement = statement.where(
            Suggestion.words.icontains(wanted.words, autoescape=True) | Suggestion.id.in_(said)
        )
    return statement


def _cards(session: Session, wanted: Wanted) -> list[Card]:
    place = sa.func.row_number().over(
        partition_by=Suggestion.state, order_by=(Suggestion.last_voice_at.desc(), Suggestion.id)
    )
    ranked = _matching(sa.select(Suggestion.id, place.label("place")), wanted)
    first, last = 1, IN_COLUMN
    if wanted.state:
        ranked = ranked.where(Suggestion.state == wanted.state)
        first, last = (wanted.page - 1) * ON_PAGE + 1, wanted.page * ON_PAGE
    ranks = ranked.subquery()
    rows = session.execute(
        sa.select(Suggestion, Product.name, Supplier.name)
        .join(ranks, ranks.c.id == Suggestion.id)
        .outerjoin(Product, Product.id == Suggestion.product_id)
        .outerjoin(Case, Case.suggestion_id == Suggestion.id)
        .outerjoin(Supplier, Supplier.id == Case.supplier_id)
        .where(ranks.c.place.between(first, last))
        .order_by(ranks.c.place)
    ).all()
    people = crowds(session, [suggestion.id for suggestion, _, _ in rows])
    return [
        Card(
            suggestion=suggestion,
            product=product or "",
            partner=partner or "",
            crowd=people[suggestion.id],
        )
        for suggestion, product, partner in rows
    ]


def choices(session: Session) -> Choices:
    """Products that something was said about, and all partners, by name."""
    spoken_of = sa.select(Suggestion.product_id).where(Suggestion.product_id.is_not(None))
    products = sa.select(Product.id, Product.name).where(Product.id.in_(spoken_of))
    return Choices(
        products=_pairs(session, products.order_by(Product.name)), partners=partners(session)
    )


def partners(session: Session) -> list[Pair]:
    return _pairs(session, sa.select(Supplier.id, Supplier.name).order_by(Supplier.name))


def products(session: Session) -> list[tuple[str, str]]:
    """SKU and name of the products that a list may offer."""
    rows = session.execute(
        sa.select(Product.sku, Product.name).order_by(Product.name).limit(_OFFERED)
    )
    return [(sku, name) for sku, name in rows]


def _pairs(session: Session, statement: sa.Select[UUID, str]) -> list[Pair]:
    return [(id, name) for id, name in session.execute(statement.limit(_OFFERED))]


def dossier(session: Session, id: UUID) -> Dossier:
    """Raises `NotFound`."""
    suggestion, product, case, partner, into = _found(session, id)
    near = alike(session, suggestion) if into is None else []
    people = crowds(session, [like.suggestion.id for like in near])
    return Dossier(
        suggestion=suggestion,
        product=product,
        case=case,
        partner=partner,
        due=clock(case, partner, session.now())
        if case is not None and partner is not None
        else None,
        into=into,
        voices=spoken(session, id),
        alike=[(like, people[like.suggestion.id]) for like in near],
        decisions=_decisions(session, case),
        trail=_trail(session, [id, *([case.id] if case is not None else [])]),
        partners=partners(session),
    )


def _found(session: Session, id: UUID) -> _Found:
    into = orm.aliased(Suggestion)
    row: Any = session.execute(
        sa.select(Suggestion, Product, Case, Supplier, into)
        .outerjoin(Product, Product.id == Suggestion.product_id)
        .outerjoin(Case, Case.suggestion_id == Suggestion.id)
        .outerjoin(Supplier, Supplier.id == Case.supplier_id)
        .outerjoin(into, into.id == Suggestion.merged_into_id)
        .where(Suggestion.id == id)
    ).first()
    if row is None:
        raise NotFound
    return tuple(row)


def _decisions(session: Session, case: Case | None) -> Sequence[Decision]:
    if case is None:
        return ()
    return session.scalars(
        sa.select(Decision).where(Decision.case_id == case.id).order_by(Decision.id)
    ).all()


def _trail(session: Session, subjects: Sequence[UUID]) -> Sequence[AuditEntry]:
    return session.scalars(
        sa.select(AuditEntry).where(AuditEntry.subject_id.in_(subjects)).order_by(AuditEntry.id)
    ).all()
