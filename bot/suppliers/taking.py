"""What a partner takes with them: their cases and what is said of their products, as plain rows.

Words are masked; nothing here tells who spoke.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.products.catalogue import guarded
from bot.suppliers import letters, portal_queries, queries
from bot.suppliers.insights import Count, Insights
from bot.suppliers.models import Decision
from bot.suppliers.portal_queries import Asked
from bot.suppliers.queries import CaseView, Said
from bot.suppliers.words import about

Row = dict[str, Any]
# The newest of a partner's cases that one file holds.
MOST = 2_000
_PORTION = 100
CASE = (
    *("id", "what", "kind", "about", "product", "people", "state", "came", "due"),
    *("promised_for", "words", "answers"),
)
COUNTED = ("week", "product", "wishes_and_suggestions", "problems", "people", "polarity")


def cases(session: Session, supplier: UUID) -> Iterator[Row]:
    """Each of the partner's cases with everything that their page of it shows."""
    views = queries.cases_of(session, supplier, MOST)
    for at in range(0, len(views), _PORTION):
        yield from _cases(session, supplier, views[at : at + _PORTION])


def _cases(session: Session, supplier: UUID, views: Sequence[CaseView]) -> Iterator[Row]:
    ids = [view.case.id for view in views]
    heard = queries.said_to(session, supplier, [view.suggestion.id for view in views])
    replied = portal_queries.replies(session, ids)
    decided: dict[UUID, list[Decision]] = {id: [] for id in ids}
    for one in session.scalars(
        sa.select(Decision)
        .where(Decision.case_id.in_(ids), Decision.supplier_id == supplier)
        .order_by(Decision.id)
    ):
        decided[one.case_id].append(one)
    for view in views:
        said, decisions = heard[view.suggestion.id], decided[view.case.id]
        asked = portal_queries.beside(decisions, replied[view.case.id], said.masked)
        yield _case(view, said, decisions, asked)


def _case(view: CaseView, said: Said, decisions: Sequence[Decision], asked: list[Asked]) -> Row:
    masked = cache(said.masked)  # many say it in the same words
    return {
        "id": str(view.case.id),
        "what": letters.subject(view.suggestion.kind, view.product),
        "kind": view.suggestion.kind.value,
        "about": about(view.suggestion.facet, view.suggestion.topic),
        "product": view.product,
        "people": view.people,
        "state": view.case.state.value,
        "came": view.case.handed_over_at,
        "due": view.clock.due if view.clock else None,
        "promised_for": view.case.promised_for,
        "words": [words for voice in said.voices if (words := masked(voice.words))],
        "decisions": [
            {
                "act": one.act.value,
                "at": one.decided_at,
                "text": one.text,
                "promised_for": one.promised_for,
            }
            for one in decisions
        ],
        "questions": [
            {
                "question": one.decision.text,
                "answers": [answer.words for answer in one.answers],
            }
            for one in asked
        ],
    }


def flat(row: Row) -> Row:
    """A case as a line of a table: what people said and answered, a line of the cell each."""
    kept = {name: row[name] for name in row if name not in {"decisions", "questions", "words"}}
    answers = [
        f"{one['question']}: {answer}" for one in row["questions"] for answer in one["answers"]
    ]
    return kept | {"words": "\n".join(row["words"]), "answers": "\n".join(answers)}


def counted(found: Insights) -> Iterator[Row]:
    """A row a week, then one a product over the whole period."""
    for day, count in found.weeks:
        yield {"week": day, "product": "", **_figures(count)}
    for product, count in found.products:
        yield {"week": None, "product": product.name, **_figures(count)}


def _figures(count: Count) -> Row:
    return {
        "wishes_and_suggestions": count.demand,
        "problems": count.problems,
        "people": count.people,
        "polarity": count.polarity,
    }


def csv_of(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """A table in which no text begins like a formula; an empty one still has its headings."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in columns])
    return file.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)  # a number that is below zero is no formula
    return value.isoformat() if isinstance(value, date) else guarded(str(value))
