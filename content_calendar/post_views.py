"""Composing a post, and seeing what became of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.concurrency import sync_to_thread as to_thread

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.networks import Action
from bot.settings import Settings
from bot.web.access import Access
from bot.web.forms import problems, typed
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, Page, back_to, fragment, page
from content_calendar import composing, editor, history, pictures, service
from content_calendar.asking import asking
from content_calendar.beginning import begun
from content_calendar.composing import STAGES, compose
from content_calendar.detail import Detail, detail
from content_calendar.draft import Draft
from content_calendar.editor import limits_of, naive
from content_calendar.forms import Act, Typed, shown, typed_again, understood
from content_calendar.keeping import Unfinished
from content_calendar.looks import Look, look
from content_calendar.models import Post
from content_calendar.sense.standing import youth
from content_calendar.writing import Limits

__all__ = ["limits_of", "routes"]

_STATUS = {InvalidInput: 422, Conflict: 409, NotAllowed: 403}


@get("/posts/new", access=Access.MARKETER, sync_to_thread=True)
def new(
    request: AnyRequest, session: Session, user: User, house: House, settings: Settings
) -> Page:
    targets, asked = editor.targets(session, limits_of(house)), request.query_params
    # With one place to speak, nobody should have to choose it.
    only = tuple(each.id for each in targets) if len(targets) == 1 else ()
    zone = asked.get("zone") or settings.shop.zone
    values, note = shown(Draft(zone=zone, channel_ids=only), ""), ""
    if kept := _unfinished(session, user, None, asked):
        values, note = {**typed_again(kept.given), "scratch": kept.scratch}, _going_on()
    elif asked.get("template"):
        values = begun(session, asked, settings, values, user)
    elif asked.get("ask"):
        values |= asking(session, asked["ask"], settings)
    if asked.get("date"):
        values["date"] = asked["date"]
        values["time"] = asked.get("time") or editor.last_time(session)
    if asked.get("channel"):
        values["channels"] = [asked["channel"]]
    return editor.form(session, None, values, user, house, note=note)


def _going_on() -> str:
    return _("This is what you had typed. It is saved when you press one of the buttons.")


@get("/posts/{id:uuid}", access=Access.MARKETER, sync_to_thread=True)
def show(id: UUID, request: AnyRequest, session: Session, user: User, house: House) -> Page:
    asked = request.query_params
    found = detail(session, id, naive(asked.get("on")))
    if found.locked:
        return _locked(session, found, user, house)
    values, note = shown(found.draft, found.product, found.on if found.repeats else None), ""
    if kept := _unfinished(session, user, id, asked):
        values, note = typed_again(kept.given), _going_on()
    elif (number := asked.get("restore", "")).isdecimal():
        old = history.said_in(session, id, int(number))
        values = shown(old, detail(session, id).product)
        note = _("This is how it was in version %(number)s. Save it to bring that back.")
        note %= {"number": number}
    return editor.form(session, found, values, user, house, note=note)


def _locked(session: Session, found: Detail, user: User, house: House) -> Page:
    limits = limits_of(house)
    deleting = [name for name, can in limits.items() if Action.DELETE in can.actions]
    return page(
        "calendar/post.html",
        title=found.draft.title,
        it=found,
        looks=_as_said(found, limits),
        calm=youth(session, house.settings.calendar.calm).calm,
        may_delete=deleting if service.may_approve(user) else [],
    )


def _as_said(found: Detail, limits: Limits) -> list[Look]:
    """What went out, in the words of then: a series may say something else by now."""
    by_said: dict[tuple[str, str], list[str]] = {}
    for result in found.results:
        by_said.setdefault((result.network, result.text), []).append(result.channel)
    return [
        look(
            replace(found.draft, text=text, overrides={}, poll=None)
            if found.repeats
            else found.draft,
            network,
            names,
            limits.get(network),
        )
        for (network, text), names in by_said.items()
    ]


def _unfinished(
    session: Session, user: User, post_id: UUID | None, asked: Mapping[str, str]
) -> Unfinished | None:
    """What this person had typed, when its address asks for it. Raises `NotFound`."""
    try:
        id = UUID(asked.get("unfinished", ""))
    except ValueError:
        return None
    kept = session.need(Unfinished, id)
    if kept.user_id != user.id or kept.post_id != post_id:
        raise NotFound
    return kept


@post("/posts/new", access=Access.MARKETER, request_max_body_size=pictures.LARGEST_FORM)
async def create(request: AnyRequest, writer: Writer, user: User, house: House) -> Page | Back:
    return await _compose(request, None, writer, user, house)


@post(
    "/posts/{id:uuid}",
    access=Access.MARKETER,
    request_max_body_size=pictures.LARGEST_FORM,
)
async def save(
    id: UUID, request: AnyRequest, writer: Writer, user: User, house: House
) -> Page | Back:
    return await _compose(request, id, writer, user, house)


@post("/posts/preview", access=Access.MARKETER, status_code=200)
async def preview(request: AnyRequest, house: House) -> Page:
    """What it will look like, and what somebody who knows the calendar would point out."""
    values = typed_again(await typed(request))
    besides = _id(request.query_params.get("post"))

    def read() -> dict[str, Any]:
        with house.database.reading() as session:
            return editor.previewed(session, values, house, besides=besides)

    return fragment("calendar/_preview.html", **await to_thread(read))


async def _compose(
    request: AnyRequest, id: UUID | None, writer: Writer, user: User, house: House
) -> Page | Back:
    given = await typed(request)
    limits = limits_of(house)
    asked, wrong = await _looked_through(given, writer, house)
    if wrong:
        rest = await _rest(asked, house)
        told = {name: [text] for name, text in {**rest, **wrong}.items()}
        return await to_thread(_again, id, given, told, 422, user, house)
    try:
        made = await writer.run(lambda session: compose(session, id, asked, by=user, limits=limits))
    except (InvalidInput, Conflict, NotAllowed) as refused:
        told = problems(refused) if isinstance(refused, InvalidInput) else {"": [str(refused)]}
        return await to_thread(_again, id, given, told, _STATUS[type(refused)], user, house)
    return back_to(f"/posts/{made.id}", _words(asked.form.act), undo=_undo(asked.form.act, made))


async def _looked_through(
    given: dict[str, Any], writer: Writer, house: House
) -> tuple[Typed, dict[str, str]]:
    """The form, its pictures taken in and cut, and what of that can't be used."""
    wrong: dict[str, str] = {}
    try:
        await pictures.take_in(given, writer)
    except InvalidInput as file:
        wrong |= file.fields
    asked, unread = understood(given)
    wrong |= unread
    try:
        asked = await pictures.cut_out(asked, writer, house.database)
        await pictures.must_fit(asked.draft(), limits_of(house), house.database)
    except InvalidInput as misfit:
        wrong |= misfit.fields
    return asked, wrong


async def _rest(asked: Typed, house: House) -> dict[str, str]:
    """What else is wrong with it: everything is said at once."""
    limits, is_to_go = limits_of(house), asked.form.act in STAGES

    def read() -> dict[str, str]:
        with house.database.reading() as session:
            return composing.problems(session, asked, limits, is_to_go=is_to_go)

    return await to_thread(read)


def _words(act: Act) -> str:
    return {
        Act.DRAFT: _("Saved."),
        Act.REVIEW: _("Sent for approval."),
        Act.SCHEDULE: _("It is on the calendar."),
        Act.SOON: _("It goes out in one minute."),
        Act.NOW: _("It is going out."),
    }[act]


def _undo(act: Act, made: Post) -> str:
    if act in {Act.SCHEDULE, Act.SOON}:
        return f"/posts/{made.id}/unschedule?version={made.version}"
    return ""


def _again(
    id: UUID | None,
    given: Mapping[str, Any],
    told: dict[str, list[str]],
    status: int,
    user: User,
    house: House,
) -> Page:
    """The form as it was typed, with everything that is wrong beside its field."""
    with house.database.reading() as session:
        found = detail(session, id, naive(given.get("on"))) if id else None
        return editor.form(
            session, found, typed_again(given), user, house, told=told, status=status
        )


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


routes = [new, show, create, save, preview]
