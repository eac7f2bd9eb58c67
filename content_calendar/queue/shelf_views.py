"""Evergreens: written, approved, let rest."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from litestar import get, post

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput
from bot.media.service import PREFIX
from bot.networks import Media
from bot.web.access import Access
from bot.web.forms import problems, read_given, typed
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, Page, back_to, page
from content_calendar.approving import has_role
from content_calendar.models import Post
from content_calendar.queue import board, keeping, queries
from content_calendar.queue.forms import EvergreenForm, VersionForm
from content_calendar.queue.models import Evergreen
from content_calendar.queue.views import asked_of
from content_calendar.recurrence import zone_info

SPARE = 2  # so many empty fields for other words are offered


@get("/queue/evergreens/new", access=Access.MARKETER, sync_to_thread=True)
def new(request: AnyRequest, session: Session, user: User, house: House) -> Page:
    values = {"category": request.query_params.get("category", ""), "cool_down_days": 60}
    return _form(session, None, values, user, house)


@get("/queue/evergreens/{id:uuid}", access=Access.MARKETER, sync_to_thread=True)
def show(id: UUID, session: Session, user: User, house: House) -> Page:
    one = session.need(Evergreen, id)
    return _form(session, one, _values(one), user, house)


def _values(one: Evergreen) -> dict[str, Any]:
    return {
        "version": one.version,
        "category": str(one.category_id),
        "title": one.title,
        "text": one.text,
        "variants": list(one.variants),
        "broadcast": one.broadcast,
        "cool_down_days": one.cool_down_days,
        "most_uses": one.most_uses or "",
        "expires_on": str(one.expires_on or ""),
    }


def _form(
    session: Session,
    one: Evergreen | None,
    values: dict[str, Any],
    user: User,
    house: House,
    *,
    told: dict[str, list[str]] | None = None,
    status: int = 200,
) -> Page:
    zone = zone_info(house.settings.shop.zone)
    wordings = [text for text in values.get("variants", []) if text]
    media = [Media(**it) for it in one.media] if one else []
    return page(
        "queue/evergreen.html",
        status=status,
        title=one.title if one else _("New evergreen post"),
        it=board.card(session, one, queries.uses(session), zone) if one else None,
        values=values,
        wordings=wordings + [""] * SPARE,
        categories=[(it.id, it.name) for it in queries.categories(session)],
        media=[(it, _shown(it)) for it in media],
        approves=has_role(user),
        problems=told or {},
    )


def _shown(it: Media) -> dict[str, Any]:
    """As our own pages show it, from our own store."""
    return {
        "digest": it.url.removeprefix(PREFIX),
        "alt": it.alt,
        "is_picture": it.type.startswith("image/"),
    }


@post("/queue/evergreens/new", access=Access.MARKETER)
async def create(request: AnyRequest, writer: Writer, user: User, house: House) -> Page | Back:
    return await _write(request, None, writer, user, house)


@post("/queue/evergreens/{id:uuid}", access=Access.MARKETER)
async def save(
    id: UUID, request: AnyRequest, writer: Writer, user: User, house: House
) -> Page | Back:
    return await _write(request, id, writer, user, house)


async def _write(
    request: AnyRequest, id: UUID | None, writer: Writer, user: User, house: House
) -> Page | Back:
    given = await typed(request)

    def write(session: Session) -> Evergreen:
        old = session.need(Evergreen, id) if id else None
        form = read_given(given, EvergreenForm)
        return keeping.write(
            session, form.category, form.words(old), by=user, id=id, version=form.version
        )

    try:
        made = await writer.run(write)
    except (InvalidInput, Conflict) as wrong:
        told = problems(wrong) if isinstance(wrong, InvalidInput) else {"": [str(wrong)]}
        wordings = given.get("variants", [])
        given["variants"] = wordings if isinstance(wordings, list) else [wordings]
        with house.database.reading() as session:
            one = session.find(Evergreen, id) if id else None
            status = 422 if isinstance(wrong, InvalidInput) else 409
            return _form(session, one, given, user, house, told=told, status=status)
    said = _("Saved.") if made.approved_by_id else _("Saved. It waits for approval.")
    return back_to(f"/queue/evergreens/{made.id}", said)


@post("/queue/evergreens/{id:uuid}/approve", access=Access.APPROVER)
async def approve(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    def run(session: Session, version: int) -> object:
        return keeping.approve(session, id, version, by=user)

    return await _act(id, request, writer, run, _("Approved. It can be used from now on."))


@post("/queue/evergreens/{id:uuid}/rest", access=Access.MARKETER)
async def rest(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    def run(session: Session, version: int) -> object:
        return keeping.rest(session, id, version, resting=True, by=user)

    return await _act(id, request, writer, run, _("It rests until you take it back in."))


@post("/queue/evergreens/{id:uuid}/wake", access=Access.MARKETER)
async def wake(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    def run(session: Session, version: int) -> object:
        return keeping.rest(session, id, version, resting=False, by=user)

    return await _act(id, request, writer, run, _("It is back."))


@post("/queue/evergreens/{id:uuid}/delete", access=Access.MARKETER)
async def delete(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    def run(session: Session, version: int) -> None:
        keeping.delete(session, id, version, by=user)

    return await _act(id, request, writer, run, _("Deleted."), then="/queue")


async def _act(
    id: UUID,
    request: AnyRequest,
    writer: Writer,
    run: Callable[[Session, int], object],
    said: str,
    *,
    then: str = "",
) -> Back:
    here = f"/queue/evergreens/{id}"
    try:
        asked = asked_of(VersionForm, await typed(request))
        await writer.run(lambda session: run(session, asked.version))
    except (Conflict, InvalidInput) as refused:
        return back_to(here, str(refused), level="problem")
    return back_to(then or here, said)


@post("/posts/{id:uuid}/keep", access=Access.MARKETER)
async def keep(id: UUID, writer: Writer, user: User) -> Back:
    """Make an evergreen of what a post says, pictures and all."""

    def run(session: Session) -> Evergreen:
        found = session.need(Post, id)
        kinds = queries.categories(session)
        if not kinds:
            raise Conflict("The queue has no category yet. Make one first.")
        words = keeping.Words(
            title=found.title,
            text=found.text,
            media=tuple(Media(**it) for it in found.media),
            broadcast=found.broadcast,
            product_id=found.product_id,
        )
        return keeping.write(session, kinds[0].id, words, by=user)

    try:
        made = await writer.run(run)
    except (Conflict, InvalidInput) as refused:
        return back_to("/queue", str(refused), level="problem")
    return back_to(
        f"/queue/evergreens/{made.id}", _("Kept. Look at its category and how often it may come.")
    )


routes = [new, show, create, save, approve, rest, wake, delete, keep]
