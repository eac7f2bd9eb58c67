"""Roles belong to relationships: who speaks for a partner has no voice on what is that partner's,
and is a consumer like anybody of every other partner."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.channels.models import Channel
from bot.db import Session
from bot.engagement.persons.models import Belonging
from bot.members.models import Member
from bot.outbox.models import Delivery
from bot.products.models import Product
from bot.suggestions.hearing import Heard, Matter
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers.models import Case, Coverage, Supplier
from bot.suppliers.routing import Router

Partners = Mapping[UUID, str]  # by id: the name
Spokespeople = Mapping[UUID, Partners]  # by person: for whom they speak


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One account of a person that speaks for a partner."""

    id: UUID
    supplier_id: UUID
    partner: str
    network: str
    since: datetime
    by: str


def begin(session: Session, member: Member, supplier: Supplier, *, by: str) -> Belonging:
    """From now on they speak for this partner; again changes nothing."""
    there = sa.select(Belonging).filter_by(
        member_id=member.id, supplier_id=supplier.id, ended_at=None
    )
    if (known := session.scalar(there)) is not None:
        return known
    row = session.put(
        Belonging(member_id=member.id, supplier_id=supplier.id, since=session.now(), by=by)
    )
    record(session, by, "knows as theirs", supplier, member=member.id.hex)
    session.announce("messages", "suggestions", "partners")
    return row


def end(session: Session, row: Belonging, *, by: str) -> None:
    """They are a consumer like anybody again; at once, and for what they say from now on."""
    if row.ended_at is None:
        row.ended_at = session.now()
        supplier = session.need(Supplier, row.supplier_id)
        record(session, by, "knows no more as theirs", supplier, member=row.member_id.hex)
        session.announce("messages", "suggestions", "partners")


def known(session: Session, *where: sa.ColumnElement[bool]) -> list[Known]:
    rows = session.execute(
        sa.select(Belonging, Supplier.name, Member.network)
        .join(Supplier, Supplier.id == Belonging.supplier_id)
        .join(Member, Member.id == Belonging.member_id)
        .where(Belonging.ended_at.is_(None), *where)
        .order_by(Belonging.id)
    )
    return [
        Known(
            id=row.id,
            supplier_id=row.supplier_id,
            partner=partner,
            network=network,
            since=row.since,
            by=row.by,
        )
        for row, partner, network in rows
    ]


def speak_for(session: Session, people: Collection[UUID]) -> Spokespeople:
    """By person, the partners for whom any of their accounts speaks: known as theirs, or because
    it is the very address at which the partner gets its cases."""
    if not people:
        return {}
    told = (
        sa.select(Member.person_id, Supplier.id, Supplier.name)
        .join(Belonging, Belonging.member_id == Member.id)
        .join(Supplier, Supplier.id == Belonging.supplier_id)
        .where(Member.person_id.in_(people), Belonging.ended_at.is_(None))
    )
    same_place = sa.and_(
        Member.workspace_id == Channel.workspace_id,
        Member.network == Channel.network,
        Member.account == Channel.account,
        Member.remote_id == Channel.remote_id,
    )
    reached = (
        sa.select(Member.person_id, Supplier.id, Supplier.name)
        .join(Channel, same_place)
        .join(
            Supplier,
            sa.and_(
                Supplier.workspace_id == Channel.workspace_id, Supplier.channel_id == Channel.id
            ),
        )
        .where(Member.person_id.in_(people))
    )
    found: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for statement in (told, reached):
        for person, supplier, name in session.execute(statement):
            found[person][supplier] = name
    return found


def owners(session: Session, suggestion: Suggestion) -> set[UUID]:
    """Whose it is: of the product, of its brand, of the case."""
    cases = sa.select(Case.supplier_id).filter_by(suggestion_id=suggestion.id)
    found = owners_of(session, suggestion.product_id)
    return found | {one for one in session.scalars(cases) if one}


def owners_of(session: Session, product_id: UUID | None) -> set[UUID]:
    product = product_id and session.find(Product, product_id)
    if not product:
        return set()
    covered = sa.or_(Coverage.product_id == product.id, Coverage.brand_id == product.brand_id)
    return set(session.scalars(sa.select(Coverage.supplier_id).where(covered)))


def of_theirs(session: Session, suggestion: Suggestion, person: UUID) -> str:
    """The partner for whom this person speaks, and whose suggestion this is; empty: none."""
    theirs = speak_for(session, [person]).get(person)
    return _first(theirs, owners(session, suggestion)) if theirs else ""


def badges(session: Session, person: UUID, products: Iterable[UUID | None]) -> list[str]:
    """The partners for whom they speak where it is about these products."""
    theirs = speak_for(session, [person]).get(person)
    if not theirs:
        return []
    whose = {owner for product in products for owner in owners_of(session, product)}
    return sorted(name for id, name in theirs.items() if id in whose)


def _first(theirs: Partners, whose: Collection[UUID]) -> str:
    return next((name for id, name in sorted(theirs.items()) if id in whose), "")


def sift(
    session: Session, matters: Sequence[Matter], people: Spokespeople
) -> tuple[list[Matter], dict[UUID, str]]:
    """What may be heard as a voice; and by message, the partner of which it would have been the
    own voice on what is its own. ``people``: `speak_for` of them."""
    if not people:
        return list(matters), {}
    router, fair, refused = Router(session), [], {}
    for matter in matters:
        theirs = people.get(matter.person_id)
        name = _first(theirs, _whose(session, matter, router)) if theirs else ""
        if name:
            refused[matter.message_id] = name
        else:
            fair.append(matter)
    return fair, refused


def _whose(session: Session, matter: Matter, router: Router) -> set[UUID]:
    unsaid = Suggestion(
        kind=matter.kind, topic=matter.topic, product_id=matter.product_id, words=matter.words
    )
    owner = router.owner(unsaid)
    return owners_of(session, matter.product_id) | ({owner.id} if owner else set())


def withdraw(session: Session, heard: Sequence[Heard], people: Spokespeople) -> dict[UUID, str]:
    """By message, as `sift`: those that joined what was handed to their own partner by hand. Their
    voice is taken out again."""
    refused = {}
    for one in heard:
        theirs = people.get(one.matter.person_id)
        if not theirs or one.opened or one.again:
            continue
        suggestion = session.need(Suggestion, one.suggestion_id)
        if name := _first(theirs, owners(session, suggestion)):
            mine = {"suggestion_id": suggestion.id, "person_id": one.matter.person_id}
            session.execute(sa.delete(Voice).filter_by(**mine))
            refused[one.matter.message_id] = name
    return refused


def on_theirs(session: Session, member: Member, delivery: UUID) -> str:
    """The partner for whom they speak, where our message is about what is that partner's."""
    theirs = speak_for(session, [member.person_id]).get(member.person_id)
    if not theirs:
        return ""
    said = session.need(Delivery, delivery)
    case = said.about_id and session.find(Case, said.about_id)
    whose = owners_of(session, said.product_id)
    return _first(theirs, whose | ({case.supplier_id} if case and case.supplier_id else set()))
