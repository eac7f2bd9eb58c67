"""The calendar: a month or a list of what is planned, gone out, or still being written."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_interval, format_skeleton
from litestar import get

from bot.clock import Clock
from bot.db import Session
from bot.errors import InvalidInput
from bot.settings import Settings
from bot.web.access import Access
from bot.web.i18n import gettext as _
from bot.web.i18n import locale
from bot.web.pages import AnyRequest, Page, fragment, page
from bot.web.words import spoken
from content_calendar import (
    approval_views,
    keeping_views,
    media_views,
    move_views,
    post_acts,
    post_views,
    queries,
    sharing_views,
    template_views,
    week,
)
from content_calendar.coverage import coverage
from content_calendar.month import (
    LISTED,
    MOST,
    UNDATED,
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
from content_calendar.tray import tray

_DAY = timedelta(days=1)


@get("/calendar", access=Access.MARKETER, sync_to_thread=True)
def calendar(request: AnyRequest, session: Session, settings: Settings, clock: Clock) -> Page:
    asked = request.query_params
    zone = _zone(asked.get("zone"), settings)
    today = clock.now().astimezone(zone).date()
    day = _date(asked.get("day"))
    month = (day or _date(f"{asked.get('month')}-01") or today).replace(day=1)
    usual = "list" if day or _is_phone(request) else "month"
    view = asked["view"] if asked.get("view") in _views() else usual
    around = _around(month, today, view, asked.get("zone"))
    around |= {"items": tray(session), "back": _here(request)}
    if view == "list":
        return _list(session, month, day, today, zone, around, settings)
    if view == "week":
        start = day or (today if month == today.replace(day=1) else month)
        return _week(session, start, today, zone, around)
    if view == "coverage":
        return _coverage(session, zone, around)
    weeks = weeks_of(month)
    days = queries.by_day(session, weeks[0][0], weeks[-1][-1], zone, most=MOST)
    undated = queries.undated(session, UNDATED + 1)
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
        undated=undated[:UNDATED],
        all_undated=around["tabs"][2]["href"] if len(undated) > UNDATED else "",
        **around,
        **_local(asked.get("zone"), zone),
    )


@get("/calendar/tray", access=Access.MARKETER, sync_to_thread=True)
def look(request: AnyRequest, session: Session) -> Page:
    """What stands in the tray now, for a page that is open."""
    back = request.query_params.get("back", "")
    return fragment("calendar/_tray.html", items=tray(session), back=back)


def _here(request: AnyRequest) -> str:
    query = request.url.query
    return f"/calendar?{query}" if query else "/calendar"


def _week(session: Session, day: date, today: date, zone: ZoneInfo, around: dict[str, Any]) -> Page:
    days, asked = week.days_of(day), around["asked"]
    hours = queries.by_hour(session, days[0], days[-1], zone, most=week.MOST)
    return page(
        "calendar/week.html",
        heads=week.heads(days, today, asked, locale()),
        rows=week.rows(days, hours, today, asked),
        **around | _turned(days[0], today, asked),
        **_local(asked, zone),
    )


def _turned(monday: date, today: date, asked: str) -> dict[str, Any]:
    """The arrows and the title of a week."""

    def address(day: date) -> str:
        return f"/calendar?view=week&day={day}{asked}"

    return {
        "title": format_interval(monday, monday + 6 * _DAY, "yMMMd", locale=spoken(locale())),
        "before": address(monday - 7 * _DAY),
        "after": address(monday + 7 * _DAY),
        "current": "" if monday <= today < monday + 7 * _DAY else address(today),
        "current_said": _("This week"),
    }


def _coverage(session: Session, zone: ZoneInfo, around: dict[str, Any]) -> Page:
    channels, campaigns = coverage(session, zone)
    return page(
        "calendar/coverage.html",
        channels=channels,
        campaigns=campaigns,
        say_day=lambda day: say_day(day, locale()),
        short=lambda day: format_skeleton("MMMd", day, locale=spoken(locale())),
        **around | {"title": _("Coverage"), "before": "", "after": "", "current": ""},
        **_local(around["asked"], zone),
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
    if shown and not day:
        shown = _with_empty(shown, max(month, today), last, said)
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


Listed = tuple[date, str, queries.Day]


def _with_empty(
    shown: list[Listed], first: date, last: date, said: Callable[[date], str]
) -> list[Listed]:
    """Every day, so that a post can be moved to one that has none yet."""
    held = {day: it for day, _words, it in shown}
    days = [first + n * _DAY for n in range((last - first).days + 1)]
    return [(day, said(day), held.get(day, queries.Day())) for day in days]


def _around(month: date, today: date, view: str, zone: str | None) -> dict[str, Any]:
    def address(view: str, month: date) -> str:
        return f"/calendar?view={view}&month={month:%Y-%m}{further}"

    further = f"&{urlencode({'zone': zone})}" if zone else ""
    before, after = neighbour_months(month)
    return {
        "title": format_date(month, "LLLL y", locale=locale()),
        "tabs": [
            {"href": address(name, month), "label": label, "current": view == name}
            for name, label in _views().items()
        ],
        "before": address(view, before),
        "after": address(view, after),
        "current": address(view, today) if month != today.replace(day=1) else "",
        "current_said": _("This month"),
        "new_href": "/posts/new",
        "asked": further,
    }


def _views() -> dict[str, str]:
    return {
        "month": _("Month"),
        "week": _("Week"),
        "list": _("List"),
        "coverage": _("Coverage"),
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
    look,
    *post_views.routes,
    *post_acts.routes,
    *move_views.routes,
    *keeping_views.routes,
    *media_views.routes,
    *sharing_views.routes,
    *template_views.routes,
    *approval_views.routes,
    *queue_views.routes,
    *shelf_views.routes,
]
