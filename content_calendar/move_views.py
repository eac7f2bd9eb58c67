"""Moving: from the form beside a post, and from the calendar, where a script drags and asks."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, post

from bot.accounts.models import User
from bot.db import Writer
from bot.errors import Conflict, InvalidInput
from bot.web.access import Access
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.i18n import locale, retell
from bot.web.pages import AnyRequest, back_to
from content_calendar import moving, queries
from content_calendar.forms import Move
from content_calendar.models import Stage
from content_calendar.month import say_day
from content_calendar.moving import Moved
from content_calendar.post_acts import asked_of
from content_calendar.post_views import limits_of


def _say_why(request: AnyRequest, refused: InvalidInput | Conflict) -> Response[Any]:
    """To a script as JSON; to a person on the post's own page, which shows it as it is now."""
    if _is_script(request):
        status = 409 if isinstance(refused, Conflict) else 422
        return Response({"error": retell(str(refused))}, status_code=status)
    return back_to(f"/posts/{request.path_params['id']}", str(refused), level="problem")


def _is_script(request: AnyRequest) -> bool:
    return request.headers.get("accept", "").startswith("application/json")


@post(
    "/posts/{id:uuid}/move",
    access=Access.MARKETER,
    status_code=200,
    exception_handlers={InvalidInput: _say_why, Conflict: _say_why},
)
async def move(
    id: UUID, request: AnyRequest, writer: Writer, user: User, house: House
) -> Response[Any]:
    asked, limits = await asked_of(request, Move), limits_of(house)
    wish = asked.wish()
    made = await writer.run(
        lambda session: moving.move(session, id, asked.version, wish, by=user, capabilities=limits)
    )
    is_planned = asked.on or made.post.stage is Stage.SCHEDULED
    here = queries.href(made.post.id, made.on if is_planned else None)
    said, undo = _("Moved to %s.") % _when(made), _undo(made)
    if _is_script(request):
        return Response({"said": said, "undo": undo, "href": here, "version": made.post.version})
    return back_to(here, said, undo=undo)


def _when(made: Moved) -> str:
    return f"{say_day(made.on.date(), locale())}, {made.on:%H:%M}"


def _undo(made: Moved) -> str:
    if not made.back:
        return ""
    back = {"version": str(made.post.version), **made.back}
    return f"/posts/{made.post.id}/move?{urlencode(back)}"


routes = [move]
