"""One change of a post at a time: locked, on the version that the person saw, written down."""

from uuid import UUID

import sqlalchemy as sa

from bot.accounts import audit
from bot.accounts.models import AuditEntry, User
from bot.db import Session
from bot.errors import Conflict, NotFound
from content_calendar import history
from content_calendar.models import Post


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


def changed(session: Session, post: Post, by: User | None, verb: str, **details: str) -> None:
    """Count the version up and write down who did what. ``verb`` is in the past tense."""
    post.version += 1
    post.updated_at = session.now()
    session.flush()
    history.keep(session, post, by, verb)
    audit.record(session, by or audit.HUBBUB, verb, post, **details)
    session.announce("calendar")


def _who_was_faster(session: Session, post: Post) -> str:
    last = session.scalar(
        sa.select(AuditEntry)
        .filter_by(subject_id=post.id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(1)
    )
    who, what = "Somebody", "changed"
    if last:
        who, what = last.actor.partition(":")[2] or "Hubbub", last.verb
    return f"{who} {what} this post in the meantime. Look at it as it is now, then try again."
