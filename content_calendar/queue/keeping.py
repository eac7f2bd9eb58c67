"""Categories, their slots and their evergreens: made, changed and taken away by people."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from bot.accounts import audit
from bot.accounts.models import User
from bot.channels.models import Channel, ChannelKind
from bot.db import Session, insert_new
from bot.errors import Conflict, InvalidInput, NotFound
from bot.networks import Media
from content_calendar.approving import has_role, must_have_role
from content_calendar.queue.models import Category, Evergreen, Fill, Filling, WeeklySlot
from content_calendar.recurrence import zone_info


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """An evergreen as a person wants it."""

    title: str
    text: str
    variants: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    broadcast: bool = False
    product_id: UUID | None = None
    cool_down_days: int = 60
    most_uses: int | None = None
    expires_on: date | None = None


def add_category(session: Session, name: str, filling: Filling, *, by: User) -> Category:
    """Raises `InvalidInput` for a name that is taken, `NotAllowed` where it would fill itself and
    ``by`` may not let posts go out."""
    if filling is Filling.AUTOMATIC:
        must_have_role(by)
    made = insert_new(session, Category, [{"name": name, "filling": filling}], unique=("name",))
    if not made:
        raise InvalidInput(fields={"name": "There is a category of that name already."})
    category = session.need(Category, made.pop())
    _changed(session, by, "created", category, name=name)
    return category


def change_category(
    session: Session, id: UUID, name: str, filling: Filling, *, by: User
) -> Category:
    """Raises as `add_category` does."""
    category = session.need(Category, id)
    if Filling.AUTOMATIC in {filling, category.filling} and filling is not category.filling:
        must_have_role(by)
    taken = sa.select(Category.id).where(Category.name == name, Category.id != id)
    if session.scalar(taken):
        raise InvalidInput(fields={"name": "There is a category of that name already."})
    category.name, category.filling = name, filling
    _changed(session, by, "changed", category, name=name, filling=filling.value)
    return category


def delete_category(session: Session, id: UUID, *, by: User) -> None:
    """With its slots. Raises `Conflict` while it has evergreens: they hold people's words."""
    category = session.need(Category, id)
    if session.scalar(sa.select(Evergreen.id).filter_by(category_id=id).limit(1)):
        raise Conflict("This category still has evergreen posts. Move or delete them first.")
    session.execute(sa.delete(WeeklySlot).filter_by(category_id=id))
    _changed(session, by, "deleted", category, name=category.name)
    session.delete(category)
    session.flush()


def add_slots(
    session: Session,
    category_id: UUID,
    channels: Iterable[UUID],
    weekdays: Iterable[int],
    minute: int,
    zone: str,
    *,
    by: User,
) -> int:
    """A weekly slot for each channel on each weekday; gives how many are new.

    Raises `InvalidInput` for an unknown zone or channel.
    """
    category = session.need(Category, category_id)
    try:
        zone_info(zone)
    except InvalidInput as unknown:
        raise InvalidInput(fields={"zone": str(unknown)}) from None
    wanted = set(channels)
    known = session.scalars(
        sa.select(Channel.id).where(Channel.id.in_(wanted), Channel.kind == ChannelKind.COMMUNITY)
    ).all()
    if len(known) != len(wanted):
        raise InvalidInput(fields={"channels": "A chosen channel is no longer there."})
    same = {"category_id": category_id, "minute": minute, "zone": zone}
    rows = [
        {**same, "channel_id": it, "weekday": day} for it in known for day in sorted(set(weekdays))
    ]
    made = insert_new(session, WeeklySlot, rows, unique=("channel_id", "weekday", "minute", "zone"))
    _changed(session, by, "changed", category, slots=len(made))
    return len(made)


def remove_slot(session: Session, id: UUID, *, by: User) -> WeeklySlot:
    """What it was filled with stays on the calendar."""
    slot = session.need(WeeklySlot, id)
    _changed(session, by, "changed", session.need(Category, slot.category_id), removed=str(id))
    session.delete(slot)
    session.flush()
    return slot


def write(
    session: Session,
    category_id: UUID,
    words: Words,
    *,
    by: User,
    id: UUID | None = None,
    version: int = 0,
) -> Evergreen:
    """Make an evergreen, or change the one of that version.

    Words of somebody who may approve are approved with this; other changes ask for it again.
    Raises `InvalidInput` with every problem, and `Conflict` where somebody was faster.
    """
    session.need(Category, category_id)
    _must_be_right(words)
    now = session.now()
    one = _changing(session, id, version) if id else Evergreen(created_at=now, version=0)
    said = (one.text, one.variants, one.media) if id else None
    one.category_id, one.title, one.text = category_id, words.title, words.text
    one.variants, one.media = list(words.variants), [asdict(it) for it in words.media]
    one.broadcast, one.product_id = words.broadcast, words.product_id
    one.cool_down_days, one.most_uses = words.cool_down_days, words.most_uses
    one.expires_on, one.updated_at = words.expires_on, now
    if has_role(by):
        one.approved_by_id = by.id
    elif said != (one.text, one.variants, one.media):
        one.approved_by_id = None
    one.version += 1
    if not id:
        one.resting = False
        session.put(one)
    _changed(session, by, "changed" if id else "created", one)
    return one


def _must_be_right(words: Words) -> None:
    fields = {}
    if not words.text.strip():
        fields["text"] = "There is nothing to say yet: write a text."
    said = [" ".join(text.split()).casefold() for text in (words.text, *words.variants)]
    if len(set(said)) < len(said):
        fields["variants"] = "Two of the wordings are the same. Change one, or leave it out."
    if fields:
        raise InvalidInput(fields=fields)


def approve(session: Session, id: UUID, version: int, *, by: User) -> Evergreen:
    must_have_role(by)
    one = _changing(session, id, version)
    one.approved_by_id = by.id
    one.version += 1
    _changed(session, by, "approved", one)
    return one


def rest(session: Session, id: UUID, version: int, *, resting: bool, by: User) -> Evergreen:
    """Take it out for now, or back in."""
    one = _changing(session, id, version)
    one.resting = resting
    one.version += 1
    _changed(session, by, "rested" if resting else "woke", one)
    return one


def delete(session: Session, id: UUID, version: int, *, by: User) -> None:
    """Raises `Conflict` once it has been used: its posts tell where they came from."""
    one = _changing(session, id, version)
    if session.scalar(sa.select(Fill.id).filter_by(evergreen_id=id).limit(1)):
        raise Conflict("It has been used already, so it is kept. Let it rest instead.")
    _changed(session, by, "deleted", one, title=one.title)
    session.delete(one)
    session.flush()


def _changing(session: Session, id: UUID, version: int) -> Evergreen:
    """Locked until COMMIT."""
    wanted = sa.select(Evergreen).filter_by(id=id).with_for_update()
    one = session.scalar(wanted.execution_options(populate_existing=True))
    if one is None:
        raise NotFound
    if one.version != version:
        raise Conflict(
            "Somebody changed this in the meantime. Look at it as it is now, then try again."
        )
    return one


def _changed(
    session: Session, by: User, verb: str, row: Category | Evergreen, **more: object
) -> None:
    session.flush()
    audit.record(session, by, verb, row, **more)
    session.announce("calendar")
