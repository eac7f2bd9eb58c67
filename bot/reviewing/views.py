"""The review queue, and the page that tells how well it is understood."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, get, post

from bot.accounts.models import User
from bot.db import Database, Session, Writer
from bot.errors import InvalidInput
from bot.inbox.models import Signal
from bot.reviewing import aliases, queue, service, trust
from bot.reviewing.figures import report
from bot.reviewing.forms import AliasForm, Details, ModeForm, Review, UseForm
from bot.reviewing.learning import learn, use
from bot.reviewing.models import Lesson, Mode
from bot.reviewing.sampling import SAMPLE
from bot.reviewing.service import Done, Put
from bot.settings import Settings
from bot.understanding import Facet, Kind, Topic
from bot.web.access import Access
from bot.web.forms import problems, read_form, typed
from bot.web.i18n import gettext as _
from bot.web.pages import Back, Page, back_to, page

_PAGE = "/insights/understanding"
_FELT = 0.1
"""How far from 0 a polarity must be to count as one."""


@get("/review", access=Access.MARKETER, sync_to_thread=True)
def show_next(session: Session) -> Page:
    return _page(session, queue.next_item(session), "reviewing/review.html")


@get("/review/{id:uuid}", access=Access.MARKETER, sync_to_thread=True)
def show_one(id: UUID, session: Session) -> Page:
    return _page(session, queue.item(session, id), "reviewing/details.html")


@post("/review/{id:uuid}", access=Access.MARKETER)
async def answer(
    id: UUID, request: Request[Any, Any, Any], user: User, writer: Writer, settings: Settings
) -> Back:
    form = await read_form(request, Review)
    if form.kind is None and not form.skip:
        raise InvalidInput(fields={"kind": "Please choose a kind, or skip it."})

    def command(session: Session) -> tuple[Done, Lesson | None] | None:
        signal = session.need(Signal, id)
        if form.kind is None:
            service.skip(session, signal, by=user)
            return None
        done = service.correct(session, signal, Put(kind=form.kind), by=user)
        return done, learn(session, settings.shop.languages)

    found = await writer.run(command)
    return back_to("/review", _said(found), undo=f"/review/{id}/undo")


def _said(found: tuple[Done, Lesson | None] | None) -> str:
    if found is None:
        return _("Left to others.")
    done, lesson = found
    said = _("Put right.") if done.changed else _("Confirmed.")
    if lesson is not None and lesson.in_use:
        said += " " + _("Version %d has learnt from it.") % lesson.number
    return said


@post("/review/{id:uuid}/details", access=Access.MARKETER)
async def put_right(
    id: UUID,
    request: Request[Any, Any, Any],
    user: User,
    writer: Writer,
    database: Database,
    settings: Settings,
) -> Back | Page:
    try:
        form = await read_form(request, Details)

        def command(session: Session) -> tuple[Done, Lesson | None]:
            signal = session.need(Signal, id)
            put = _put(form, signal, service.product_named(session, form.product))
            done = service.correct(session, signal, put, by=user)
            if form.called:
                aliases.teach(session, signal, form.called, by=user)
            return done, learn(session, settings.shop.languages)

        found = await writer.run(command)
    except InvalidInput as error:
        given = await typed(request)
        with database.reading() as session:
            one = queue.item(session, id)
            return _page(session, one, "reviewing/details.html", given, problems(error))
    return back_to(f"/review/{id}", _said(found), undo=f"/review/{id}/undo")


def _put(form: Details, signal: Signal, product: str) -> Put:
    """What was left as it was is no correction; the kind is confirmed by saving."""
    return Put(
        kind=form.kind,
        facet=form.facet if form.facet is not signal.facet else None,
        topic=form.topic if form.topic is not signal.topic else None,
        polarity=float(form.feeling) if form.feeling != felt(signal) else None,
        product=product if product != str(signal.product_id or "") else None,
    )


def felt(signal: Signal) -> int:
    return (signal.polarity > _FELT) - (signal.polarity < -_FELT)


@post("/review/{id:uuid}/undo", access=Access.MARKETER)
async def undo(id: UUID, user: User, writer: Writer, settings: Settings) -> Back:
    def command(session: Session) -> None:
        service.undo(session, session.need(Signal, id), by=user)
        learn(session, settings.shop.languages)

    await writer.run(command)
    return back_to(f"/review/{id}", _("Taken back: it is as it was before anybody looked."))


@get(_PAGE, access=Access.MARKETER, sync_to_thread=True)
def understanding(session: Session, user: User) -> Page:
    return _report(session, user)


@post(f"{_PAGE}/mode", access=Access.OWNER)
async def set_mode(
    request: Request[Any, Any, Any], user: User, writer: Writer, database: Database
) -> Back | Page:
    try:
        form = await read_form(request, ModeForm)
        await writer.run(
            lambda session: trust.set_mode(
                session, form.kind, form.mode, form.wanted / 100, by=user
            )
        )
    except InvalidInput as error:
        with database.reading() as session:
            return _report(session, user, problems(error))
    return back_to(_PAGE, _("Saved."))


@post(f"{_PAGE}/unlearn", access=Access.MARKETER)
async def unlearn(request: Request[Any, Any, Any], user: User, writer: Writer) -> Back:
    alias = (await read_form(request, AliasForm)).alias
    await writer.run(lambda session: aliases.unlearn(session, alias, by=user))
    return back_to(_PAGE, _("These words name it no more."))


@post(f"{_PAGE}/use", access=Access.OWNER)
async def use_version(request: Request[Any, Any, Any], user: User, writer: Writer) -> Back:
    number = (await read_form(request, UseForm)).number
    await writer.run(lambda session: use(session, number, by=user))
    said = _("Version %d is in use now.") % number if number else _("As it ships, from now on.")
    return back_to(_PAGE, said)


def _report(session: Session, user: User, wrong: Mapping[str, Any] | None = None) -> Page:
    return page(
        "reviewing/understanding.html",
        status=422 if wrong else 200,
        title=_("Understanding"),
        it=report(session),
        called=aliases.learnt(session),
        standings=trust.standings(session),
        modes=list(Mode),
        sample=SAMPLE,
        may_set=user.role in Access.OWNER.roles,
        problems=wrong or {},
    )


def _page(
    session: Session,
    one: queue.Item | None,
    template: str,
    given: Mapping[str, Any] | None = None,
    wrong: Mapping[str, Any] | None = None,
) -> Page:
    values: dict[str, Any] = {}
    if one:
        signal = one.signal
        values = {
            "kind": signal.kind,
            "facet": signal.facet,
            "topic": signal.topic,
            "feeling": felt(signal),
            "product": one.product or "",
        }
    return page(
        template,
        status=422 if wrong else 200,
        title=_("Review"),
        it=one,
        waiting=queue.waiting(session),
        suggestion=service.suggestion_of(session, one.signal) if one else None,
        values=values | dict(given or {}),
        problems=wrong or {},
        kinds=list(Kind),
        facets=list(Facet),
        topics=list(Topic),
        sample=SAMPLE,
    )


routes = [
    show_next,
    show_one,
    answer,
    put_right,
    undo,
    understanding,
    set_mode,
    unlearn,
    use_version,
]
