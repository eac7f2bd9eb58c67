"""Filling the slots that nobody has planned anything for.

Each slot of each day is decided once, by a `Fill` with the slot's wall time in its key, written in
one transaction with the post. A process that dies before COMMIT has decided nothing; one that comes
second finds the decision there. Only what lies ahead is ever filled, each at its own time: after a
week of being switched off, the week that passed stays as it was.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.models import User
from bot.channels.models import Channel
from bot.db import Session, insert_new
from bot.errors import Conflict, InvalidInput
from content_calendar import service as calendar
from content_calendar.approving import has_role
from content_calendar.models import Post, Stage
from content_calendar.queue import queries
from content_calendar.queue.choosing import Choice
from content_calendar.queue.models import Category, Evergreen, Fill, Filling, WeeklySlot
from content_calendar.queue.shelf import REPEAT, Shelf, draft_of
from content_calendar.queue.slots import ROOM, Opening, is_taken, openings
from content_calendar.writing import Limits

AHEAD = timedelta(days=7)
"""So far ahead slots fill themselves: time to look at it, and to write something better."""

SHOWN = timedelta(days=14)
"""So far ahead the queue's page shows its slots."""


def fill_gaps(session: Session, limits: Limits, repeat: timedelta = REPEAT) -> int:
    """Fill what is free in categories that fill themselves; gives how many posts are new.

    Any number of processes may do it at any time.
    """
    wanted = sa.select(Category).filter_by(filling=Filling.AUTOMATIC).order_by(Category.id)
    # Two processes take turns, or both would think the same evergreen rested.
    ids = {it.id for it in session.scalars(wanted.with_for_update())}
    if not ids:
        return 0
    now = session.now()
    weekly = [slot for slot in queries.slots_of(session) if slot.category_id in ids]
    unfilled = free(session, weekly, now, now + AHEAD)
    if not unfilled:
        return 0
    shelf, filled = Shelf.read(session, now, now + AHEAD, limits, repeat), 0
    for opening in unfilled:
        choice = shelf.take(opening)
        if choice and put(session, opening, choice, by=None, limits=limits):
            filled += 1
    return filled


def free(
    session: Session, weekly: Sequence[WeeklySlot], after: datetime, until: datetime
) -> list[Opening]:
    """The slots ahead that nobody has decided about and whose channel hears nothing near them."""
    decided = queries.fills(session, after, until)
    heard = queries.said(session, after - ROOM, until + ROOM)
    silent = set(session.scalars(sa.select(Channel.id).where(Channel.paused_because != "")))
    return [
        it
        for it in openings(weekly, after=after, until=until)
        if it.key not in decided
        and it.channel_id not in silent
        and not is_taken(it, [one.at for one in heard.get(it.channel_id, ())])
    ]


def put(
    session: Session, opening: Opening, choice: Choice, *, by: User | None, limits: Limits
) -> Post | None:
    """Let the slot have it; None where somebody has decided about that slot already.

    For those who may not approve it goes to review. Raises `InvalidInput` as `calendar.create`.
    """
    fill = decide(session, opening, evergreen=choice.evergreen.id, variant=choice.variant)
    if fill is None:
        return None
    evergreen = session.need(Evergreen, choice.evergreen.id)
    stage = Stage.SCHEDULED if has_role(by) else Stage.IN_REVIEW
    draft = draft_of(evergreen, choice.text, opening)
    post = calendar.create(session, draft, by=by, capabilities=limits, stage=stage)
    fill.post_id = post.id
    session.flush()
    return post


def decide(
    session: Session, opening: Opening, *, evergreen: UUID | None = None, variant: int = 0
) -> Fill | None:
    """Write down that this slot is settled; None where it was. Without ``evergreen``: it stays
    empty this time."""
    row = {
        "channel_id": opening.channel_id,
        "local": opening.local,
        "zone": opening.zone,
        "at": opening.at,
        "evergreen_id": evergreen,
        "variant": variant,
        "decided_at": session.now(),
    }
    made = insert_new(session, Fill, [row], unique=("channel_id", "local", "zone"))
    session.announce("calendar")
    return session.need(Fill, made.pop()) if made else None


def fill_with(
    session: Session,
    opening: Opening,
    evergreen: UUID,
    *,
    by: User,
    limits: Limits,
    repeat: timedelta = REPEAT,
) -> Post:
    """Say yes to a suggestion. Raises `Conflict` where it doesn't hold any more."""
    shelf = Shelf.read(session, session.now(), opening.at, limits, repeat)
    shelf.evergreens = [it for it in shelf.evergreens if it.id == evergreen]
    choice = shelf.take(opening)
    post = put(session, opening, choice, by=by, limits=limits) if choice else None
    if post is None:
        raise Conflict("That has changed in the meantime. Look at the queue as it is now.")
    return post


def reopen(session: Session, opening: Opening, *, by: User) -> None:
    """Take back what was decided about this slot: "not this time", or a post that has not gone
    out, which is deleted. Raises `Conflict` where it has."""
    key = {"channel_id": opening.channel_id, "local": opening.local, "zone": opening.zone}
    fill = session.scalar(sa.select(Fill).filter_by(**key))
    if fill is None:
        return
    post = session.find(Post, fill.post_id) if fill.post_id else None
    session.delete(fill)
    session.flush()
    if post and post.stage is Stage.SCHEDULED:
        calendar.unschedule(session, post.id, post.version, by=by)
    if post:
        calendar.delete(session, post.id, post.version, by=by)
    session.announce("calendar")


def opening_of(session: Session, slot_id: UUID, local: datetime) -> Opening:
    """That slot on that day. Raises `Conflict` where it has passed or is no longer there."""
    slot = session.find(WeeklySlot, slot_id)
    now = session.now()
    if slot:
        for it in openings([slot], after=now, until=now + SHOWN):
            if it.local == local:
                return it
    raise Conflict("That slot has passed, or is no longer there.")


def next_free(session: Session, post: Post, category: UUID) -> Opening:
    """The next slot of the category on one of the post's channels at which all of them are quiet.

    Raises `InvalidInput` where there is none within five weeks.
    """
    now, channels = session.now(), {UUID(each) for each in post.channel_ids}
    weekly = [slot for slot in queries.slots_of(session, category) if slot.channel_id in channels]
    until = now + timedelta(days=35)
    heard = queries.said(session, now - ROOM, until + ROOM, besides=post.id)
    times = [one.at for channel in channels for one in heard.get(channel, ())]
    for it in openings(weekly, after=now, until=until):
        if not is_taken(it, times):
            return it
    raise InvalidInput("No slot is free on its channels in the next five weeks. Add one, or wait.")
