"""What stands around a post on its channels, read for `hints`."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel, Looked
from bot.db import Session
from bot.settings import Settings
from content_calendar.hints import Heard, Scene
from content_calendar.queue.queries import said
from content_calendar.recurrence import zone_info
from content_calendar.sense.holidays import holidays_between
from content_calendar.sense.shares import AROUND


def scene(
    session: Session,
    channels: Collection[UUID],
    at: datetime,
    settings: Settings,
    locale: str = "en",
    *,
    besides: UUID | None = None,
) -> Scene:
    """``besides``: the post itself, once it is stored."""
    rules, zone = settings.calendar, settings.shop.zone
    span = max(AROUND, rules.repeat)
    heard = said(session, at - span, at + span, besides=besides, channels=channels)
    day = at.astimezone(zone_info(zone)).date()
    ends = _ends(session)
    places = session.scalars(sa.select(Channel).where(Channel.id.in_(channels)))
    return Scene(
        places=[
            Heard(
                channel_id=it.id,
                channel=it.name,
                network=it.network,
                said=sorted(heard.get(it.id, ()), key=lambda one: one.at),
                burst_most=it.burst_most,
                burst_minutes=it.burst_minutes,
                ends=_first(ends, it),
                paused=it.paused_because,
            )
            for it in places
        ],
        zone=zone,
        repeat=rules.repeat,
        open_from=rules.open_from,
        open_until=rules.open_until,
        most_broadcasts=rules.most_broadcasts,
        most_offers=rules.most_offers,
        offers_in_a_row=rules.offers_in_a_row,
        holidays=holidays_between(rules.countries, day, day, locale),
    )


def _ends(session: Session) -> Mapping[tuple[str, str, str], datetime]:
    """When what we can do at an account (place empty) or at a place ends by itself."""
    rows = session.execute(
        sa.select(Looked.network, Looked.account, Looked.place, sa.func.min(Looked.until))
        .where(Looked.until.is_not(None))
        .group_by(Looked.network, Looked.account, Looked.place)
    )
    return {(network, account, place): until for network, account, place, until in rows if until}


def _first(ends: Mapping[tuple[str, str, str], datetime], it: Channel) -> datetime | None:
    keys = ((it.network, it.account, place) for place in ("", it.remote_id))
    return min((ends[key] for key in keys if key in ends), default=None)
