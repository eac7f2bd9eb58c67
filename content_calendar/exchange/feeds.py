"""Feeds of blogs and shops: each piece of news becomes one draft, with a question (P14).

A feed is claimed before it is fetched, and its drafts are made in the COMMIT that remembers their
keys: whoever dies in between leaves a feed that is read again, and no draft twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID
from zlib import crc32

import sqlalchemy as sa

from bot.accounts import audit
from bot.accounts.models import User
from bot.db import Session, insert_new
from bot.egress import Fetched
from bot.errors import InvalidInput, NotFound
from content_calendar.draft import Draft
from content_calendar.exchange.feed_reading import Item, News, shortened
from content_calendar.exchange.models import Feed, Origin
from content_calendar.models import Post
from content_calendar.service import create
from content_calendar.writing import Limits, wrong

TOPIC = "feeds"
FIRST = 3
"""So many drafts come of the news that a feed has when it is first read; the others are old."""

AT_ONCE = 10
"""So many drafts come of one reading; what is left comes with the next."""

_CLAIM = timedelta(minutes=5)  # for one that fetches, and dies
_LONGEST_WAIT = timedelta(days=1)
_SICK_AFTER = 3  # failures, one after the other
_TEXT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A feed that is ours to fetch, with what it said of its last state."""

    id: UUID
    url: str
    etag: str
    modified: str

    @property
    def headers(self) -> dict[str, str]:
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in asked.items() if value}


def claim(session: Session) -> Errand | None:
    """The feed that is due for longest; until it is told of, nobody else gets it for a while."""
    now = session.now()
    due = sa.select(Feed).where(Feed.next_at <= now, Feed.paused.is_(False)).order_by(Feed.next_at)
    feed = session.scalar(due.limit(1).with_for_update(skip_locked=True))
    if feed is None:
        return None
    feed.next_at = now + _CLAIM
    return Errand(id=feed.id, url=feed.url, etag=feed.etag, modified=feed.modified)


def settle(session: Session, id: UUID, answer: Fetched, news: News | None, limits: Limits) -> int:
    """Write down what came back (``news``: what it says); gives how many drafts it became."""
    feed = _locked(session, id)
    if feed is None:
        return 0  # taken away meanwhile
    if answer.status == 304:
        _well(session, feed)
        return 0
    if answer.status == 410:
        failed(session, id, "It is gone for good, says its server. Remove it here.", stop=True)
        return 0
    if news is None:
        failed(session, id, f"Its server answers {answer.status}.", wait=_retry_after(answer))
        return 0
    made, all_told = _draft_all(session, feed, news, limits)
    if all_told:
        feed.etag = _sayable(answer.headers.get("etag", ""))
        feed.modified = _sayable(answer.headers.get("last-modified", ""))
    _well(session, feed)
    feed.made += made
    return made


def failed(
    session: Session, id: UUID, why: str, *, wait: timedelta | None = None, stop: bool = False
) -> None:
    """It could not be read: say so, and try again later, each time after twice as long."""
    feed = _locked(session, id)
    if feed is None:
        return
    feed.failures += 1
    feed.note = why[:500]
    usual = timedelta(minutes=feed.every_minutes) * 2 ** min(feed.failures, 10)
    feed.next_at = session.now() + min(max(usual, wait or timedelta()), _LONGEST_WAIT)
    feed.paused = feed.paused or stop
    session.announce(TOPIC)


def health(feed: Feed) -> str:
    """ok, warn or off."""
    if feed.paused:
        return "off"
    return "warn" if feed.failures >= _SICK_AFTER or (feed.failures and not feed.read_at) else "ok"


def _well(session: Session, feed: Feed) -> None:
    feed.failures, feed.note, feed.read_at = 0, "", session.now()
    feed.next_at = session.now() + timedelta(minutes=feed.every_minutes)
    session.announce(TOPIC)


def _retry_after(answer: Fetched) -> timedelta | None:
    """https://www.rfc-editor.org/rfc/rfc9110#field.retry-after"""
    said = answer.headers.get("retry-after", "").strip()
    if said.isdecimal():
        return timedelta(seconds=min(int(said[:9]), 86_400))
    try:
        until = parsedate_to_datetime(said) - parsedate_to_datetime(answer.headers["date"])
    except (ValueError, TypeError, KeyError):
        return None
    return until


def _locked(session: Session, id: UUID) -> Feed | None:
    found = sa.select(Feed).filter_by(id=id).with_for_update()
    return session.scalar(found.execution_options(populate_existing=True))


def _draft_all(session: Session, feed: Feed, news: News, limits: Limits) -> tuple[int, bool]:
    """How many drafts, and whether all of the news is behind us."""
    fresh = _unseen(session, feed, news.items)
    is_first = feed.read_at is None
    wanted = fresh[:FIRST] if is_first else fresh[-AT_ONCE:]  # the oldest first: none is lost
    told = fresh if is_first else wanted
    by = session.find(User, feed.author_id) if feed.author_id else None
    posts = {item.key: _draft(session, feed, item, by, limits).id for item in reversed(wanted)}
    rows = [
        {
            "source": _source(feed),
            "key": item.key,
            "post_id": posts.get(item.key),
            "made_at": session.now(),
        }
        for item in told
    ]
    insert_new(session, Origin, rows, unique=("source", "key"))
    return len(wanted), len(told) == len(fresh)


def _sayable(header: str) -> str:
    """What can be sent back as it came; else nothing, and the feed is read whole each time."""
    return header if header.isascii() and header.isprintable() and len(header) < 500 else ""


def _source(feed: Feed) -> str:
    return f"feed:{feed.id.hex}"


def _unseen(session: Session, feed: Feed, items: Sequence[Item]) -> list[Item]:
    keys = [item.key for item in items]
    found = sa.select(Origin.key).where(Origin.source == _source(feed), Origin.key.in_(keys))
    seen = set(session.scalars(found))
    return [item for item in items if item.key not in seen]


def _draft(session: Session, feed: Feed, item: Item, by: User | None, limits: Limits) -> Post:
    channels = tuple(UUID(each) for each in feed.channel_ids)
    draft = Draft(
        title=item.title,
        text=text_of(item, question_of(feed.questions, item.key)),
        campaign=feed.campaign,
        channel_ids=channels,
        zone=feed.zone,
    )
    if any(wrong(session, draft, limits)):
        # Too long for one of its channels, or that is not there any more: a person chooses.
        draft = Draft(title=draft.title, text=draft.text, campaign=feed.campaign, zone=feed.zone)
    return create(session, draft, by=by, capabilities=limits)


def question_of(questions: str, key: str) -> str:
    """One of the lines, always the same for the same piece of news."""
    lines = [line.strip() for line in questions.splitlines() if line.strip()]
    return lines[crc32(key.encode()) % len(lines)] if lines else ""


def text_of(item: Item, question: str) -> str:
    words = "" if item.words.startswith(item.title) else item.title
    parts = (words, item.words, question, item.link)
    return shortened("\n\n".join(part for part in parts if part), _TEXT)


def put(session: Session, values: dict[str, Any], *, by: User, id: UUID | None = None) -> Feed:
    """Read from now on (``id``: otherwise than before). Raises `InvalidInput` for a second one."""
    taken = sa.select(Feed.id).where(Feed.url == values["url"], Feed.id != id if id else sa.true())
    if session.scalar(taken):
        raise InvalidInput(fields={"url": "This feed is read already."})
    now = session.now()
    if id is None:
        feed = session.put(Feed(**values, author_id=by.id, created_at=now, next_at=now))
        audit.record(session, by, "added", feed, name=feed.name)
    else:
        feed = _needed(session, id)
        if feed.url != values["url"]:
            values = values | {"etag": "", "modified": ""}
        for name, value in values.items():
            setattr(feed, name, value)
        audit.record(session, by, "changed", feed, name=feed.name)
        feed.next_at, feed.failures, feed.note = now, 0, ""
    session.announce(TOPIC)
    return feed


def _needed(session: Session, id: UUID) -> Feed:
    feed = _locked(session, id)
    if feed is None:
        raise NotFound
    return feed


def pause(session: Session, id: UUID, *, paused: bool, by: User) -> Feed:
    feed = _needed(session, id)
    feed.paused, feed.next_at = paused, session.now()
    audit.record(session, by, "paused" if paused else "resumed", feed)
    session.announce(TOPIC)
    return feed


def read_now(session: Session, id: UUID) -> Feed:
    feed = _needed(session, id)
    feed.next_at, feed.paused = session.now(), False
    session.announce(TOPIC)
    return feed


def remove(session: Session, id: UUID, *, by: User) -> str:
    """Read it no more. Its drafts stay; gives its name."""
    feed = _needed(session, id)
    audit.record(session, by, "removed", feed, name=feed.name)
    of_it = Origin.workspace_id == session.workspace, Origin.source == _source(feed)
    session.execute(sa.delete(Origin).where(*of_it))
    session.delete(feed)
    session.announce(TOPIC)
    return feed.name
