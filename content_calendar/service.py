"""What people do with posts. Every change takes the version of the post that the person saw."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.accounts import audit
from bot.accounts.models import AuditEntry, Role, User
from bot.db import Session, insert_new
from bot.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.networks import Capabilities
from content_calendar import planning
from content_calendar.draft import Draft, gaps, misfits, mistakes, require
from content_calendar.models import Campaign, Occurrence, Post, Series, Stage
from content_calendar.planning import channels_of, draft_of, materialise, series_of
from content_calendar.recurrence import resolve, zone_info

__all__ = [
    "create",
    "delete",
    "duplicate",
    "materialise",
    "may_approve",
    "move",
    "publish_now",
    "request_review",
    "save",
    "schedule",
    "send_back",
    "unschedule",
]

Limits = Mapping[str, Capabilities]  # by network


def may_approve(by: User | None) -> bool:
    """Whether this person's word is enough for a post to go out. None is Hubbub itself."""
    return by is None or by.role in {Role.OWNER, Role.APPROVER}


def create(
    session: Session,
    draft: Draft,
    *,
    by: User | None,
    capabilities: Limits,
    stage: Stage = Stage.DRAFT,
) -> Post:
    """A new post, brought as far as ``stage``. Raises `InvalidInput` with every problem."""
    now = session.now()
    post = session.put(
        Post(
            title="",
            text="",
            author_id=by.id if by else None,
            stage=Stage.DRAFT,
            channel_ids=[],
            overrides={},
            created_at=now,
            updated_at=now,
            version=0,
        )
    )
    _write(session, post, draft, stage, by, capabilities)
    _done(session, post, by, "created")
    return post


def save(
    session: Session,
    post_id: UUID,
    version: int,
    draft: Draft,
    *,
    by: User | None,
    capabilities: Limits,
    stage: Stage | None = None,
) -> Post:
    """Change what a post says, when and where; pending deliveries follow.

    ``stage`` brings it further in the same step. Of a series this changes all that is still to
    come. Raises `InvalidInput`, `Conflict` or `NotAllowed`, and then changes nothing.
    """
    post = changing(session, post_id, version)
    _write(session, post, draft, stage or post.stage, by, capabilities)
    _done(session, post, by, {Stage.SCHEDULED: "scheduled", Stage.IN_REVIEW: "requested a review of"}
          .get(stage, "saved") if stage else "saved")
    return post


def request_review(
    session: Session, post_id: UUID, version: int, *, by: User | None, capabilities: Limits
) -> Post:
    return _advance(session, post_id, version, by, capabilities, Stage.IN_REVIEW)


def schedule(
    session: Session, post_id: UUID, version: int, *, by: User | None, capabilities: Limits
) -> Post:
    """Let it go out at its time; of a post in review this is the approval."""
    return _advance(session, post_id, version, by, capabilities, Stage.SCHEDULED)


def _advance(
    session: Session,
    post_id: UUID,
    version: int,
    by: User | None,
    capabilities: Limits,
    stage: Stage,
) -> Post:
    draft = draft_of(session, session.need(Post, post_id))
    return save(
        session, post_id, version, draft, by=by, capabilities=capabilities, stage=stage
    )


def publish_now(
    session: Session,
    post_id: UUID,
    version: int,
    *,
    by: User | None,
    capabilities: Limits,
    after: timedelta = timedelta(0),
) -> Post:
    """Let it go out at once, or that long after now. Not for a series."""
    post = changing(session, post_id, version)
    if series_of(session, post):
        raise InvalidInput(fields={"repeat": "A series goes out at its own times."})
    at = session.now() + after
    local = at.astimezone(zone_info(post.zone)).replace(tzinfo=None, microsecond=0)
    _must_approve(by)
    draft = replace(draft_of(session, post), local=local)
    # The clock may show this time for the second time today: then `resolve` gives the first.
    require([*_wrong(session, draft, capabilities), *gaps(draft, resolve(local, post.zone).at)])
    _fill(session, post, draft)
    post.stage = Stage.SCHEDULED
    _sync_once(session, post, at)
    _done(session, post, by, "published")
    return post


def send_back(session: Session, post_id: UUID, version: int, *, by: User | None) -> Post:
    """Back from review to its author."""
    post = changing(session, post_id, version)
    _must_approve(by)
    if post.stage is not Stage.IN_REVIEW:
        raise Conflict("This post is not in review any more.")
    post.stage = Stage.DRAFT
    _done(session, post, by, "sent back")
    return post


def unschedule(session: Session, post_id: UUID, version: int, *, by: User | None) -> Post:
    """Take it off the calendar: a draft again, with its time kept. What has gone out stays."""
    post = changing(session, post_id, version)
    series = series_of(session, post)
    for occurrence in planning.occurrences_of(session, post):
        if series is None or not planning.lock_reason(session, occurrence):
            planning.withdraw(session, occurrence)
    if series:
        series.materialised_until = None
    post.stage = Stage.DRAFT
    _done(session, post, by, "took off the calendar")
    return post


def delete(session: Session, post_id: UUID, version: int, *, by: User | None) -> None:
    """Throw a draft away. Raises `Conflict` once it is on the calendar or has gone out."""
    post = changing(session, post_id, version)
    if post.stage is Stage.SCHEDULED:
        raise Conflict("This post is on the calendar. Take it off first.")
    if planning.occurrences_of(session, post):
        raise Conflict("Some of this post has gone out already, so it is kept.")
    audit.record(session, actor(by), "deleted", post, title=post.title)
    if series := series_of(session, post):
        session.delete(series)
        session.flush()
    session.delete(post)
    session.announce("calendar")


def duplicate(session: Session, post_id: UUID, *, by: User | None, capabilities: Limits) -> Post:
    """A new draft that says the same, without a time."""
    draft = draft_of(session, session.need(Post, post_id))
    again = replace(draft, local=None, rrule="", exdates=frozenset())
    return create(session, again, by=by, capabilities=capabilities)


def move(
    session: Session,
    post_id: UUID,
    version: int,
    *,
    local: datetime,
    zone: str,
    by: User | None,
) -> Post:
    """Another time for a post that goes out once. See `series.move` for one of many."""
    post = changing(session, post_id, version)
    if series_of(session, post):
        raise InvalidInput("This post repeats: say which of its dates to move.")
    draft = replace(draft_of(session, post), local=local, zone=zone)
    require([*mistakes(draft), *_passed(draft, session.now(), post.stage)])
    was, post.local, post.zone = post.local, local, zone
    if post.stage is Stage.SCHEDULED:
        _sync_once(session, post, resolve(local, zone).at)
    _done(session, post, by, "moved", was=was.isoformat() if was else "", now=local.isoformat())
    return post


def _passed(draft: Draft, now: datetime, stage: Stage) -> list[tuple[str, str]]:
    found = gaps(draft, now) if stage is Stage.SCHEDULED else ()
    return [(name, why) for name, why in found if name == "date"]


def changing(session: Session, post_id: UUID, version: int) -> Post:
    """The post, locked until COMMIT. Raises `Conflict` where it is not as the person saw it."""
    post = session.scalar(
        sa.select(Post)
        .filter_by(id=post_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if post is None:
        raise NotFound
    if post.version != version:
        raise Conflict(_who_was_faster(session, post))
    return post


def _who_was_faster(session: Session, post: Post) -> str:
    last = session.scalar(
        sa.select(AuditEntry)
        .filter_by(subject_id=post.id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(1)
    )
    who = last.actor.partition(":")[2] or last.actor if last else "Somebody"
    what = last.verb if last else "changed"
    return f"{who.capitalize() if who == 'hubbub' else who} {what} this post in the meantime. Look at it as it is now, then try again."


def actor(by: User | None) -> str:
    return f"user:{by.name}" if by else "hubbub"


def _must_approve(by: User | None) -> None:
    if not may_approve(by):
        raise NotAllowed("Only an approver or the owner lets posts go out: request approval.")


def _wrong(session: Session, draft: Draft, capabilities: Limits) -> list[tuple[str, str]]:
    channels = channels_of(session, draft.channel_ids)
    found = [*mistakes(draft), *misfits(draft, (c.network for c in channels), capabilities)]
    if len(channels) != len(set(draft.channel_ids)):
        found.append(("channels", "A chosen channel is no longer there."))
    return found


def _write(
    session: Session,
    post: Post,
    draft: Draft,
    stage: Stage,
    by: User | None,
    capabilities: Limits,
) -> None:
    going_out = stage is Stage.SCHEDULED
    if going_out:
        _must_approve(by)
    # Some of what stands on the calendar may be past; what is asked of it is that it fits.
    missing = gaps(draft, session.now()) if stage in {Stage.IN_REVIEW, Stage.SCHEDULED} else ()
    require([*_wrong(session, draft, capabilities), *missing])
    _fill(session, post, draft)
    post.stage = stage
    series = _sync_rule(session, post, draft)
    if not going_out:
        return
    if series:
        planning.replan(session, post, series)
    elif post.local:
        _sync_once(session, post, resolve(post.local, post.zone).at)


def _fill(session: Session, post: Post, draft: Draft) -> None:
    post.title, post.text = draft.heading, draft.text
    post.overrides = {network: text for network, text in draft.overrides.items() if text.strip()}
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
    series, rule = series_of(session, post), draft.rule
    if series and not rule:
        session.execute(
            sa.update(Occurrence).where(Occurrence.series_id == series.id).values(series_id=None)
        )
        session.delete(series)
        session.flush()
    if not rule:
        return None
    if series is None:
        series = session.put(Series(post_id=post.id, materialised_until=None))
    series.start, series.zone, series.rrule = rule.start, rule.zone, rule.rrule
    series.exdates = sorted(each.isoformat() for each in rule.exdates)
    session.flush()
    return series


def _sync_once(session: Session, post: Post, at: datetime) -> None:
    """One occurrence, at ``at``; what a former series still planned beside it is withdrawn."""
    assert post.local is not None
    session.flush()
    planned = planning.occurrences_of(session, post)
    open_ = [one for one in planned if not planning.lock_reason(session, one)]
    if planned and not open_:
        raise Conflict(planning.lock_reason(session, planned[-1]))
    if not open_:
        planning.plan(session, post, post.local, at)
        return
    keep, *others = sorted(open_, key=lambda one: one.local != post.local)
    for other in others:
        planning.withdraw(session, other)
    if (keep.local, keep.zone, keep.at) != (post.local, post.zone, at):
        planning.shift(session, keep, post.local, post.zone, at)
    planning.refit(session, post, keep)


def _done(session: Session, post: Post, by: User | None, verb: str, **details: str) -> None:
    post.version += 1
    post.updated_at = session.now()
    session.flush()
    audit.record(session, actor(by), verb, post, **details)
    session.announce("calendar")
