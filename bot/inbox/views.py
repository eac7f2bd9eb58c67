"""The inbox: what people say, newest first, and what could not be read."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.inbox import answering, queries
from bot.inbox.forms import Wanted, wanted
from bot.inbox.models import Event, Message
from bot.understanding import Kind
from bot.web.access import Access
from bot.web.i18n import gettext as _
from bot.web.pages import Back, Page, back_to, page

_QUARANTINE = "/inbox/quarantine"


@get("/inbox", access=Access.MARKETER, sync_to_thread=True)
def inbox(request: Request[Any, Any, Any], session: Session) -> Page:
    asked = wanted(request.query_params)
    lines, older = queries.newest(session, asked)
    return page(
        "inbox/list.html",
        title=_("Inbox"),
        lines=lines,
        older=older and _address(asked, before=str(older)),
        asked=asked,
        tabs=_tabs(session, asked, here=request.url.path),
        kinds=list(Kind),
        places=queries.places(session),
    )


@get(_QUARANTINE, access=Access.MARKETER, sync_to_thread=True)
def quarantine(session: Session) -> Page:
    return page(
        "inbox/quarantine.html",
        title=_("Inbox"),
        events=queries.quarantined(session),
        tabs=_tabs(session, Wanted(), here=_QUARANTINE),
    )


def _tabs(session: Session, asked: Wanted, *, here: str) -> list[dict[str, Any]]:
    unread = queries.quarantine_count(session)
    waiting = queries.waiting_count(session)
    listed = here != _QUARANTINE
    return [
        {"href": "/inbox", "label": _("Everything"), "current": listed and not asked.waiting},
        {
            "href": "/inbox?show=waiting",
            "label": _("Waiting for an answer"),
            "count": waiting,
            "current": listed and asked.waiting,
        },
        {
            "href": _QUARANTINE,
            "label": _("Could not be read"),
            "count": unread,
            "current": not listed,
        },
    ]


def _address(asked: Wanted, **more: str) -> str:
    given = {
        "show": "waiting" if asked.waiting else "",
        "kind": asked.kind or "",
        "channel": str(asked.channel or ""),
    } | more
    return "/inbox?" + "&".join(f"{name}={value}" for name, value in given.items() if value)


@post("/inbox/{id:uuid}/settle", access=Access.MARKETER)
async def settle(id: UUID, user: User, writer: Writer) -> Back:
    await writer.run(lambda session: answering.settle(session, session.need(Message, id), by=user))
    return back_to(
        f"/inbox/{id}", _("It no longer waits for an answer."), undo=f"/inbox/{id}/reopen"
    )


@post("/inbox/{id:uuid}/reopen", access=Access.MARKETER)
async def reopen(id: UUID, user: User, writer: Writer) -> Back:
    await writer.run(lambda session: answering.reopen(session, session.need(Message, id), by=user))
    return back_to(f"/inbox/{id}", _("It waits for an answer."))


@post("/inbox/quarantine/{id:uuid}/dismiss", access=Access.MARKETER)
async def dismiss(id: UUID, user: User, writer: Writer) -> Back:
    await writer.run(lambda session: answering.dismiss(session, session.need(Event, id), by=user))
    return back_to(_QUARANTINE, _("Dismissed. What came in is kept."))


@post("/inbox/quarantine/{id:uuid}/again", access=Access.MARKETER)
async def read_again(id: UUID, user: User, writer: Writer) -> Back:
    await writer.run(
        lambda session: answering.read_again(session, session.need(Event, id), by=user)
    )
    return back_to(_QUARANTINE, _("Hubbub reads it once more. If that fails, it comes back here."))


routes = [inbox, quarantine, settle, reopen, dismiss, read_again]
