"""The scorecard of all partners, as a page and as a file."""

import csv
import io

from litestar import Response, get

from bot.db import Session
from bot.products.catalogue import guarded
from bot.suppliers.agreement_terms import Stage
from bot.suppliers.scorecard import Card, cards
from bot.web.access import Access
from bot.web.i18n import gettext as _
from bot.web.pages import Page, page

SPANS = (30, 90, 365)  # days


@get("/partners/scorecard", access=Access.MARKETER, sync_to_thread=True)
def show(session: Session, days: str = "90") -> Page:
    chosen = _chosen(days)
    return page(
        "suppliers/scorecard.html",
        title=_("Scorecard"),
        cards=cards(session, chosen),
        days=chosen,
        spans=SPANS,
        stages={
            Stage.ACKNOWLEDGE: _("Seen"),
            Stage.ANSWER: _("Answered"),
            Stage.DELIVER: _("Delivered"),
        },
    )


@get("/partners/scorecard.csv", access=Access.MARKETER, sync_to_thread=True)
def download(session: Session, days: str = "90") -> Response[str]:
    chosen = _chosen(days)
    name = f"scorecard-{session.now():%Y-%m-%d}-{chosen}-days.csv"
    return Response(
        _table(cards(session, chosen)),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _chosen(days: str) -> int:
    return int(days) if days in map(str, SPANS) else 90


def _table(found: list[Card]) -> str:
    stages = [f"{stage.value}_{what}" for stage in Stage for what in ("met", "of")]
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(["partner", *stages, "redesigns", "before_promise", "thanked"])
    for card in found:
        figures = [n for stage in Stage for n in (card.kept[stage].met, card.kept[stage].of)]
        beyond = [card.redesigns, card.early, card.thanked]
        lines.writerow([guarded(card.supplier.name), *figures, *beyond])
    return text.getvalue()


routes = [show, download]
