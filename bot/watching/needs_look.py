"""The tray: what is wrong now, and everything that waits for a person's word before it leaves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
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
from bot.watching.alarms import Alarm, AlarmKind
from bot.watching.deliveries import heading
from bot.web.access import Access
from bot.web.forms import typed
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, Page, back_to, page
from content_calendar.models import Post
from content_calendar.states import STUCK

_MOST = 200
# Of these the page shows every delivery, with its own buttons.
_SHOWN_WHOLE = (
    AlarmKind.DELIVERY_UNKNOWN,
    AlarmKind.DELIVERY_REFUSED,
    AlarmKind.DELIVERY_HELD,
)


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
def tray(session: Session, alarms: Callable[[Session], Sequence[Alarm]]) -> Page:
    stuck = waiting(session)
    return page(
        "watching/needs_look.html",
        title=_("Needs a look"),
        alarms=[it for it in alarms(session) if it.kind not in _SHOWN_WHOLE],
        titles=titles(),
        unknown=[it for it in stuck if it.state is DeliveryState.UNKNOWN],
        refused=[it for it in stuck if it.state is DeliveryState.REFUSED],
        held=[it for it in stuck if it.state is DeliveryState.HELD],
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
    return Stuck(
        id=delivery.id,
        state=delivery.state,
        about=delivery.about,
        heading=about.title if about else heading(delivery.about),
        href=f"/posts/{about.id}" if about else "",
        text=delivery.content["text"],
        channel=channel.name,
        network=channel.network,
        due_at=delivery.due_at,
        note=delivery.note,
    )


def titles() -> dict[AlarmKind, str]:
    """What an alarm is called, in a few words."""
    return {
        AlarmKind.CHANNEL_PAUSED: _("A channel is silent"),
        AlarmKind.NETWORK_DOWN: _("Not connected"),
        AlarmKind.PART_DOWN: _("A part of Hubbub stops again and again"),
        AlarmKind.DELIVERY_UNKNOWN: _("Did it arrive?"),
        AlarmKind.DELIVERY_REFUSED: _("Refused"),
        AlarmKind.DELIVERY_HELD: _("Overdue, waiting for your word"),
        AlarmKind.EVENT_QUARANTINED: _("Could not be read"),
        AlarmKind.PERSON_WAITING: _("Somebody waits for a person"),
        AlarmKind.REPLY_HELD: _("A partner answered, perhaps"),
        AlarmKind.INBOX_STALLED: _("The inbox is not being read"),
        AlarmKind.OUTBOX_STALLED: _("Nothing leaves"),
        AlarmKind.DISK_FULL: _("The disk is nearly full"),
        AlarmKind.CLOCK_WRONG: _("The clock is wrong"),
        AlarmKind.BACKUP_OLD: _("There is no fresh back-up"),
        AlarmKind.MAIL_KEPT: _("Partners get no mail"),
        AlarmKind.PARTNER_LATE: _("A partner is late"),
        AlarmKind.AGREEMENT_OLD: _("An agreement is due to be looked at again"),
        AlarmKind.FOUND_THERE: _("Before something goes out"),
    }


@post("/needs-a-look/{id:uuid}/{word:str}", access=Access.MARKETER)
async def settle(id: UUID, word: str, request: AnyRequest, writer: Writer, user: User) -> Back:
    """A person's word about one delivery: ``again``, ``sent`` or ``drop``."""
    given = await typed(request)
    link, back = str(given.get("permalink", "")), back_of(given)
    return await _settle(
        lambda session: [session.need(Delivery, id)], word, link, writer, user, back
    )


def back_of(given: Mapping[str, Any], otherwise: str = "/needs-a-look") -> str:
    """Where a way out leads back to: the calendar, where it was taken there."""
    back = str(given.get("back", ""))
    return back if back.partition("?")[0] == "/calendar" else otherwise


@post("/needs-a-look/held/{word:str}", access=Access.MARKETER)
async def settle_held(word: str, writer: Writer, user: User) -> Back:
    """The same word for everything that is held."""
    return await _settle(_held, word, "", writer, user)


def _held(session: Session) -> Sequence[Delivery]:
    found = sa.select(Delivery).filter_by(state=DeliveryState.HELD).order_by(Delivery.due_at)
    return session.scalars(found).all()


async def _settle(
    which: Callable[[Session], Sequence[Delivery]],
    word: str,
    link: str,
    writer: Writer,
    by: User,
    back: str = "/needs-a-look",
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
        return back_to(back, str(refused), level="problem")
    return back_to(back, said if count else _("There is nothing left to settle."))


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
