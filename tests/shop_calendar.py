"""What the calendar's pages can show, made by the real services, for `tests.shops`."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from adapters.webchat.translate import ACCOUNT, COMMUNITY, NETWORK
from bot.accounts import api_tokens
from bot.accounts.api_tokens import Scope
from bot.accounts.models import ApiToken, User
from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.db import Row, Session
from bot.networks import Capabilities
from bot.outbox.models import Delivery, DeliveryState
from content_calendar import beginning, unfinished
from content_calendar import service as calendar
from content_calendar.draft import Draft
from content_calendar.exchange import addresses, feeds
from content_calendar.exchange import service as exchange
from content_calendar.exchange.models import CalendarAddress, Feed, Intake
from content_calendar.keeping import PostTemplate, Unfinished
from content_calendar.models import Campaign, Post, Stage
from content_calendar.queue import keeping
from content_calendar.queue.models import Category, Evergreen, Filling, WeeklySlot

_LIMITS = {NETWORK: Capabilities(text_limit=20_000)}


def rows(
    session: Session, word: str, mark: str, place: Channel, user: User
) -> dict[type[Row], UUID]:
    """One of each kind; a post for ``place`` among them."""
    square = ensure(session, network=NETWORK, account=ACCOUNT, remote_id=COMMUNITY)
    return {
        **_written(session, _posts(session, word, square, user), word, user),
        **_queue(session, word, place, user),
        **_doors(session, user, word, mark),
    }


def _typed(session: Session, user: User, word: str) -> Unfinished:
    kept = unfinished.keep(session, user, {"text": f"Half a {word}"}, scratch=word)
    assert kept is not None
    return kept


def _written(session: Session, post: Post, word: str, user: User) -> dict[type[Row], UUID]:
    return {
        Post: post.id,
        PostTemplate: beginning.keep(session, post, f"Offer {word}", by=user).id,
        Unfinished: _typed(session, user, word).id,
        Campaign: post.campaign_id or user.id,
    }


def _doors(session: Session, user: User, word: str, mark: str) -> dict[type[Row], UUID]:
    """What others come in by."""
    file = b"title\nLids " + word.encode("utf-8", "replace")
    return {
        CalendarAddress: _address(session, user, word),
        Feed: feeds.put(session, _feed(word, mark), by=user).id,
        Intake: exchange.begin(session, f"{word}.csv", file, zone="UTC", by=user).id,
        ApiToken: api_tokens.make(session, user, word[:80], [Scope.READ], days=1)[0].id,
    }


def _address(session: Session, user: User, word: str) -> UUID:
    addresses.make(session, user, f"Phone {word}"[:80], drafts=False)
    found = sa.select(CalendarAddress.id).filter_by(user_id=user.id)
    return session.scalars(found).one()


def _feed(word: str, mark: str) -> dict[str, Any]:
    return {
        "url": f"https://blog-{mark}.example/feed",
        "name": f"Blog {word}"[:80],
        "questions": f"What do you think? {word}",
        "channel_ids": [],
        "campaign": "",
        "every_minutes": 60,
        "zone": "UTC",
    }


def _queue(session: Session, word: str, place: Channel, by: User) -> dict[type[Row], UUID]:
    kind = keeping.add_category(session, f"Tips {word}"[:60], Filling.SUGGEST, by=by)
    keeping.add_slots(session, kind.id, [place.id], [2], 600, "UTC", by=by)
    words = keeping.Words(title=f"Spoons {word}"[:200], text=f"Wooden spoons? {word}")
    one = keeping.write(session, kind.id, words, by=by)
    slot = session.scalars(sa.select(WeeklySlot).filter_by(category_id=kind.id)).one()
    return {Category: kind.id, Evergreen: one.id, WeeklySlot: slot.id}


def _posts(session: Session, word: str, channel: Channel, by: User) -> Post:
    """A draft, one on the calendar, and one whose delivery waits for a person."""
    soon = (session.now() + timedelta(days=1)).replace(tzinfo=None, second=0, microsecond=0)
    made = [
        calendar.create(
            session,
            Draft(
                title=f"{stage} {word}"[:200],
                text=f"Which lid do you use most? {word}",
                campaign=f"Spring {word}"[:100],
                channel_ids=(channel.id,),
                local=soon + timedelta(hours=number),
                zone="UTC",
            ),
            by=None,
            capabilities=_LIMITS,
            stage=stage,
        )
        for number, stage in enumerate((Stage.DRAFT, Stage.SCHEDULED, Stage.SCHEDULED))
    ]
    session.flush()
    stuck = session.scalars(sa.select(Delivery).filter_by(about_id=made[2].id)).one()
    stuck.state, stuck.note = DeliveryState.UNKNOWN, f"No answer came. {word}"
    return made[0]
