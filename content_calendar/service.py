"""What people do with posts. Every change takes the version of the post that the person saw, and
raises `Conflict` when somebody was faster. None as ``by`` is Hubbub itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.accounts import audit
from bot.accounts.models import User
from bot.db import Session
from bot.errors import Conflict, InvalidInput
from content_calendar import approving, planning
from content_calendar.approving import has_role as may_approve
from content_calendar.changes import changed, changing
from content_calendar.draft import Draft, gaps, mistakes, require
from content_calendar.keeping import RemarkKind
from content_calendar.models import Post, Stage
from content_calendar.planning import draft_of, materialise, series_of
from content_calendar.queue.models import Fill
from content_calendar.recurrence import resolve, zone_info
from content_calendar.writing import Limits, fill, must_be_open, sync_once, take_off, write, wrong

__all__ = [
    "Limits",
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

_VERBS = {Stage.IN_REVIEW: "submitted", Stage.SCHEDULED: "scheduled"}


def create(
    session: Session,
    draft: Draft,
    *,
    by: User | None,
    capabilities: Limits,
    stage: Stage = Stage.DRAFT,
    words: str = "",
) -> Post:
    """A new post, brought as far as ``stage``. Raises `InvalidInput` with every problem."""
    now = session.now()
    post = Post(title="", text="", created_at=now, updated_at=now, version=0, stage=Stage.DRAFT)
    post.author_id = by.id if by else None
    post.channel_ids, post.overrides, post.media, post.zone = [], {}, [], draft.zone
    write(session, session.put(post), draft, stage, by, capabilities)
    changed(session, post, by, "created")
    _note(session, post, Stage.DRAFT, by, words)
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
    words: str = "",
) -> Post:
    """Change what a post says, when and where; pending deliveries follow.

    ``stage`` brings it further in the same step. Of a series this changes all that is still to
    come. Raises `InvalidInput`, `Conflict` or `NotAllowed`, and then changes nothing.
    """
    post = changing(session, post_id, version)
    was, is_to_be = post.stage, stage or post.stage
    verb = "saved" if is_to_be is was else _VERBS.get(is_to_be, "saved")
    write(session, post, draft, is_to_be, by, capabilities)
    changed(session, post, by, verb)
    _note(session, post, was, by, words)
    return post


def _note(session: Session, post: Post, was: Stage, by: User | None, words: str) -> None:
    """What somebody asked for or agreed to, in the talk about the post."""
    if post.stage is Stage.IN_REVIEW and was is not Stage.IN_REVIEW:
        approving.say(session, post, by, RemarkKind.ASKED, words)
    elif post.stage is Stage.SCHEDULED and was is Stage.IN_REVIEW:
        approving.say(session, post, by, RemarkKind.APPROVED, words)
    elif words:
        approving.say(session, post, by, RemarkKind.SAID, words)


def request_review(
    session: Session, post_id: UUID, version: int, *, by: User | None, capabilities: Limits
) -> Post:
    return _advance(session, post_id, version, by, capabilities, Stage.IN_REVIEW)


def schedule(
    session: Session,
    post_id: UUID,
    version: int,
    *,
    by: User | None,
    capabilities: Limits,
    words: str = "",
) -> Post:
    """Let it go out at its time; of a post in review this is the approval."""
    return _advance(session, post_id, version, by, capabilities, Stage.SCHEDULED, words)


def _advance(
    session: Session,
    post_id: UUID,
    version: int,
    by: User | None,
    capabilities: Limits,
    stage: Stage,
    words: str = "",
) -> Post:
    draft = draft_of(session, session.need(Post, post_id))
    return save(
        session,
        post_id,
        version,
        draft,
        by=by,
        capabilities=capabilities,
        stage=stage,
        words=words,
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
    """Let it go out at once, or so long after now. Not for a series."""
    post = changing(session, post_id, version)
    approving.agree(session, post, draft_of(session, post), by)
    if series_of(session, post):
        raise InvalidInput(fields={"repeat": "A series goes out at its own times."})
    at = session.now() + after
    local = at.astimezone(zone_info(post.zone)).replace(tzinfo=None, microsecond=0, fold=0)
    draft = replace(draft_of(session, post), local=local)
    # The clock may show this time for the second time today, and `resolve` gives the first.
    missing = gaps(draft, resolve(local, post.zone).at)
    require([*wrong(session, draft, capabilities), *missing])
    must_be_open(session, post)
    fill(session, post, draft)
    post.stage = Stage.SCHEDULED
    sync_once(session, post, at)
    changed(session, post, by, "published")
    return post


def send_back(
    session: Session, post_id: UUID, version: int, *, by: User | None, words: str = ""
) -> Post:
    """Back from review to its author."""
    post = changing(session, post_id, version)
    approving.must_send_back(session, by, post)
    if post.stage is not Stage.IN_REVIEW:
        raise Conflict("This post is not in review any more.")
    post.stage, post.approved = Stage.DRAFT, ""
    approving.say(session, post, by, RemarkKind.RETURNED, words)
    changed(session, post, by, "returned")
    return post


def unschedule(session: Session, post_id: UUID, version: int, *, by: User | None) -> Post:
    """Take it off the calendar: a draft again, with its time kept. What has gone out stays."""
    post = changing(session, post_id, version)
    if post.stage is not Stage.SCHEDULED:
        raise Conflict("This post is not on the calendar.")
    take_off(session, post)
    if by and not approving.why_not_this(session, by, post):
        post.approved = ""  # who could approve it has taken it back
    post.stage = Stage.DRAFT
    changed(session, post, by, "withdrew")
    return post


def delete(session: Session, post_id: UUID, version: int, *, by: User | None) -> None:
    """Throw a draft away. Raises `Conflict` once it is on the calendar or has gone out."""
    post = changing(session, post_id, version)
    if post.stage is Stage.SCHEDULED:
        raise Conflict("This post is on the calendar. Take it off first.")
    if planning.occurrences_of(session, post):
        raise Conflict("Some of this post has gone out already, so it is kept.")
    audit.record(session, by or audit.HUBBUB, "deleted", post, title=post.title)
    if series := series_of(session, post):
        session.delete(series)
        session.flush()
    session.execute(sa.update(Fill).filter_by(post_id=post.id).values(post_id=None))
    session.delete(post)
    session.announce("calendar")


def duplicate(session: Session, post_id: UUID, *, by: User | None, capabilities: Limits) -> Post:
    """A new draft that says the same, without a time."""
    draft = draft_of(session, session.need(Post, post_id))
    again = replace(draft, local=None, rrule="", exdates=frozenset())
    return create(session, again, by=by, capabilities=capabilities)


def move(
    session: Session, post_id: UUID, version: int, *, local: datetime, zone: str, by: User | None
) -> Post:
    """Another time for a post that goes out once. See `series.move` for one of many.

    Raises `Conflict` when it is going out or has gone.
    """
    post = changing(session, post_id, version)
    if series_of(session, post):
        raise InvalidInput("This post repeats: say which of its dates to move.")
    draft = replace(draft_of(session, post), local=local, zone=zone)
    passed = gaps(draft, session.now()) if post.stage is Stage.SCHEDULED else ()
    require([*mistakes(draft), *(it for it in passed if it[0] == "date")])
    must_be_open(session, post)
    was, post.local, post.zone = post.local, local, zone
    if post.stage is Stage.SCHEDULED:
        sync_once(session, post, resolve(local, zone).at)
    changed(session, post, by, "moved", was=was.isoformat() if was else "", to=local.isoformat())
    return post
