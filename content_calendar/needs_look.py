"""The tray: everything that waits for a person's word before it leaves, whoever wrote it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from litestar import get, post

from bot.accounts import audit
from bot.accounts.models import User
from bot.channels import service as channels
from bot.channels.models import Channel
from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput, NotFound
from bot.outbox import service as outbox
from bot.outbox.models import About, Delivery, DeliveryState
from bot.web.access import Access
from bot.web.forms import typed
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, Page, back_to, page
from content_calendar.models import Post
from content_calendar.states import STUCK

_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """One delivery that waits, with the network's own words as ``note``."""

    id: UUID
    state: DeliveryState
    about: About
    heading: str
    href: str
    text: str
    channel: str
    network: str
    due_at: datetime
    note: str


@get("/needs-a-look", access=Access.MARKETER, sync_to_thread=True)
def tray(session: Session) -> Page:
    stuck = waiting(session)
    return page(
        "calendar/needs_look.html",
        title=_("Needs a look"),
        unknown=[it for it in stuck if it.state is DeliveryState.UNKNOWN],
        refused=[it for it in stuck if it.state is DeliveryState.REFUSED],
        held=[it for it in stuck if it.state is DeliveryState.HELD],
        paused=session.scalars(
            sa.select(Channel).where(Channel.paused_because != "").order_by(Channel.name)
        ).all(),
        more=len(stuck) == _MOST,
    )


def waiting(session: Session, which: sa.ColumnElement[bool] | None = None) -> Sequence[Stuck]:
    """What waits for a person, the longest waiting first; or other deliveries, shown alike."""
    rows = session.execute(
        sa.select(Delivery, Channel, Post)
        .join(Channel, Channel.id == Delivery.channel_id)
        .outerjoin(Post, sa.and_(Delivery.about == About.POST, Post.id == Delivery.about_id))
        .where(Delivery.state.in_(STUCK) if which is None else which)
        .order_by(Delivery.due_at, Delivery.id)
        .limit(_MOST)
    )
    return [_stuck(delivery, channel, about) for delivery, channel, about in rows]


def _stuck(delivery: Delivery, channel: Channel, about: Post | None) -> Stuck:
    headings = {
        About.POST: _("A post"),
        About.ACKNOWLEDGEMENT: _("The bot's answer"),
        About.DECISION: _("What became of a suggestion"),
        About.QUESTION: _("A partner's question"),
        About.CASE: _("A letter to a partner"),
        About.STAFF: _("An answer from the shop"),
    }
    return Stuck(
        id=delivery.id,
        state=delivery.state,
        about=delivery.about,
        heading=about.title if about else headings.get(delivery.about, _("A message")),
        href=f"/posts/{about.id}" if about else "",
        text=delivery.content["text"],
        channel=channel.name,
        network=channel.network,
        due_at=delivery.due_at,
        note=delivery.note,
    )


@post("/needs-a-look/{id:uuid}/{word:str}", access=Access.MARKETER)
async def settle(id: UUID, word: str, request: AnyRequest, writer: Writer, user: User) -> Back:
    """A person's word about one delivery: ``again``, ``sent`` or ``drop``."""
    link = str((await typed(request)).get("permalink", ""))
    return await _settle(lambda session: [session.need(Delivery, id)], word, link, writer, user)


@post("/needs-a-look/held/{word:str}", access=Access.MARKETER)
async def settle_held(word: str, writer: Writer, user: User) -> Back:
    """The same word for everything that is held."""
    return await _settle(_held, word, "", writer, user)


def _held(session: Session) -> Sequence[Delivery]:
    found = sa.select(Delivery).filter_by(state=DeliveryState.HELD).order_by(Delivery.due_at)
    return session.scalars(found).all()


async def _settle(
    which: Callable[[Session], Sequence[Delivery]], word: str, link: str, writer: Writer, by: User
) -> Back:
    said = {
        "again": _("It goes out now."),
        "sent": _("Marked as sent."),
        "drop": _("Dropped. It never leaves."),
    }.get(word)
    if said is None:
        raise NotFound
    try:
        count = await writer.run(lambda session: _apply(session, which(session), word, link, by))
    except (Conflict, InvalidInput) as refused:
        return back_to("/needs-a-look", str(refused), level="problem")
    return back_to("/needs-a-look", said if count else _("There is nothing left to settle."))


def _apply(session: Session, deliveries: Sequence[Delivery], word: str, link: str, by: User) -> int:
    if link and not link.startswith(("https://", "http://")):
        raise InvalidInput(_("The address of a message begins with https://."))
    for delivery in deliveries:
        if word == "again":
            outbox.retry(session, delivery)
        elif word == "sent":
            outbox.mark_sent(session, delivery, link)
        else:
            outbox.cancel(session, delivery)
        verbs = {"again": "sent again", "sent": "marked as sent", "drop": "dropped"}
        session.flush()
        audit.record(session, by, verbs[word], delivery)
    return len(deliveries)


@post("/needs-a-look/channels/{id:uuid}/resume", access=Access.MARKETER)
async def resume(id: UUID, writer: Writer, user: User) -> Back:
    def run(session: Session) -> str:
        channel = session.need(Channel, id)
        channels.resume(session, channel)
        audit.record(session, user, "resumed", channel)
        return channel.name

    name = await writer.run(run)
    return back_to("/needs-a-look", _("%s speaks again.") % name)


routes = [tray, settle, settle_held, resume]
