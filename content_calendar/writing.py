"""Putting a draft into its post, and what the calendar holds of it into step."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.models import User
from bot.db import Session, insert_new
from bot.errors import Conflict
from bot.networks import Adapter, Capabilities
from content_calendar import approving, planning
from content_calendar.draft import Draft, Problem, gaps, misfits, mistakes, require
from content_calendar.models import Campaign, Occurrence, Post, Series, Stage
from content_calendar.recurrence import Rule, resolve

Limits = Mapping[str, Capabilities]  # by network
Adapters = Mapping[tuple[str, str], Adapter]  # by network and account


def limits_of(adapters: Adapters) -> Limits:
    return {network: each.capabilities for (network, _account), each in adapters.items()}


def write(
    session: Session, post: Post, draft: Draft, stage: Stage, by: User | None, limits: Limits
) -> None:
    """Let the post be what the draft says, as far as ``stage``; pending deliveries follow."""
    if stage is Stage.SCHEDULED:
        approving.agree(session, post, draft, by)
    elif post.stage is Stage.SCHEDULED and stage is not Stage.IN_REVIEW:
        raise Conflict("This post is on the calendar. Take it off first.")
    missing = gaps(draft, session.now()) if stage in {Stage.IN_REVIEW, Stage.SCHEDULED} else ()
    require([*wrong(session, draft, limits), *missing])
    is_new = post.version == 0  # nothing is planned for it yet
    if not is_new:
        must_be_open(session, post)
    if post.stage is Stage.SCHEDULED and stage is Stage.IN_REVIEW:
        take_off(session, post)
    approving.note_writer(post, draft, by)
    fill(session, post, draft)
    post.stage = stage
    series = None if is_new and not draft.rrule else _sync_rule(session, post, draft)
    if stage is not Stage.SCHEDULED:
        return
    if series:
        planning.replan(session, post, series)
    elif post.local and is_new:
        planning.plan(session, post, post.local, resolve(post.local, post.zone).at)
    elif post.local:
        sync_once(session, post, resolve(post.local, post.zone).at)


def take_off(session: Session, post: Post) -> None:
    """Nothing of it goes out any more; what has gone out stays."""
    series = planning.series_of(session, post)
    for occurrence in planning.occurrences_of(session, post):
        if series is None or not planning.has_begun(session, occurrence):
            planning.withdraw(session, occurrence)
    if series:
        series.materialised_until = None


def wrong(session: Session, draft: Draft, limits: Limits) -> list[Problem]:
    """Everything in the draft that can't be kept as it is."""
    channels = planning.channels_of(session, draft.channel_ids)
    found = [*mistakes(draft), *misfits(draft, (each.network for each in channels), limits)]
    if len(channels) != len(set(draft.channel_ids)):
        found.append(("channels", "A chosen channel is no longer there."))
    return found


def must_be_open(session: Session, post: Post) -> None:
    """Raise `Conflict` for a post that goes out once and has, or may have. A series goes on."""
    session.flush()
    if planning.series_of(session, post):
        return
    planning.hold(session, post)
    reasons = [planning.lock_reason(session, it) for it in planning.occurrences_of(session, post)]
    if reasons and all(reasons):
        raise Conflict(reasons[-1])


def fill(session: Session, post: Post, draft: Draft) -> None:
    post.title, post.text = draft.heading, draft.text
    post.overrides = {network: text for network, text in draft.overrides.items() if text.strip()}
    post.media = [asdict(it) for it in draft.media]
    post.crops = {
        digest: {network: asdict(crop) for network, crop in by_network.items()}
        for digest, by_network in draft.crops.items()
    }
    post.link, post.first_comment, post.tags = draft.link, draft.first_comment, [*draft.tags]
    post.poll = asdict(draft.poll) if draft.poll else {}
    post.broadcast, post.product_id = draft.broadcast, draft.product_id
    post.channel_ids = [channel_id.hex for channel_id in draft.channel_ids]
    post.local, post.zone = draft.local, draft.zone
    post.campaign_id = _campaign(session, draft.campaign)


def _campaign(session: Session, name: str) -> UUID | None:
    name = " ".join(name.split())
    if not name:
        return None
    session.flush()
    insert_new(session, Campaign, [{"name": name}], unique=("name",))
    return session.scalars(sa.select(Campaign.id).filter_by(name=name)).one()


def _sync_rule(session: Session, post: Post, draft: Draft) -> Series | None:
    """The series as the draft has it: made, changed or removed."""
    session.flush()
    series, rule = planning.series_of(session, post), draft.rule
    if rule is None:
        if series:
            _forget(session, series)
        return None
    if series:
        rule = _still_skipping(planning.rule_of(series), rule)
    else:
        series = Series(post_id=post.id)
    series.start, series.zone, series.rrule = rule.start, rule.zone, rule.rrule
    series.exdates = sorted(each.isoformat() for each in rule.exdates)
    session.put(series)
    return series


def _still_skipping(old: Rule, new: Rule) -> Rule:
    """What was skipped stays so, also at another time of day, as long as the days are the same."""
    if new.exdates or new.rrule != old.rrule:
        return new
    later = datetime.combine(old.start.date(), new.start.time()) - old.start
    return replace(new, exdates=frozenset(each + later for each in old.exdates))


def _forget(session: Session, series: Series) -> None:
    of_it = sa.update(Occurrence).where(Occurrence.series_id == series.id)
    session.execute(of_it.values(series_id=None))
    session.delete(series)
    session.flush()


def sync_once(session: Session, post: Post, at: datetime) -> None:
    """One occurrence, at ``at``; what a former series still planned beside it is withdrawn."""
    assert post.local is not None
    session.flush()
    planned = planning.occurrences_of(session, post)
    open_ = [one for one in planned if not planning.lock_reason(session, one)]
    if not open_:
        planning.plan(session, post, post.local, at)
        return
    keep, *others = sorted(open_, key=lambda one: one.local != post.local)
    for other in others:
        planning.withdraw(session, other)
    if (keep.local, keep.zone, keep.at) != (post.local, post.zone, at):
        planning.shift(session, keep, post.local, post.zone, at)
    planning.refit(session, post, keep)
