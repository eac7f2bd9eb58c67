"""What is kept while somebody writes, and what a post said before."""

from typing import Any
from uuid import UUID

from litestar import get, post
from pydantic import BaseModel

from bot.accounts.models import User
from bot.clock import Clock
from bot.db import Session, Writer
from bot.errors import NotFound
from bot.settings import Settings
from bot.web.access import Access
from bot.web.forms import read_form, typed
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, Page, back_to, page
from bot.web.words import clock as say_clock
from content_calendar import cards, editor, history, unfinished
from content_calendar.editor import limits_of
from content_calendar.keeping import Unfinished
from content_calendar.looks import looks
from content_calendar.models import Post
from content_calendar.queries import community_channels
from content_calendar.recurrence import zone_info


class Forget(BaseModel):
    unfinished: UUID


@post("/posts/autosave", access=Access.MARKETER, status_code=200)
async def autosave(
    request: AnyRequest, writer: Writer, user: User, settings: Settings, clock: Clock
) -> dict[str, str]:
    """Keep what is being typed, whatever it is. The post stays as it is."""
    given = {name: it for name, it in (await typed(request)).items() if _is_text(it)}
    id = _id(request.query_params.get("post"))
    base = str(given.get("version", ""))

    def command(session: Session) -> bool:
        found = session.need(Post, id) if id else None
        kept = unfinished.keep(
            session,
            user,
            given,
            post=found,
            scratch=str(given.get("scratch", ""))[:64],
            base=int(base) if base.isdecimal() and len(base) < 10 else 0,
        )
        return kept is not None

    if not await writer.run(command):
        return {"said": ""}
    at = say_clock(clock.now(), zone_info(settings.shop.zone))
    return {"said": _("What you type was kept at %(time)s. It is not saved yet.") % {"time": at}}


@post("/posts/unfinished/forget", access=Access.MARKETER)
async def forget(request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await read_form(request, Forget)

    def command(session: Session) -> UUID | None:
        kept = session.need(Unfinished, asked.unfinished)
        if kept.user_id != user.id:
            raise NotFound
        unfinished.forget(session, user, kept.post_id, kept.scratch)
        return kept.post_id

    id = await writer.run(command)
    return back_to(f"/posts/{id}" if id else "/posts/new", _("Thrown away."))


@get("/posts/{id:uuid}/history", access=Access.MARKETER, sync_to_thread=True)
def show_history(id: UUID, request: AnyRequest, session: Session, user: User, house: House) -> Page:
    found = session.need(Post, id)
    rows = history.versions(session, id)
    said = [history.from_json(row.said) for row in rows]
    steps: list[dict[str, Any]] = []
    for at, row in enumerate(rows):
        older = said[at + 1] if at + 1 < len(said) else None
        changes = editor.told(session, history.changes(older, said[at])) if older else []
        steps.append({"row": row, "changes": changes})
    return page(
        "calendar/history.html",
        title=_("History of “%(title)s”") % {"title": found.title},
        post=found,
        steps=steps,
        unsaved=unfinished.of(session, user, id),
        **_looked_at(session, request, house, id),
    )


def _looked_at(session: Session, request: AnyRequest, house: House, id: UUID) -> dict[str, Any]:
    number = request.query_params.get("look", "")
    if not number.isdecimal() or len(number) > 9:
        return {"number": 0, "looks": []}
    draft = history.said_in(session, id, int(number))
    places = [
        (each.network, each.name)
        for each in community_channels(session)
        if each.id in draft.channel_ids
    ]
    seen = looks(draft, places or [("", "")], limits_of(house))
    return {
        "number": int(number),
        "looks": seen,
        "cards": {it.link: cards.known(session, it.link) for it in seen if it.link},
        "host": cards.host,
    }


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(each, str) for each in value)
    )


def _id(text: str | None) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


routes = [autosave, forget, show_history]
