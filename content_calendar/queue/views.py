"""The queue: its slots of the next two weeks, its categories, and what stands on its shelf."""

from collections.abc import Callable
from datetime import datetime, time
from itertools import groupby
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import get, post
from pydantic import BaseModel, ValidationError

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput
from bot.settings import Settings
from bot.web.access import Access
from bot.web.forms import problems, read_given, typed
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.i18n import locale
from bot.web.pages import AnyRequest, Back, Page, back_to, page
from content_calendar import service as calendar
from content_calendar.approving import has_role
from content_calendar.forms import typed_again
from content_calendar.models import Post
from content_calendar.month import say_day
from content_calendar.post_views import limits_of
from content_calendar.queries import community_channels
from content_calendar.queue import board, keeping, queries, service
from content_calendar.queue.forms import (
    CategoryForm,
    NextSlotForm,
    SlotForm,
    SlotsForm,
)
from content_calendar.queue.models import Category, Filling
from content_calendar.recurrence import zone_info
from content_calendar.repeat import DAYS
from content_calendar.sense.standing import (
    YOUNG_DAYS,
    YOUNG_REPLIES,
    best_times,
    mixes,
    youth,
)

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


@get("/queue", access=Access.MARKETER, sync_to_thread=True)
def show(session: Session, user: User, house: House) -> Page:
    return _board(session, user, house)


def _board(
    session: Session,
    user: User,
    house: House,
    *,
    told: dict[str, list[str]] | None = None,
    values: dict[str, Any] | None = None,
    status: int = 200,
) -> Page:
    settings = house.settings
    zone = zone_info(settings.shop.zone)
    lines = board.lines(session, limits_of(house), settings.calendar.repeat)

    def day(line: board.Line) -> Any:
        return line.opening.at.astimezone(zone).date()

    return page(
        "queue/board.html",
        status=status,
        title=_("Queue"),
        days=[(say_day(each, locale()), list(group)) for each, group in groupby(lines, key=day)],
        categories=queries.categories(session),
        times=board.weekly_times(session),
        cards=board.cards(session, zone),
        has_channels=bool(community_channels(session)),
        approves=has_role(user),
        fillings=_fillings(),
        **_sense(session, settings, zone),
        problems=told or {},
        values=values or {},
    )


def _sense(session: Session, settings: Settings, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "youth": youth(session, settings.calendar.calm),
        "young_days": YOUNG_DAYS,
        "young_replies": YOUNG_REPLIES,
        "best": best_times(session, zone),
        "mixes": mixes(session),
        "rules": settings.calendar,
    }


def _fillings() -> list[tuple[str, str]]:
    return [
        (Filling.SUGGEST.value, _("Suggest something")),
        (Filling.AUTOMATIC.value, _("Fill it, a week ahead")),
        (Filling.NEVER.value, _("Leave it empty")),
    ]


@post("/queue/categories", access=Access.MARKETER)
async def add_category(
    request: AnyRequest, writer: Writer, user: User, house: House
) -> Page | Back:
    given = await typed(request)
    try:
        form = read_given(given, CategoryForm)
        made = await writer.run(
            lambda session: keeping.add_category(session, form.name, form.filling, by=user)
        )
    except InvalidInput as wrong:
        with house.database.reading() as session:
            found = problems(wrong)
            return _board(session, user, house, told=found, values=given, status=422)
    return back_to(f"/queue/categories/{made.id}", _("Now give it its times of the week."))


@get("/queue/categories/{id:uuid}", access=Access.MARKETER, sync_to_thread=True)
def category(id: UUID, session: Session, user: User, house: House) -> Page:
    return _category(session, id, user, house.settings)


def _category(
    session: Session,
    id: UUID,
    user: User,
    settings: Settings,
    *,
    told: dict[str, list[str]] | None = None,
    values: dict[str, Any] | None = None,
    status: int = 200,
) -> Page:
    kind = session.need(Category, id)
    channels = community_channels(session)
    shown: dict[str, Any] = {"name": kind.name, "filling": kind.filling.value}
    shown |= {"zone": settings.shop.zone, "days": [], "time": "10:00"}
    shown["channels"] = [str(channels[0].id)] if len(channels) == 1 else []
    return page(
        "queue/category.html",
        status=status,
        title=kind.name,
        kind=kind,
        times=board.weekly_times(session).get(id, []),
        channels=channels,
        fillings=_fillings(),
        approves=has_role(user),
        problems=told or {},
        values=shown | (values or {}),
    )


@post("/queue/categories/{id:uuid}", access=Access.MARKETER)
async def change_category(
    id: UUID, request: AnyRequest, writer: Writer, user: User, house: House
) -> Page | Back:
    given = await typed(request)

    def change(session: Session) -> Category:
        form = read_given(given, CategoryForm)
        return keeping.change_category(session, id, form.name, form.filling, by=user)

    return await _or_again(id, given, writer, user, house, change, _("Saved."))


@post("/queue/categories/{id:uuid}/slots", access=Access.MARKETER)
async def add_slots(
    id: UUID, request: AnyRequest, writer: Writer, user: User, house: House
) -> Page | Back:
    given = {**request.query_params, **await typed(request)}  # an undo says it in its address

    def add(session: Session) -> int:
        it = read_given(given, SlotsForm)
        return keeping.add_slots(session, id, it.channels, it.weekdays, it.minute, it.zone, by=user)

    return await _or_again(id, given, writer, user, house, add, _("Added."))


async def _or_again(
    id: UUID,
    given: dict[str, Any],
    writer: Writer,
    user: User,
    house: House,
    work: Callable[[Session], object],
    said: str,
) -> Page | Back:
    """Do it, or show the category's page with what was typed and what is wrong with it."""
    try:
        await writer.run(work)
    except InvalidInput as wrong:
        with house.database.reading() as session:
            told, values = problems(wrong), typed_again(given)
            return _category(
                session, id, user, house.settings, told=told, values=values, status=422
            )
    return back_to(f"/queue/categories/{id}", said)


@post("/queue/categories/{id:uuid}/delete", access=Access.MARKETER)
async def delete_category(id: UUID, writer: Writer, user: User) -> Back:
    try:
        await writer.run(lambda session: keeping.delete_category(session, id, by=user))
    except Conflict as refused:
        return back_to(f"/queue/categories/{id}", str(refused), level="problem")
    return back_to("/queue", _("Deleted."))


@post("/queue/slots/{id:uuid}/remove", access=Access.MARKETER)
async def remove_slot(id: UUID, writer: Writer, user: User) -> Back:
    gone = await writer.run(lambda session: keeping.remove_slot(session, id, by=user))
    here, clock = f"/queue/categories/{gone.category_id}", f"{time(*divmod(gone.minute, 60)):%H:%M}"
    again = {"channels": gone.channel_id, "days": DAYS[gone.weekday]}
    return back_to(
        here,
        _("Removed. What is planned there already stays on the calendar."),
        undo=f"{here}/slots?{urlencode(again | {'time': clock, 'zone': gone.zone})}",
    )


@post("/queue/fill", access=Access.MARKETER)
async def fill(request: AnyRequest, writer: Writer, user: User, house: House) -> Back:
    limits, repeat = limits_of(house), house.settings.calendar.repeat

    def run(session: Session, asked: SlotForm) -> Post:
        opening = service.opening_of(session, asked.slot, asked.local)
        if asked.evergreen is None:
            raise InvalidInput(_("Something is missing there. Please try again."))
        return service.fill_with(
            session, opening, asked.evergreen, by=user, limits=limits, repeat=repeat
        )

    said = _("It is on the calendar.") if has_role(user) else _("Sent for approval.")
    return await _decide(request, writer, run, said)


@post("/queue/skip", access=Access.MARKETER)
async def skip(request: AnyRequest, writer: Writer) -> Back:
    def run(session: Session, asked: SlotForm) -> object:
        return service.decide(session, service.opening_of(session, asked.slot, asked.local))

    return await _decide(request, writer, run, _("Left empty this time."))


@post("/queue/reopen", access=Access.MARKETER)
async def reopen(request: AnyRequest, writer: Writer, user: User) -> Back:
    def run(session: Session, asked: SlotForm) -> None:
        opening = service.opening_of(session, asked.slot, asked.local)
        service.reopen(session, opening, by=user)

    return await _decide(request, writer, run, _("The slot is open again."), undo=False)


async def _decide(
    request: AnyRequest,
    writer: Writer,
    run: Callable[[Session, SlotForm], object],
    said: str,
    *,
    undo: bool = True,
) -> Back:
    try:
        asked = asked_of(SlotForm, {**request.query_params, **await typed(request)})
        await writer.run(lambda session: run(session, asked))
    except (Conflict, InvalidInput) as refused:
        return back_to("/queue", str(refused), level="problem")
    back = f"/queue/reopen?slot={asked.slot}&local={asked.local.isoformat()}"
    return back_to("/queue", said, undo=back if undo else "")


@post("/posts/{id:uuid}/next-slot", access=Access.MARKETER)
async def next_slot(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    """Give a post the next free slot of a category."""

    def run(session: Session) -> tuple[Post, datetime | None, str]:
        asked = asked_of(NextSlotForm, given)
        found = session.need(Post, id)
        was, zone = found.local, found.zone
        it = service.next_free(session, found, asked.category)
        calendar.move(session, id, asked.version, local=it.local, zone=it.zone, by=user)
        return found, was, zone

    given = await typed(request)
    try:
        moved, was, zone = await writer.run(run)
    except (Conflict, InvalidInput) as refused:
        return back_to(f"/posts/{id}", str(refused), level="problem")
    undo = (
        f"/posts/{id}/move?version={moved.version}&to={was.isoformat()}&zone={zone}" if was else ""
    )
    return back_to(f"/posts/{id}", _("It has the next free slot."), undo=undo)


def asked_of(model: type[M], given: dict[str, Any]) -> M:
    try:
        return model.model_validate({name: value for name, value in given.items() if value})
    except ValidationError:
        raise InvalidInput(_("Something is missing there. Please try again.")) from None


routes = [
    show,
    add_category,
    category,
    change_category,
    add_slots,
    delete_category,
    remove_slot,
    fill,
    skip,
    reopen,
    next_slot,
]
