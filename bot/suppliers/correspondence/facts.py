"""The facts of a case, put together once: letter, chat and program only render them."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.products.models import Product
from bot.suggestions.models import Suggestion
from bot.suppliers import acts, agreement, queries
from bot.suppliers.models import Act, Answer, Case, CaseState, Supplier
from bot.understanding import Facet, Kind

# So many of each are quoted; the portal shows all.
MOST_QUOTED = 50

# What no words of people may stand for: see `bot.suppliers.letters`.
PLACEHOLDERS = ("{portal-link}", "{shop}", "{how-to-answer}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a partner may know of a case, at this version of it. ``words`` are masked: the first
    said, then others, the same only once; of the ``answered`` answers the last. ``trend``: people a
    week, the current one last."""

    case: UUID
    version: int
    state: CaseState
    kind: Kind
    facet: Facet
    product: str
    sku: str
    people: int
    words: tuple[str, ...]
    answered: int
    answers: tuple[str, ...]
    trend: tuple[tuple[date, int], ...]
    answer_by: datetime | None
    promised_for: date | None

    @property
    def allowed(self) -> tuple[Act, ...]:
        return acts.ALLOWED[self.state]

    def to_json(self) -> dict[str, Any]:
        return {
            "case": str(self.case),
            "version": self.version,
            "state": self.state.value,
            "about": self.kind.value,
            "facet": self.facet.value,
            "product": {"name": self.product, "sku": self.sku} if self.product else None,
            "people": self.people,
            "words": list(self.words),
            "answered": self.answered,
            "answers": list(self.answers),
            "trend": [{"week": day.isoformat(), "people": number} for day, number in self.trend],
            "answer_by": self.answer_by.isoformat() if self.answer_by else None,
            "promised_for": self.promised_for.isoformat() if self.promised_for else None,
            "allowed": [act.value for act in self.allowed],
        }


def facts(
    session: Session,
    case: Case,
    supplier: Supplier,
    *,
    suggestion: Suggestion | None = None,
    said: queries.Said | None = None,
    answer_by: datetime | None = None,
) -> Facts:
    """As they are now and as the partner may know them; ``suggestion``, ``said`` and ``answer_by``
    where they are known already."""
    suggestion = suggestion or session.need(Suggestion, case.suggestion_id)
    said = said or queries.said_to(session, supplier, [suggestion.id])[suggestion.id]
    product = session.need(Product, suggestion.product_id) if suggestion.product_id else None
    if answer_by is None and (clock := agreement.clock(case, supplier, session.now())):
        answer_by = clock.due
    answers = _answers(session, case)
    everything = dict.fromkeys([suggestion.words, *(voice.words for voice in said.voices)])
    masked = (plain(said.masked(words)) for words in islice(everything, MOST_QUOTED))
    return Facts(
        case=case.id,
        version=case.version,
        state=case.state,
        kind=suggestion.kind,
        facet=suggestion.facet,
        product=plain(product.name) if product else "",
        sku=product.sku if product else "",
        people=max(said.people, 1),
        words=tuple(dict.fromkeys(words for words in masked if words)),
        answered=len(answers),
        answers=tuple(filter(None, (plain(said.masked(one)) for one in answers[-MOST_QUOTED:]))),
        trend=queries.trend([voice.said_at for voice in said.voices], session.now()),
        answer_by=answer_by,
        promised_for=case.promised_for,
    )


def _answers(session: Session, case: Case) -> list[str]:
    """Nobody was asked before the first decision."""
    if case.version == 1:
        return []
    given = sa.select(Answer.words).filter_by(case_id=case.id).order_by(Answer.id)
    return list(session.scalars(given))


def plain(text: str) -> str:
    """The text without what would be filled in as it leaves."""
    for placeholder in PLACEHOLDERS:
        text = text.replace(placeholder, "")
    return text.strip()
