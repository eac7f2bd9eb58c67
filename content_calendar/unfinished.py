"""What somebody is typing, kept while they type: whatever happens, it is still there."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.models import User
from bot.db import Session
from content_calendar.keeping import Unfinished
from content_calendar.models import Post

STEP = timedelta(minutes=5)
"""What was typed within so long is one state to go back to."""

_FORGOTTEN = timedelta(days=60)  # nobody has come back to it
_KEPT = 20  # such states of one post
_NOT_TYPED = {"act", "version", "file", "on", "scope"}
_LARGEST = 200_000  # characters


def keep(
    session: Session,
    user: User,
    given: Mapping[str, Any],
    *,
    post: Post | None = None,
    scratch: str = "",
    base: int = 0,
) -> Unfinished | None:
    """Keep a form as it stands. The post itself is not touched. None where it is empty."""
    said = {name: it for name, it in given.items() if name not in _NOT_TYPED and any(it)}
    if not (post or scratch) or not _is_worth_it(said):
        return None
    post_id = post.id if post else None
    last = next(iter(of(session, user, post_id, scratch)), None)
    now = session.now()
    if last and now - last.began_at < STEP:
        last.given, last.at, last.base = said, now, base
        return last
    if last and last.given == said:
        return last
    for old in of(session, user, post_id, scratch)[_KEPT - 1 :]:
        session.delete(old)
    forgotten = sa.select(Unfinished).filter_by(user_id=user.id)
    for old in session.scalars(forgotten.where(Unfinished.at < now - _FORGOTTEN)):
        session.delete(old)
    return session.put(
        Unfinished(
            user_id=user.id,
            post_id=post_id,
            scratch="" if post else scratch,
            base=base,
            began_at=now,
            at=now,
            given=said,
        )
    )


def _is_worth_it(said: Mapping[str, Any]) -> bool:
    words = {name for name in said if name.startswith("override_")} | {
        *("text", "title", "media", "poll_question", "poll_options", "first_comment", "link")
    }
    return bool(words & said.keys()) and sum(len(str(it)) for it in said.values()) <= _LARGEST


def of(
    session: Session, user: User, post_id: UUID | None, scratch: str = ""
) -> Sequence[Unfinished]:
    """What this person has typed at a post, or in one editor of a new one; the newest first."""
    wanted = sa.select(Unfinished).filter_by(user_id=user.id, post_id=post_id)
    if post_id is None:
        wanted = wanted.filter_by(scratch=scratch)
    return session.scalars(wanted.order_by(Unfinished.began_at.desc(), Unfinished.id.desc())).all()


def new_ones(session: Session, user: User) -> list[Unfinished]:
    """The latest state of each post that this person began and never saved, the newest first."""
    wanted = sa.select(Unfinished).filter_by(user_id=user.id, post_id=None)
    found: dict[str, Unfinished] = {}
    for one in session.scalars(wanted.order_by(Unfinished.at.desc())):
        found.setdefault(one.scratch, one)
    return list(found.values())


def forget(session: Session, user: User, post_id: UUID | None, scratch: str = "") -> None:
    """It has been saved, or they don't want it."""
    for one in of(session, user, post_id, scratch):
        session.delete(one)
    if scratch and post_id:
        forget(session, user, None, scratch)
