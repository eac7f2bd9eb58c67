"""Charts of a partner's own products, and what they take with them as files."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from litestar import Response, get

from bot.db import Session
from bot.suppliers import charting, taking
from bot.suppliers.insights import FEW, PERIODS, Insights, insights, own_products
from bot.suppliers.portal import Partner
from bot.suppliers.words import say_date
from bot.web.access import Access
from bot.web.i18n import gettext as _
from bot.web.pages import Page, page


@get("/supplier/insights", access=Access.PARTNER, sync_to_thread=True)
def show(session: Session, partner: Partner, product: str = "", weeks: int = PERIODS[0]) -> Page:
    """``product``: an id of one of their own; anything else is all of them."""
    own = own_products(session, partner.supplier.id)
    found = _found(session, partner, product, weeks)
    demand = [count.demand for _day, count in found.weeks]
    problems = [count.problems for _day, count in found.weeks]
    return page(
        "suppliers/insights.html",
        title=_("How it goes"),
        found=found,
        own=own,
        chosen=next((str(one.id) for one in own if str(one.id) == product), ""),
        weeks=len(found.weeks),
        periods=PERIODS,
        few=FEW,
        columns_of=[
            (_("Wishes and suggestions"), charting.top(demand), demand),
            (_("Problems"), charting.top(problems), problems),
        ],
        bars=charting.bars,
        dots=charting.dots([count.polarity for _day, count in found.weeks]),
        days=[say_date(day) for day, _count in found.weeks],
        say_date=say_date,
        zone=ZoneInfo(partner.supplier.zone),
    )


def _found(session: Session, partner: Partner, product: str, weeks: int) -> Insights:
    own = own_products(session, partner.supplier.id)
    chosen = [one for one in own if str(one.id) == product] or own
    period = weeks if weeks in PERIODS else PERIODS[0]
    return insights(session, chosen, period, ZoneInfo(partner.supplier.zone))


@get("/supplier/cases.csv", access=Access.PARTNER, sync_to_thread=True)
def cases_csv(session: Session, partner: Partner) -> Response[bytes]:
    rows = taking.cases(session, partner.supplier.id)
    return _csv("cases", taking.CASE, (taking.flat(row) for row in rows))


@get("/supplier/cases.json", access=Access.PARTNER, sync_to_thread=True)
def cases_json(session: Session, partner: Partner) -> Response[bytes]:
    return _json("cases", list(taking.cases(session, partner.supplier.id)))


@get("/supplier/insights.csv", access=Access.PARTNER, sync_to_thread=True)
def insights_csv(
    session: Session, partner: Partner, product: str = "", weeks: int = PERIODS[0]
) -> Response[bytes]:
    rows = taking.counted(_found(session, partner, product, weeks))
    return _csv("insights", taking.COUNTED, rows)


@get("/supplier/insights.json", access=Access.PARTNER, sync_to_thread=True)
def insights_json(
    session: Session, partner: Partner, product: str = "", weeks: int = PERIODS[0]
) -> Response[bytes]:
    rows = list(taking.counted(_found(session, partner, product, weeks)))
    return _json("insights", rows)


def _csv(name: str, columns: Sequence[str], rows: Iterable[taking.Row]) -> Response[bytes]:
    """No cell runs as a formula; spreadsheets see by the mark at its beginning that it is UTF-8."""
    text = "\N{BOM}" + taking.csv_of(columns, rows)
    return _file(f"{name}.csv", text.encode("utf-8", "replace"), "text/csv; charset=utf-8")


def _json(name: str, rows: list[taking.Row]) -> Response[bytes]:
    text = json.dumps(rows, ensure_ascii=False, indent=1, default=_plain)
    return _file(f"{name}.json", text.encode("utf-8", "replace"), "application/json")


def _plain(value: date) -> str:
    return value.isoformat()


def _file(name: str, body: bytes, type: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=type, headers=headers)


routes = [show, cases_csv, cases_json, insights_csv, insights_json]
