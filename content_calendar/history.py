"""What a post has said: a version with every change, to look at and to go back to."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter

from bot.accounts.models import User
from bot.db import Session
from bot.errors import NotFound
from content_calendar import planning
from content_calendar.draft import Draft
from content_calendar.keeping import PostVersion
from content_calendar.models import Post

_DRAFT = TypeAdapter(Draft)
_SHOWN = 100

Change = tuple[str, str, str]  # which part, as it was, as it is


def keep(session: Session, post: Post, by: User | None, verb: str) -> None:
    """Write down what the post says now, as its present version."""
    session.put(
        PostVersion(
            post_id=post.id,
            number=post.version,
            at=session.now(),
            by=by.name if by else "Hubbub",
            verb=verb,
            said=to_json(planning.draft_of(session, post)),
        )
    )


def versions(session: Session, post_id: UUID) -> Sequence[PostVersion]:
    """The newest first."""
    wanted = sa.select(PostVersion).filter_by(post_id=post_id)
    return session.scalars(wanted.order_by(PostVersion.number.desc()).limit(_SHOWN)).all()


def said_in(session: Session, post_id: UUID, number: int) -> Draft:
    """What the post said then. Raises `NotFound`."""
    wanted = sa.select(PostVersion).filter_by(post_id=post_id, number=number)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound
    return from_json(found.said)


def to_json(draft: Draft) -> dict[str, Any]:
    found: dict[str, Any] = _DRAFT.dump_python(draft, mode="json")
    return found


def from_json(said: dict[str, Any]) -> Draft:
    return _DRAFT.validate_python(said)


def changes(old: Draft, new: Draft) -> Iterator[Change]:
    """What differs, part by part, as people read it."""
    before, after = _parts(old), _parts(new)
    for part in dict.fromkeys([*before, *after]):
        if before.get(part, "") != after.get(part, ""):
            yield part, before.get(part, ""), after.get(part, "")


def _parts(draft: Draft) -> dict[str, str]:
    when = f"{draft.local:%Y-%m-%d %H:%M} {draft.zone}" if draft.local else ""
    return {
        "title": draft.own_title,
        "text": draft.text,
        **{f"override_{network}": text for network, text in draft.overrides.items()},
        "poll": draft.poll.words if draft.poll else "",
        "link": draft.link,
        "first_comment": draft.first_comment,
        "media": ", ".join(it.alt or it.url.removeprefix("media:")[:8] for it in draft.media),
        "channels": ", ".join(sorted(str(each) for each in draft.channel_ids)),
        "date": when,
        "repeat": draft.rrule,
        "campaign": draft.campaign,
        "tags": ", ".join(draft.tags),
    }
