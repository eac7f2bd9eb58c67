"""Links that show one post to somebody from outside, as it will look, and nothing else."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.accounts import audit
from bot.accounts.models import User
from bot.accounts.tokens import is_signed, sign
from bot.db import Session
from bot.errors import InvalidInput, NotFound
from bot.web.house import House
from content_calendar.keeping import PreviewLink
from content_calendar.models import Post

DAYS = (1, 7, 30)
"""For so long a link may be good."""

_PURPOSE = "preview"


def make(session: Session, post: Post, days: int, *, by: User) -> PreviewLink:
    if days not in DAYS:
        raise InvalidInput(fields={"days": "Please choose one of the list."})
    now = session.now()
    link = session.put(
        PreviewLink(
            post_id=post.id, made_by=by.name, made_at=now, expires_at=now + timedelta(days=days)
        )
    )
    audit.record(session, by, "shared", post, days=days)
    return link


def of(session: Session, post_id: UUID) -> Sequence[PreviewLink]:
    """Those that still open."""
    wanted = sa.select(PreviewLink).filter_by(post_id=post_id, revoked_at=None)
    wanted = wanted.where(PreviewLink.expires_at > session.now())
    return session.scalars(wanted.order_by(PreviewLink.made_at.desc())).all()


def revoke(session: Session, post: Post, *, by: User) -> int:
    """Close every link to the post; gives how many were open."""
    links = of(session, post.id)
    for link in links:
        link.revoked_at = session.now()
    if links:
        audit.record(session, by, "stopped sharing", post)
    return len(links)


def token(secret: bytes, link: PreviewLink) -> str:
    return f"{link.id.hex}{sign(secret, _PURPOSE, link.id.hex)}"


def address(house: House, link: PreviewLink) -> str:
    return f"{house.settings.public_url}/preview/{token(house.secret, link)}"


def opened(session: Session, secret: bytes, token: str) -> Post:
    """The post that a link shows. Raises `NotFound` for one that is forged, over or revoked."""
    id, signature = token[:32], token[32:]
    if not is_signed(secret, _PURPOSE, id, signature):
        raise NotFound
    link = session.find(PreviewLink, UUID(hex=id))
    if link is None or link.revoked_at or link.expires_at <= session.now():
        raise NotFound
    return session.need(Post, link.post_id)
