"""`/explain/{id}`: what happened to anything that has an id."""

from urllib.parse import quote

from litestar import get
from litestar.response import Redirect

from bot.db import Session
from bot.watching.asking import explain
from bot.watching.story import Subject
from bot.web.access import Access
from bot.web.i18n import gettext as _
from bot.web.pages import Page, page

_LONGEST = 500


@get("/explain", access=Access.MARKETER)
async def ask(id: str = "") -> Page | Redirect:
    """The search box; what is typed there leads to its own address."""
    wanted = id.strip()[:_LONGEST]
    if wanted:
        return Redirect(f"/explain/{quote(wanted, safe='')}", status_code=303)
    return page("watching/explain.html", title=_("What happened"), asked="", names=names())


@get("/explain/{id:path}", access=Access.MARKETER, sync_to_thread=True)
def show(id: str, session: Session) -> Page:
    """An id of ours or its beginning, or a network's own, slashes and all."""
    asked = id.removeprefix("/")[:_LONGEST]
    answer = explain(session, asked)
    found = answer.story is not None or bool(answer.several)
    return page(
        "watching/explain.html",
        status=200 if found else 404,
        title=answer.story.title if answer.story else _("What happened"),
        asked=asked,
        story=answer.story,
        several=answer.several,
        names=names(),
    )


def names() -> dict[Subject, str]:
    """What an id turned out to be of, in words."""
    return {
        Subject.MESSAGE: _("a message"),
        Subject.EVENT: _("the event that came in"),
        Subject.DELIVERY: _("something that Hubbub says"),
        Subject.POST: _("a post"),
        Subject.PUBLICATION: _("a post on one channel"),
        Subject.SUGGESTION: _("a suggestion"),
        Subject.CASE: _("a partner's case"),
    }


routes = [ask, show]
