"""Another time for a post, for one of a series, for it and the later ones, or for all of them.

Whoever moves says the version that they saw; who was slower gets `Conflict` and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from bot.accounts.models import User
from bot.db import Session
from bot.errors import InvalidInput
from content_calendar import planning, series, service
from content_calendar.changes import changed, changing
from content_calendar.models import Post, Series, Stage
from content_calendar.recurrence import resolve, shifted, split, zone_info
from content_calendar.series import Scope
from content_calendar.writing import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Where somebody wants it: the wall time ``to``, or ``days`` later at its own time of day.

    ``on``: which one of many. ``zone``: the zone that it is in from now on; ``seen_in``: the one in
    which ``to`` was read off a calendar, while the post keeps its own.
    """

    on: datetime | None = None
    to: datetime | None = None
    days: int = 0
    zone: str = ""
    seen_in: str = ""
    scope: Scope = Scope.THIS


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """``on``: the wall time at which it stands now. ``back``: the fields of a wish that takes it
    back; empty where it had no time before."""

    post: Post
    on: datetime
    back: Mapping[str, str] = field(default_factory=dict)


def move(
    session: Session,
    post_id: UUID,
    version: int,
    wish: Wish,
    *,
    by: User | None,
    capabilities: Limits,
) -> Moved:
    """Raises `InvalidInput`, `Conflict` or `NotAllowed`, and then changes nothing."""
    post = changing(session, post_id, version)
    to, zone = _target(post, wish)
    for occurrence in planning.occurrences_of(session, post):
        if wish.on in {None, occurrence.local}:
            planning.reopen(session, occurrence)
    rule = planning.series_of(session, post)
    on = wish.on
    if rule is None or on is None:
        was, was_in = post.local, post.zone
        service.move(session, post_id, version, local=to, zone=zone, by=by)
        return Moved(post=post, on=to, back=_back(None, was, was_in) if was else {})
    if post.stage is not Stage.SCHEDULED:  # nothing is planned yet that could stand alone
        wish = replace(wish, scope=Scope.ALL)
    if wish.scope is Scope.THIS or _stands_alone(session, post, on):
        series.move(session, post_id, version, on=on, local=to, zone=zone, by=by)
        return Moved(post=post, on=to, back=_back(to, on, post.zone))
    zone_before = rule.zone
    made = _move_many(session, post, rule, replace(wish, to=to, zone=zone), by, capabilities)
    back = _back(to, on, zone_before) | {"scope": Scope.ALL.value}
    return Moved(post=made, on=to, back=back)


def _back(on: datetime | None, to: datetime, zone: str) -> dict[str, str]:
    which = {"on": on.isoformat()} if on else {}
    return which | {"to": to.isoformat(), "zone": zone}


def _target(post: Post, wish: Wish) -> tuple[datetime, str]:
    """The wall time that is wished for, and its zone."""
    if wish.to is None:
        now = wish.on or post.local
        if now is None:
            raise InvalidInput(fields={"date": "Say when: a date and a time."})
        return now + timedelta(days=wish.days), post.zone
    zone = wish.zone or post.zone
    if wish.seen_in and wish.seen_in != zone:
        there = resolve(wish.to, wish.seen_in).at.astimezone(zone_info(zone))
        return there.replace(tzinfo=None, fold=0), zone
    return wish.to, zone


def _stands_alone(session: Session, post: Post, on: datetime) -> bool:
    """Whether that one was taken out of its series before."""
    found = planning.occurrence_at(session, post, on)
    return found is not None and found.series_id is None


def _move_many(
    session: Session, post: Post, rule: Series, wish: Wish, by: User | None, limits: Limits
) -> Post:
    assert wish.on and wish.to
    whole = planning.rule_of(rule)
    if wish.scope is Scope.ALL or not series.has_earlier(rule, wish.on):
        new = replace(shifted(whole, wish.on, wish.to), zone=wish.zone)
        draft = replace(
            planning.draft_of(session, post),
            local=new.start,
            zone=new.zone,
            rrule=new.rrule,
            exdates=new.exdates,
        )
        return service.save(session, post.id, post.version, draft, by=by, capabilities=limits)
    return _cut(session, post, rule, wish, by, limits)


def _cut(
    session: Session, post: Post, rule: Series, wish: Wish, by: User | None, limits: Limits
) -> Post:
    """This and later go on as a series of their own."""
    assert wish.on and wish.to
    kept, rest = split(planning.rule_of(rule), wish.on)
    new = shifted(rest, wish.on, wish.to)
    draft = replace(
        planning.draft_of(session, post),
        local=new.start,
        zone=wish.zone,
        rrule=new.rrule,
        exdates=new.exdates,
    )
    series.withdraw_from(session, post, rule, wish.on, Scope.LATER)
    series.keep(session, rule, kept)
    made = service.create(session, draft, by=by, capabilities=limits, stage=post.stage)
    changed(session, post, by, "moved", was=wish.on.isoformat(), to=wish.to.isoformat())
    return made
