"""Saying that two suggestions are one, and taking that back."""

from typing import Any
from uuid import UUID

from litestar import Request, post

from bot.accounts.audit import record
from bot.accounts.models import User
from bot.db import Session, Writer
from bot.suggestions import service
from bot.suggestions.forms import Merge
from bot.suggestions.models import Suggestion
from bot.web.access import Access
from bot.web.forms import read_form
from bot.web.i18n import gettext as _
from bot.web.pages import Back, back_to


@post("/suggestions/{id:uuid}/merge", access=Access.MARKETER)
async def merge(id: UUID, request: Request[Any, Any, Any], user: User, writer: Writer) -> Back:
    into = (await read_form(request, Merge)).into

    def command(session: Session) -> None:
        suggestion = session.need(Suggestion, id)
        service.merge(session, suggestion, session.need(Suggestion, into))
        record(session, user, "merged", suggestion, into=str(into))

    await writer.run(command)
    return back_to(
        f"/suggestions/{into}",
        _("Merged: their voices are counted here now."),
        undo=f"/suggestions/{id}/split",
    )


@post("/suggestions/{id:uuid}/split", access=Access.MARKETER)
async def split(id: UUID, user: User, writer: Writer) -> Back:
    def command(session: Session) -> None:
        suggestion = session.need(Suggestion, id)
        service.split(session, suggestion)
        record(session, user, "split off", suggestion)

    await writer.run(command)
    return back_to(f"/suggestions/{id}", _("It stands by itself again."))


routes = [merge, split]
