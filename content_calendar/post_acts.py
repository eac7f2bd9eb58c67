"""The small buttons beside a post: skip, take off, send back, duplicate, delete."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from litestar import post
from pydantic import BaseModel, ValidationError

from bot.accounts.models import User
from bot.db import Writer
from bot.errors import Conflict, InvalidInput
from bot.web.access import Access
from bot.web.forms import typed
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, back_to
from content_calendar import series, service
from content_calendar.forms import Which
from content_calendar.post_views import limits_of

M = TypeVar("M", bound=BaseModel)


def _say_why(request: AnyRequest, refused: InvalidInput | Conflict) -> Back:
    """What can't be done is said on the post's own page, which shows it as it is now."""
    return back_to(f"/posts/{request.path_params['id']}", str(refused), level="problem")


SAY_WHY: Any = {InvalidInput: _say_why, Conflict: _say_why}  # Litestar's type wants a Response


@post("/posts/{id:uuid}/skip", access=Access.MARKETER, exception_handlers=SAY_WHY)
async def skip(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await asked_of(request, Which)
    on = _one(asked)
    made = await writer.run(lambda session: series.skip(session, id, asked.version, on=on, by=user))
    undo = f"/posts/{id}/unskip?version={made.version}&on={on.isoformat()}"
    return back_to(f"/calendar?month={on:%Y-%m}", _("Skipped. The others stay."), undo=undo)


@post("/posts/{id:uuid}/unskip", access=Access.MARKETER, exception_handlers=SAY_WHY)
async def unskip(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await asked_of(request, Which)
    on = _one(asked)
    await writer.run(lambda session: series.unskip(session, id, asked.version, on=on, by=user))
    return back_to(f"/posts/{id}?on={on.isoformat()}", _("It is back on the calendar."))


@post("/posts/{id:uuid}/unschedule", access=Access.MARKETER, exception_handlers=SAY_WHY)
async def unschedule(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await asked_of(request, Which)
    made = await writer.run(lambda session: service.unschedule(session, id, asked.version, by=user))
    may = service.may_approve(user)
    undo = f"/posts/{id}/schedule?version={made.version}" if may else ""
    return back_to(f"/posts/{id}", _("Off the calendar. It is a draft again."), undo=undo)


@post("/posts/{id:uuid}/schedule", access=Access.MARKETER, exception_handlers=SAY_WHY)
async def schedule(id: UUID, request: AnyRequest, writer: Writer, user: User, house: House) -> Back:
    asked, limits = await asked_of(request, Which), limits_of(house)
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
    asked = await asked_of(request, Which)
    words = str((await typed(request)).get("remark", ""))[:4000]
    await writer.run(
        lambda session: service.send_back(session, id, asked.version, by=user, words=words)
    )
    return back_to(f"/posts/{id}", _("Sent back. It is a draft again."))


@post("/posts/{id:uuid}/delete", access=Access.MARKETER, exception_handlers=SAY_WHY)
async def delete(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await asked_of(request, Which)
    await writer.run(lambda session: service.delete(session, id, asked.version, by=user))
    return back_to("/calendar", _("Deleted."))


@post("/posts/{id:uuid}/duplicate", access=Access.MARKETER, exception_handlers=SAY_WHY)
async def duplicate(id: UUID, writer: Writer, user: User, house: House) -> Back:
    limits = limits_of(house)
    made = await writer.run(
        lambda session: service.duplicate(session, id, by=user, capabilities=limits)
    )
    return back_to(f"/posts/{made.id}", _("A copy, as a draft. Give it a time."))


async def asked_of(request: AnyRequest, model: type[M]) -> M:
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


routes = [skip, unskip, unschedule, schedule, send_back, delete, duplicate]
