"""Cases for what was just said: routed, and their letters put into the outbox, all at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import HUBBUB
from bot.accounts.models import AuditEntry
from bot.channels.models import Channel
from bot.db import Session, insert_all, insert_new
from bot.networks import Content
from bot.outbox import service as outbox
from bot.suggestions.models import Suggestion, SuggestionState
from bot.suppliers import agreement, agreement_letters, letters, people, queries
from bot.suppliers.agreement_terms import Terms
from bot.suppliers.correspondence.facts import facts
from bot.suppliers.correspondence.models import Way
from bot.suppliers.correspondence.sending import Event, draft, key_of, way_of
from bot.suppliers.models import Case, CaseState, Supplier
from bot.suppliers.routing import Router


def open_cases(
    session: Session, suggestion_ids: Sequence[UUID], *, since: datetime | None = None
) -> None:
    """A case for each suggestion that has none yet, with its partner, or "whose is it?".

    ``since``: when the oldest of them was said; left away means now.
    """
    if not suggestion_ids:
        return
    session.flush()
    found = session.scalars(sa.select(Suggestion).where(Suggestion.id.in_(suggestion_ids)))
    router = Router(session)
    owners = {suggestion: router.owner(suggestion) for suggestion in found}
    rows = [_case(session, suggestion, owner) for suggestion, owner in owners.items()]
    made = insert_new(session, Case, rows, unique=("suggestion_id",))
    case_of = {row["suggestion_id"]: row["id"] for row in rows if row["id"] in made}
    handed = {s: owner for s, owner in owners.items() if owner and s.id in case_of}
    _record(session, case_of, handed)
    if handed:
        cases = {row["suggestion_id"]: Case(**row) for row in rows}  # only to be looked at
        _hand_over(session, handed, cases, since)
    session.announce("cases")


def _case(session: Session, suggestion: Suggestion, owner: Supplier | None) -> dict[str, Any]:
    return {
        "id": session.ids.new(),
        "suggestion_id": suggestion.id,
        "supplier_id": owner.id if owner else None,
        "state": CaseState.OPEN,
        "opened_at": session.now(),
        "handed_over_at": session.now() if owner else None,
        "version": 1,
    }


def _record(
    session: Session, case_of: Mapping[UUID, UUID], handed: Mapping[Suggestion, Supplier]
) -> None:
    def entry(verb: str, case: UUID, **details: str) -> dict[str, Any]:
        return {
            "at": session.now(),
            "actor": HUBBUB,
            "verb": verb,
            "subject": Case.__tablename__,
            "subject_id": case,
            "details": details,
        }

    opened = [entry("opened", case) for case in case_of.values()]
    moved = [entry("handed over", case_of[s.id], to=owner.name) for s, owner in handed.items()]
    insert_all(session, AuditEntry, [*opened, *moved])


def _hand_over(
    session: Session,
    handed: Mapping[Suggestion, Supplier],
    case_of: Mapping[UUID, Case],
    since: datetime | None,
) -> None:
    places = session.scalars(
        sa.select(Channel).where(Channel.id.in_({one.channel_id for one in handed.values()}))
    )
    channels = {channel.id: channel for channel in places}
    said = queries.said(session, [suggestion.id for suggestion in handed])
    terms = agreement.terms_at(session, {one.id for one in handed.values()})
    drafts = []
    for suggestion, supplier in handed.items():
        suggestion.state = SuggestionState.WITH_PARTNER
        drafts.append(
            draft_letter(
                session,
                case=case_of[suggestion.id],
                suggestion=suggestion,
                supplier=supplier,
                channel=channels[supplier.channel_id],
                terms=terms[supplier.id](session.now()),
                said=said[suggestion.id],
                since=since,
            )
        )
    copies = people.copies(
        session, ((owner, *one) for owner, one in zip(handed.values(), drafts, strict=True))
    )
    outbox.enqueue_all(session, [*(draft for draft, _ in drafts), *copies])
    session.announce("partners", "suggestions")


def draft_letter(
    session: Session,
    *,
    case: Case,
    suggestion: Suggestion,
    supplier: Supplier,
    channel: Channel,
    terms: Terms,
    said: queries.Said,
    since: datetime | None = None,
) -> tuple[dict[str, Any], Content]:
    """What hands this version of the case to the partner, still to be enqueued, and the letter
    that says it."""
    due = terms.hours.add(session.now(), timedelta(hours=terms.answer))
    known = facts(
        session, case, supplier, suggestion=suggestion, said=said.to(terms), answer_by=due
    )
    short = way_of(supplier, channel) is Way.CHAT
    letter = letters.case_letter(
        known,
        supplier=supplier.name,
        role=supplier.role,
        hours=terms.answer,
        by=agreement_letters.said(due, terms.zone) if terms.week != Terms().week else "",
        quoted=letters.MOST_QUOTED // 2 if short else letters.MOST_QUOTED,
    )
    opened = draft(
        session,
        supplier,
        channel,
        letter,
        case.id,
        key=key_of(case.id, case.version),
        what=Event.OPENED,
        product_id=suggestion.product_id,
        since=since or session.now(),
    )
    return opened, letter
