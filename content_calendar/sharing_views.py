"""Links for somebody from outside, and the page that they open."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from pydantic import BaseModel

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.errors import NotFound
from bot.media.service import named
from bot.media.views import HEADERS
from bot.web.access import Access
from bot.web.forms import read_form
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.i18n import ngettext
from bot.web.limits import Limit
from bot.web.pages import AnyRequest, Back, Page, back_to, page
from content_calendar import cards, planning, previews
from content_calendar.detail import detail
from content_calendar.editor import limits_of
from content_calendar.looks import Look, looks
from content_calendar.models import Post
from content_calendar.saying import PREFIX

_OFTEN = Limit(300, seconds=60)  # a page with its pictures, a few times


class Share(BaseModel):
    days: int = 7


@post("/posts/{id:uuid}/share", access=Access.MARKETER)
async def share(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await read_form(request, Share)
    await writer.run(
        lambda session: previews.make(session, session.need(Post, id), asked.days, by=user)
    )
    return back_to(f"/posts/{id}#share", _("The link is ready: copy it from beside the post."))


@post("/posts/{id:uuid}/unshare", access=Access.MARKETER)
async def unshare(id: UUID, writer: Writer, user: User) -> Back:
    count = await writer.run(
        lambda session: previews.revoke(session, session.need(Post, id), by=user)
    )
    said = ngettext("One link was closed.", "%(num)d links were closed.", count) % {"num": count}
    return back_to(f"/posts/{id}#share", said)


@get("/preview/{token:str}", access=Access.PUBLIC, guards=[_OFTEN], sync_to_thread=True)
def show(token: str, session: Session, house: House) -> Page:
    found = previews.opened(session, house.secret, token)
    seen = _seen(session, found, house)
    shown = page(
        "calendar/shared.html",
        title=_("Preview"),
        looks=seen,
        cards={it.link: cards.known(session, it.link) for it in seen if it.link},
        host=cards.host,
        base=f"/preview/{token}/media/",
        is_out=detail(session, found.id).state == "published",
    )
    shown.headers["X-Robots-Tag"] = "noindex, nofollow"
    return shown


@get(
    "/preview/{token:str}/media/{digest:str}",
    access=Access.PUBLIC,
    guards=[_OFTEN],
    sync_to_thread=True,
)
def show_media(token: str, digest: str, session: Session, house: House) -> Response[Any]:
    """Only what that post shows, and only as long as its link is open."""
    found = previews.opened(session, house.secret, token)
    seen = _seen(session, found, house)
    linked = [cards.known(session, it.link) for it in seen]
    may = {it.url for look in seen for it in look.content.media}
    may |= {PREFIX + card.picture for card in linked if card and card.picture}
    if PREFIX + digest not in may:
        raise NotFound
    kept = named(session, digest)
    headers = {**HEADERS, "Cache-Control": "no-store"}
    return Response(kept.data, media_type=kept.type, headers=headers)


def _seen(session: Session, post: Post, house: House) -> list[Look]:
    draft = planning.draft_of(session, post)
    # By network, not by channel: what our channels are called is nobody else's business.
    networks = {each.network for each in planning.channels_of(session, draft.channel_ids)}
    return looks(draft, [(each, "") for each in sorted(networks)] or [("", "")], limits_of(house))


routes = [share, unshare, show, show_media]
