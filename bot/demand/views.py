"""The planner's page, its files, and the same for programs."""

from typing import Any

from litestar import get
from litestar.response import Response

from bot.accounts.api_tokens import Scope
from bot.db import Session
from bot.demand import queries
from bot.demand.queries import Demand, Measure
from bot.demand.rules import BEFORE
from bot.demand.shapes import DemandShape, as_csv, lines
from bot.settings import Settings
from bot.web.access import Access
from bot.web.api import API
from bot.web.i18n import gettext as _
from bot.web.pages import Page, page

MOST = 30
_API: dict[str, Any] = {**API, "tags": ["Demand"]}


@get("/insights/demand", access=Access.MARKETER, sync_to_thread=True)
def show(session: Session, settings: Settings, q: str = "") -> Page:
    found = _demand(session, settings)
    search = q.strip()
    rows = [
        row
        for row in found.products
        if search.casefold() in row.name.casefold() or search.casefold() == row.sku.casefold()
    ]
    return page(
        "demand/demand.html",
        title=_("Demand"),
        demand=found,
        rows=rows[:MOST],
        total=len(rows),
        changed=sum(row.has_changed for row in found.products),
        measures=[
            (Measure.WISHES, _("Wishes")),
            (Measure.MISSED, _("Out of stock")),
            (Measure.PROBLEMS, _("Problems")),
        ],
        search=search,
        most=MOST,
        before=BEFORE,
    )


@get("/insights/demand.csv", access=Access.MARKETER, sync_to_thread=True)
def as_file(session: Session, settings: Settings) -> Response[str]:
    headers = {"Content-Disposition": 'attachment; filename="demand.csv"'}
    text = "\N{BOM}" + as_csv(_demand(session, settings))
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@get("/insights/demand.json", access=Access.MARKETER, sync_to_thread=True)
def as_json(session: Session, settings: Settings) -> Response[DemandShape]:
    headers = {"Content-Disposition": 'attachment; filename="demand.json"'}
    return Response(_shape(session, settings), headers=headers)


@get("/api/v1/demand", scope=Scope.INSIGHTS, sync_to_thread=True, **_API)
def for_program(session: Session, settings: Settings) -> DemandShape:
    """Per product and whole week, the last twelve: how many people wished for it, said that it
    can't be had, or had a problem with it; of how many; and whether that is a change."""
    return _shape(session, settings)


def _demand(session: Session, settings: Settings) -> Demand:
    return queries.demand(session, zone=settings.shop.zone)


def _shape(session: Session, settings: Settings) -> DemandShape:
    return DemandShape(items=list(lines(_demand(session, settings))))


routes = [show, as_file, as_json, for_program]
