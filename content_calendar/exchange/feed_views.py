"""Feeds: added, changed, paused, read now and removed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar import get, post
from pydantic import BaseModel, Field

from bot import egress
from bot.accounts.models import User
from bot.db import Database, Session, Writer
from bot.egress import AddressRefused
from bot.errors import InvalidInput
from bot.settings import Settings
from bot.web.access import Access
from bot.web.forms import problems, read_form, typed
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, Page, back_to, page
from content_calendar import queries
from content_calendar.exchange import feeds
from content_calendar.exchange.models import Feed
from content_calendar.exchange.page import EXCHANGE


class FeedForm(BaseModel):
    url: str = Field(max_length=2000)
    name: str = Field("", max_length=80)
    questions: str = Field(max_length=2000)
    channels: list[UUID] = Field([], max_length=100)
    campaign: str = Field("", max_length=100)
    every: int = Field(60, ge=15, le=7 * 24 * 60)

    def values(self, zone: str) -> dict[str, Any]:
        """As `feeds.put` takes them. Raises `InvalidInput` for an address that we never call."""
        try:
            host = egress.read(self.url).host
            egress.refuse_inside(host)
        except AddressRefused as refused:
            raise InvalidInput(fields={"url": str(refused)}) from None
        return {
            "url": self.url,
            "name": " ".join(self.name.split()) or host,
            "questions": self.questions,
            "channel_ids": [each.hex for each in dict.fromkeys(self.channels)],
            "campaign": " ".join(self.campaign.split()),
            "every_minutes": self.every,
            "zone": zone,
        }


@get("/exchange/feeds/new", access=Access.MARKETER, sync_to_thread=True)
def new_feed(session: Session) -> Page:
    return _feed_page(session, None, {"every": 60, "questions": _first_questions()})


def _first_questions() -> str:
    return "\n".join((_("What do you think?"), _("What would you add?"), _("How do you do it?")))


@post("/exchange/feeds", access=Access.MARKETER)
async def add_feed(
    request: AnyRequest, user: User, writer: Writer, database: Database, settings: Settings
) -> Page | Back:
    return await _put(None, request, user, writer, database, settings)


@get("/exchange/feeds/{id:uuid}", access=Access.MARKETER, sync_to_thread=True)
def show_feed(id: UUID, session: Session) -> Page:
    feed = session.need(Feed, id)
    values = {
        "url": feed.url,
        "name": feed.name,
        "questions": feed.questions,
        "channels": [str(UUID(each)) for each in feed.channel_ids],
        "campaign": feed.campaign,
        "every": feed.every_minutes,
    }
    return _feed_page(session, feed, values)


@post("/exchange/feeds/{id:uuid}/change", access=Access.MARKETER)
async def change_feed(
    id: UUID,
    request: AnyRequest,
    user: User,
    writer: Writer,
    database: Database,
    settings: Settings,
) -> Page | Back:
    return await _put(id, request, user, writer, database, settings)


async def _put(
    id: UUID | None,
    request: AnyRequest,
    user: User,
    writer: Writer,
    database: Database,
    settings: Settings,
) -> Page | Back:
    try:
        form = await read_form(request, FeedForm)
        values = form.values(settings.shop.zone)
        made = await writer.run(lambda session: feeds.put(session, values, by=user, id=id).id)
    except InvalidInput as wrong:
        given = await typed(request)
        with database.reading() as session:
            feed = session.need(Feed, id) if id else None
            return _feed_page(session, feed, given, problems(wrong))
    return back_to(f"/exchange/feeds/{made}", _("Saved. It is being read."))


@post("/exchange/feeds/{id:uuid}/pause", access=Access.MARKETER)
async def pause_feed(id: UUID, user: User, writer: Writer) -> Back:
    await writer.run(lambda session: feeds.pause(session, id, paused=True, by=user).id)
    undo = f"/exchange/feeds/{id}/resume"
    return back_to(f"/exchange/feeds/{id}", _("Paused: it is not read."), undo=undo)


@post("/exchange/feeds/{id:uuid}/resume", access=Access.MARKETER)
async def resume_feed(id: UUID, user: User, writer: Writer) -> Back:
    await writer.run(lambda session: feeds.pause(session, id, paused=False, by=user).id)
    return back_to(f"/exchange/feeds/{id}", _("It is read again."))


@post("/exchange/feeds/{id:uuid}/read", access=Access.MARKETER)
async def read_feed(id: UUID, writer: Writer) -> Back:
    await writer.run(lambda session: feeds.read_now(session, id).id)
    return back_to(f"/exchange/feeds/{id}", _("It is being read."))


@post("/exchange/feeds/{id:uuid}/remove", access=Access.MARKETER)
async def remove_feed(id: UUID, user: User, writer: Writer) -> Back:
    name = await writer.run(lambda session: feeds.remove(session, id, by=user))
    return back_to(EXCHANGE, _("%s is read no more. Its drafts stay.") % name)


def _feed_page(
    session: Session,
    feed: Feed | None,
    values: Mapping[str, Any],
    wrong: Mapping[str, list[str]] | None = None,
) -> Page:
    chosen = values.get("channels", [])
    return page(
        "exchange/feed.html",
        status=422 if wrong else 200,
        title=feed.name if feed else _("Read a feed"),
        feed=feed,
        health=feeds.health(feed) if feed else "",
        host=urlsplit(feed.url).hostname if feed else "",
        values={**values, "channels": chosen if isinstance(chosen, list) else [chosen]},
        targets=queries.community_channels(session),
        rhythms=_rhythms(),
        problems=wrong or {},
    )


def _rhythms() -> list[tuple[int, str]]:
    return [
        (15, _("every quarter of an hour")),
        (60, _("every hour")),
        (360, _("every six hours")),
        (1440, _("every day")),
    ]


routes: list[Any] = [
    *(new_feed, add_feed, show_feed, change_feed),
    *(pause_feed, resume_feed, read_feed, remove_feed),
]
