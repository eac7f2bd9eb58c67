"""One of a series, this and later, or all: changed, moved and skipped."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bot.accounts.models import User
from bot.db import Session
from bot.errors import Conflict, InvalidInput
from content_calendar import planning
from content_calendar.changes import changed, changing
from content_calendar.draft import GRACE, Draft
from content_calendar.models import Post, Series, Stage
from content_calendar.planning import rule_of, series_of
from content_calendar.recurrence import Rule, resolve, split, without
from content_calendar.service import create, save
from content_calendar.writing import Limits


class Scope(StrEnum):
    THIS = "this"
    LATER = "later"  # this one and all that come after it
    ALL = "all"  # all that have not gone out yet


def edit(
    session: Session,
    post_id: UUID,
    version: int,
    draft: Draft,
    *,
    on: datetime,
    scope: Scope,
    by: User | None,
    capabilities: Limits,
    stage: Stage | None = None,
) -> Post:
    """Change the one planned for wall time ``on``, with the later ones, or all of them.

    Gives the post that now says it: a new one, unless all were changed. What has gone out stays
    as it was.
    """
    post = changing(session, post_id, version)
    series = _needed(session, post)
    if scope is Scope.LATER and not has_earlier(series, on):
        scope = Scope.ALL
    if scope is Scope.ALL:
        return save(session, post_id, version, draft, by=by, capabilities=capabilities, stage=stage)
    rule = rule_of(series)
    if scope is Scope.THIS:
        kept, draft = without(rule, on), replace(draft, rrule="", exdates=frozenset())
    else:
        kept, rest = split(rule, on)
        draft = _continuing(draft, rule, rest, on)
    withdraw_from(session, post, series, on, scope)
    keep(session, series, kept)
    new = create(session, draft, by=by, capabilities=capabilities, stage=stage or post.stage)
    changed(session, post, by, "changed", on=on.isoformat(), scope=scope.value)
    return new


def withdraw_from(session: Session, post: Post, series: Series, on: datetime, scope: Scope) -> None:
    """What of the series is planned for ``on``, and with `Scope.LATER` after it, doesn't happen.

    Raises `Conflict` when any of it is going out or has gone.
    """
    for occurrence in planning.occurrences_of(session, post):
        hit = occurrence.local == on if scope is Scope.THIS else occurrence.local >= on
        if hit and occurrence.series_id == series.id:
            if why := planning.lock_reason(session, occurrence):
                raise Conflict(why)
            planning.withdraw(session, occurrence)


def _continuing(draft: Draft, old: Rule, rest: Rule, on: datetime) -> Draft:
    """The draft as a series of its own that goes on where the old one was cut."""
    if draft.local is None or draft.rrule != old.rrule:
        return replace(draft, exdates=frozenset())
    by = draft.local - on
    return replace(draft, rrule=rest.rrule, exdates=frozenset(it + by for it in rest.exdates))


def move(
    session: Session,
    post_id: UUID,
    version: int,
    *,
    on: datetime,
    local: datetime,
    zone: str,
    by: User | None,
) -> Post:
    """Move the one planned for wall time ``on``; the others stay. Raises as `service.move` does."""
    post = changing(session, post_id, version)
    if post.stage is not Stage.SCHEDULED:
        raise Conflict("This post is not on the calendar.")
    at = resolve(local, zone).at
    if at < session.now() - GRACE:
        raise InvalidInput(fields={"date": "That time has passed. Choose a later one."})
    occurrence = planning.occurrence_at(session, post, on)
    if occurrence is None or occurrence.series_id:
        series = _needed(session, post)
        keep(session, series, without(rule_of(series), on))
    if occurrence is None:
        occurrence = planning.plan(session, post, on, resolve(on, post.zone).at)
        assert occurrence is not None
    planning.shift(session, occurrence, local, zone, at)
    occurrence.series_id = None
    changed(session, post, by, "moved", was=on.isoformat(), to=local.isoformat())
    return post


def skip(session: Session, post_id: UUID, version: int, *, on: datetime, by: User | None) -> Post:
    """Leave one out. Raises `Conflict` when it is going out or has gone."""
    post = changing(session, post_id, version)
    occurrence = planning.occurrence_at(session, post, on)
    if occurrence is None or occurrence.series_id:
        series = _needed(session, post)
        keep(session, series, without(rule_of(series), on))
    if occurrence:
        planning.withdraw(session, occurrence)
    changed(session, post, by, "skipped", on=on.isoformat())
    return post


def unskip(session: Session, post_id: UUID, version: int, *, on: datetime, by: User | None) -> Post:
    """Take a skipped one back in."""
    post = changing(session, post_id, version)
    series = _needed(session, post)
    rule = rule_of(series)
    if on not in rule.exdates:
        raise Conflict("That one is not skipped.")
    keep(session, series, replace(rule, exdates=rule.exdates - {on}))
    at = resolve(on, series.zone).at
    written = series.materialised_until
    if written and session.now() - GRACE <= at <= written:
        planning.plan(session, post, on, at, series)
    changed(session, post, by, "took back", on=on.isoformat())
    return post


def _needed(session: Session, post: Post) -> Series:
    series = series_of(session, post)
    if series is None:
        raise Conflict("This post doesn't repeat any more.")
    return series


def has_earlier(series: Series, on: datetime) -> bool:
    """Whether ``on`` is not the first. Raises `InvalidInput` where nothing is planned then."""
    try:
        split(rule_of(series), on)
    except InvalidInput:
        without(rule_of(series), on)  # says so where nothing is planned then
        return False
    return True


def keep(session: Session, series: Series, rule: Rule) -> None:
    """From now on the series goes by this rule."""
    series.rrule = rule.rrule
    series.exdates = sorted(each.isoformat() for each in rule.exdates)
    session.flush()
