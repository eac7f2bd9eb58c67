"""You said, we did: for everybody, for programs, and for the staff who choose."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Response, get, post

from bot.accounts.models import User
from bot.board import feeds, queries, service
from bot.board.forms import Choosing
from bot.board.queries import Entry
from bot.db import Session, Writer
from bot.settings import Settings
from bot.suggestions.models import Suggestion
from bot.suppliers.models import Act
from bot.web.access import Access
from bot.web.forms import read_form
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, Page, back_to, page

_LATEST = 50  # entries of a feed
OUTCOMES = {Act.DELIVER: "done", Act.DECLINE: "declined"}


@get(feeds.PATH, access=Access.VISITOR, sync_to_thread=True)
def show(
    session: Session, settings: Settings, product: str = "", outcome: str = "", before: str = ""
) -> Page:
    """Anything that is none of the choices is taken as none."""
    act = next((act for act, name in OUTCOMES.items() if name == outcome), None)
    chosen = _id(product)
    found = queries.entries(
        session,
        settings.board.shows,
        product=chosen,
        act=act,
        before=_id(before),
        most=queries.PAGE + 1,
    )
    return page(
        "board/public.html",
        title=_("You said, we did"),
        entries=found[: queries.PAGE],
        older=found[queries.PAGE - 1].decision if len(found) > queries.PAGE else None,
        products=queries.products(session),
        product=chosen,
        outcome=outcome if act else "",
        outcomes=OUTCOMES,
        path=feeds.PATH,
    )


@get(f"{feeds.PATH}.rss", access=Access.VISITOR, sync_to_thread=True)
def show_rss(session: Session, settings: Settings) -> Response[str]:
    return Response(feeds.rss(**_feed(session, settings)), media_type="application/rss+xml")


@get(f"{feeds.PATH}.json", access=Access.VISITOR, sync_to_thread=True)
def show_json(session: Session, settings: Settings) -> Response[str]:
    made = feeds.json_feed(**_feed(session, settings))
    return Response(made, media_type="application/feed+json")


def _feed(session: Session, settings: Settings) -> dict[str, Any]:
    found = queries.entries(session, settings.board.shows, most=_LATEST)
    return {
        "entries": found,
        "texts": [_told(entry) for entry in found],
        "shop": settings.shop.name,
        "url": settings.public_url,
        "title": _("You said, we did"),
    }


def _told(entry: Entry) -> str:
    """ "Done by Alba Ltd. The new lid is in the shops." """
    what = _("Done") if entry.act is Act.DELIVER else _("Declined")
    by = _("%(what)s by %(partner)s.") % {"what": what, "partner": entry.partner}
    return " ".join(filter(None, [by if entry.partner else f"{what}.", entry.text]))


@get("/board", access=Access.MARKETER, sync_to_thread=True)
def choose(session: Session, settings: Settings, before: str = "") -> Page:
    found: Sequence[Entry] = queries.entries(
        session,
        settings.board.shows,
        hidden_too=True,
        before=_id(before),
        most=queries.PAGE + 1,
    )
    return page(
        "board/choose.html",
        title=_("You said, we did"),
        entries=found[: queries.PAGE],
        older=found[queries.PAGE - 1].decision if len(found) > queries.PAGE else None,
        outcomes=OUTCOMES,
        path=feeds.PATH,
    )


@post("/board/{id:uuid}", access=Access.MARKETER)
async def choose_one(id: UUID, request: AnyRequest, user: User, writer: Writer) -> Back:
    shown = (await read_form(request, Choosing)).shown

    def command(session: Session) -> None:
        service.choose(session, session.need(Suggestion, id), shown=shown, by=user)

    await writer.run(command)
    said = _("Everybody can read it now.") if shown else _("Nobody outside can read it any more.")
    return back_to("/board", said)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


routes = [show, show_rss, show_json, choose, choose_one]
