"""The small buttons beside a post: move, skip, take off, send back, duplicate, delete."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from litestar import post
from pydantic import BaseModel, ValidationError

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput
from bot.web.access import Access
from bot.web.forms import typed
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, back_to
from content_calendar import series, service
from content_calendar.forms import Move, Which
from content_calendar.models import Post
from content_calendar.planning import series_of
from content_calendar.post_views import limits_of

M = TypeVar("M", bound=BaseModel)


def _say_why(request: AnyRequest, refused: InvalidInput | Conflict) -> Back:
    """What can't be done is said on the post's own page, which shows it as it is now."""
    return back_to(f"/posts/{request.path_params['id']}", str(refused), level="problem")


SAY_WHY: Any = {InvalidInput: _say_why, Conflict: _say_why}  # Litestar's type wants a Response


@post("/posts/{id:uuid}/move", access=Access.MARKETER, exception_handlers=SAY_WHY)
async def move(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await _asked(request, Move)
    back, made = await writer.run(lambda session: _move(session, id, asked, user))
    here = f"/posts/{id}?on={asked.local.isoformat()}" if asked.on else f"/posts/{id}"
    undo = f"/posts/{id}/move?version={made.version}&{back}" if back else ""
    return back_to(here, _("Moved."), undo=undo)


def _move(session: Session, id: UUID, asked: Move, by: User) -> tuple[str, Post]:
    """The moved post, and what the address of the way back asks for."""
    found, local, zone = session.need(Post, id), asked.local, asked.zone
    if asked.on and series_of(session, found):
        series.move(session, id, asked.version, on=asked.on, local=local, zone=zone, by=by)
        return f"on={local.isoformat()}&to={asked.on.isoformat()}&zone={found.zone}", found
    was, was_in = found.local, found.zone
    service.move(session, id, asked.version, local=local, zone=zone, by=by)
    return (f"to={was.isoformat()}&zone={was_in}" if was else ""), found


@post("/posts/{id:uuid}/skip", access=Access.MARKETER, exception_handlers=SAY_WHY)
async def skip(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await _asked(request, Which)
    on = _one(asked)
    made = await writer.run(lambda session: series.skip(session, id, asked.version, on=on, by=user))
    undo = f"/posts/{id}/unskip?version={made.version}&on={on.isoformat()}"
    return back_to(f"/calendar?month={on:%Y-%m}", _("Skipped. The others stay."), undo=undo)


@post("/posts/{id:uuid}/unskip", access=Access.MARKETER, exception_handlers=SAY_WHY)
async def unskip(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await _asked(request, Which)
    on = _one(asked)
    await writer.run(lambda session: series.unskip(session, id, asked.version, on=on, by=user))
    return back_to(f"/posts/{id}?on={on.isoformat()}", _("It is back on the calendar."))


@post("/posts/{id:uuid}/unschedule", access=Access.MARKETER, exception_handlers=SAY_WHY)
async def unschedule(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await _asked(request, Which)
    made = await writer.run(lambda session: service.unschedule(session, id, asked.version, by=user))
    may = service.may_approve(user)
    undo = f"/posts/{id}/schedule?version={made.version}" if may else ""
    return back_to(f"/posts/{id}", _("Off the calendar. It is a draft again."), undo=undo)


@post("/posts/{id:uuid}/schedule", access=Access.MARKETER, exception_handlers=SAY_WHY)
async def schedule(id: UUID, request: AnyRequest, writer: Writer, user: User, house: House) -> Back:
    asked, limits = await _asked(request, Which), limits_of(house)
    words = str((await typed(request)).get("remark", ""))[:4000]
    made = await writer.run(
        lambda session: service.schedule(
            session, id, asked.version, by=user, capabilities=limits, words=words
        )
    )
    undo = f"/posts/{id}/unschedule?version={made.version}"
    return back_to(f"/posts/{id}", _("It is on the calendar."), undo=undo)


@post("/posts/{id:uuid}/send-back", access=Access.MARKETER, exception_handlers=SAY_WHY)
async def send_back(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await _asked(request, Which)
    words = str((await typed(request)).get("remark", ""))[:4000]
    await writer.run(
        lambda session: service.send_back(session, id, asked.version, by=user, words=words)
    )
    return back_to(f"/posts/{id}", _("Sent back. It is a draft again."))


@post("/posts/{id:uuid}/delete", access=Access.MARKETER, exception_handlers=SAY_WHY)
async def delete(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await _asked(request, Which)
    await writer.run(lambda session: service.delete(session, id, asked.version, by=user))
    return back_to("/calendar", _("Deleted."))


@post("/posts/{id:uuid}/duplicate", access=Access.MARKETER, exception_handlers=SAY_WHY)
async def duplicate(id: UUID, writer: Writer, user: User, house: House) -> Back:
    limits = limits_of(house)
    made = await writer.run(
        lambda session: service.duplicate(session, id, by=user, capabilities=limits)
    )
    return back_to(f"/posts/{made.id}", _("A copy, as a draft. Give it a time."))


async def _asked(request: AnyRequest, model: type[M]) -> M:
    """What a form says, or the address of an undo."""
    given = {**request.query_params, **await typed(request)}
    try:
        return model.model_validate({name: value for name, value in given.items() if value})
    except ValidationError:
        raise InvalidInput(_("Something is missing there. Please try again.")) from None


def _one(asked: Which) -> datetime:
    if asked.on is None:
        raise InvalidInput(_("Say which one of the series."))
    return asked.on


routes = [move, skip, unskip, unschedule, schedule, send_back, delete, duplicate]
