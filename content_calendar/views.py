"""The calendar: a month or a list of what is planned, gone out, or still being written."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date
from litestar import get

from bot.clock import Clock
from bot.db import Session
from bot.errors import InvalidInput
from bot.settings import Settings
from bot.web.access import Access
from bot.web.i18n import gettext as _
from bot.web.i18n import locale
from bot.web.pages import AnyRequest, Page, page
from content_calendar import post_acts, post_views, queries
from content_calendar.month import (
    LISTED,
    MOST,
    month_table,
    neighbour_months,
    say_day,
    weekdays,
    weeks_of,
)
from content_calendar.queue import shelf_views
from content_calendar.queue import views as queue_views
from content_calendar.recurrence import zone_info
from content_calendar.sense.holidays import holidays_between

_DAY = timedelta(days=1)


@get("/calendar", access=Access.MARKETER, sync_to_thread=True)
def calendar(request: AnyRequest, session: Session, settings: Settings, clock: Clock) -> Page:
    asked = request.query_params
    zone = _zone(asked.get("zone"), settings)
    today = clock.now().astimezone(zone).date()
    day = _date(asked.get("day"))
    month = (day or _date(f"{asked.get('month')}-01") or today).replace(day=1)
    view = asked.get("view") or ("list" if day or _is_phone(request) else "month")
    around = _around(month, today, view, asked.get("zone"))
    if view == "list":
        return _list(session, month, day, today, zone, around, settings)
    weeks = weeks_of(month)
    days = queries.by_day(session, weeks[0][0], weeks[-1][-1], zone, most=MOST)
    return page(
        "calendar/month.html",
        weeks=month_table(
            month,
            days,
            today,
            asked=around["asked"],
            locale=locale(),
            holidays=_holidays(settings, weeks[0][0], weeks[-1][-1]),
        ),
        weekdays=weekdays(locale()),
        undated=queries.undated(session),
        **around,
        **_local(asked.get("zone"), zone),
    )


def _list(
    session: Session,
    month: date,
    day: date | None,
    today: date,
    zone: ZoneInfo,
    around: dict[str, Any],
    settings: Settings,
) -> Page:
    last = day or neighbour_months(month)[1] - _DAY
    if day:
        days = queries.by_day(session, day, day, zone).items()
    else:
        days = queries.by_day(session, month, last, zone, most=LISTED).items()
    named = _holidays(settings, day or month, last)

    def said(each: date) -> str:
        words = _said(each, today)
        return f"{words} · {named[each]}" if each in named else words

    shown = [(each, said(each), it) for each, it in days if day or each >= today]
    passed = [(each, said(each), it) for each, it in days if not day and each < today]
    if last < today:
        shown, passed = passed or shown, []
    return page(
        "calendar/list.html",
        days=shown,
        passed=passed,
        passed_count=sum(it.total for _day, _words, it in passed),
        day=day,
        day_said=_said(day, today) if day else "",
        undated=[] if day else queries.undated(session),
        **around,
        **_local(around["asked"], zone),
    )


def _holidays(settings: Settings, first: date, last: date) -> dict[date, str]:
    return holidays_between(settings.calendar.countries, first, last, locale())


def _around(month: date, today: date, view: str, zone: str | None) -> dict[str, Any]:
    def address(view: str, month: date) -> str:
        return f"/calendar?view={view}&month={month:%Y-%m}{further}"

    further = f"&{urlencode({'zone': zone})}" if zone else ""
    before, after = neighbour_months(month)
    return {
        "title": format_date(month, "LLLL y", locale=locale()),
        "tabs": [
            {"href": address("month", month), "label": _("Month"), "current": view != "list"},
            {"href": address("list", month), "label": _("List"), "current": view == "list"},
        ],
        "before": address(view, before),
        "after": address(view, after),
        "current": address(view, today) if month != today.replace(day=1) else "",
        "new_href": "/posts/new",
        "asked": further,
    }


def _local(asked: str | None, zone: ZoneInfo) -> dict[str, Any]:
    return {"zone": zone} if asked else {}


def _said(day: date, today: date) -> str:
    words = say_day(day, locale())
    near = {0: _("Today"), 1: _("Tomorrow"), -1: _("Yesterday")}.get((day - today).days)
    return f"{near}, {words}" if near else words


def _zone(asked: str | None, settings: Settings) -> ZoneInfo:
    try:
        return zone_info(asked or settings.shop.zone)
    except InvalidInput:
        return zone_info(settings.shop.zone)


def _date(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 1971 <= found.year <= 2199 else None


def _is_phone(request: AnyRequest) -> bool:
    """Under 768 px the list is the default; a server can only guess."""
    hint, browser = request.headers.get("sec-ch-ua-mobile"), request.headers.get("user-agent", "")
    return hint == "?1" if hint else "Mobi" in browser


routes = [
    calendar,
    *post_views.routes,
    *post_acts.routes,
    *queue_views.routes,
    *shelf_views.routes,
]
