"""The suggestions with all that hangs on them, and the threads that they come from."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, get, post

from bot.accounts.models import User
from bot.db import Database, Session, Writer
from bot.engagement import conversation, data_views, queries, triage
from bot.engagement.forms import HandOver
from bot.engagement.history import history
from bot.engagement.persons import views as persons
from bot.errors import InvalidInput
from bot.suggestions.forms import Correction, Wanted, wanted
from bot.suggestions.hearing import MATTERS
from bot.suggestions.models import Suggestion, SuggestionState
from bot.suppliers.models import Supplier
from bot.suppliers.words import say_date
from bot.understanding import Kind
from bot.web.access import Access
from bot.web.forms import problems, read_form, typed
from bot.web.i18n import gettext as _
from bot.web.pages import Back, Page, back_to, page

_KINDS = [kind for kind in Kind if kind in MATTERS]


@get("/suggestions", access=Access.MARKETER, sync_to_thread=True)
def board(request: Request[Any, Any, Any], session: Session) -> Page:
    asked = wanted(request.query_params)
    columns = queries.board(session, asked)
    shown = [one for one in columns if one.state is asked.state] if asked.state else columns
    return page(
        "engagement/board.html",
        title=_("Suggestions"),
        asked=asked,
        columns=shown,
        everything=sum(one.count for one in columns),
        tabs=_tabs(asked, columns),
        more=shown[0].count > asked.page * queries.ON_PAGE if asked.state else False,
        choices=queries.choices(session),
        kinds=_KINDS,
    )


def _tabs(asked: Wanted, columns: list[queries.Column]) -> list[dict[str, Any]]:
    """States by name; the template says them in words."""
    alls = {"href": asked.address(state=None), "state": "", "current": asked.state is None}
    return [alls] + [
        {
            "href": asked.address(state=one.state),
            "state": one.state,
            "count": one.count,
            "current": asked.state is one.state,
        }
        for one in columns
    ]


@get("/suggestions/{id:uuid}", access=Access.MARKETER, sync_to_thread=True)
def show(id: UUID, session: Session) -> Page:
    return _page(session, id)


@post("/suggestions/{id:uuid}/correct", access=Access.MARKETER)
async def correct(
    id: UUID, request: Request[Any, Any, Any], user: User, writer: Writer, database: Database
) -> Back | Page:
    try:
        form = await read_form(request, Correction)
        partner = await writer.run(
            lambda session: triage.correct(session, session.need(Suggestion, id), form, by=user)
        )
    except InvalidInput as error:
        given = await typed(request)
        with database.reading() as session:
            return _page(session, id, given=given, wrong=problems(error), status=422)
    said = _("Saved. It is with %s now.") % partner.name if partner else _("Saved.")
    return back_to(f"/suggestions/{id}", said)


@post("/suggestions/{id:uuid}/hand-over", access=Access.MARKETER)
async def hand_over(id: UUID, request: Request[Any, Any, Any], user: User, writer: Writer) -> Back:
    chosen = (await read_form(request, HandOver)).partner

    def command(session: Session) -> str:
        partner = session.need(Supplier, chosen)
        triage.give_to(session, session.need(Suggestion, id), partner, by=user)
        return partner.name

    name = await writer.run(command)
    return back_to(f"/suggestions/{id}", _("Handed over: %s gets a letter about it.") % name)


def _page(
    session: Session,
    id: UUID,
    *,
    given: Mapping[str, Any] | None = None,
    wrong: Mapping[str, list[str]] | None = None,
    status: int = 200,
) -> Page:
    about = queries.dossier(session, id)
    suggestion = about.suggestion
    values = {
        "kind": suggestion.kind,
        "state": suggestion.state,
        "product": about.product.name if about.product else "",
        "version": suggestion.version,
    }
    return page(
        "engagement/suggestion.html",
        status=status,
        title=_("Suggestion"),
        it=about,
        history=history(about),
        say_date=say_date,
        values=values | dict(given or {}),
        problems=wrong or {},
        kinds=_KINDS if suggestion.kind in MATTERS else [suggestion.kind, *_KINDS],
        states=list(SuggestionState),
        products=queries.products(session),
    )


routes = [
    board,
    show,
    correct,
    hand_over,
    *conversation.routes,
    *data_views.routes,
    *persons.routes,
]
