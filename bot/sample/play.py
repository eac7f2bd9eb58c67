"""Putting the sample shop in: its past weeks are played through, in one transaction."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.clock import Clock, FrozenClock
from bot.db import Database, Session
from bot.errors import InvalidInput
from bot.inbox.models import Event
from bot.networks import Adapter, Services, installed
from bot.products.models import Product
from bot.sample import deeds, script
from bot.sample.cast import Cast
from bot.sample.removing import is_in
from bot.sample.script import Days
from bot.sample.stage import Stage, marked_ids
from bot.settings import Settings
from bot.suppliers.models import Supplier
from content_calendar.models import Post
from content_calendar.planning import materialise

Act = tuple[datetime, Callable[..., Any], tuple[Any, ...]]  # when, what, with what

# Through these the shop speaks. Its letters are kept, whatever mail server is configured.
_NETWORKS = ("webchat", "email")
# The day on which something came in that nobody could read.
_GARBLED = -8, time(3, 12)


def put_in(settings: Settings, clock: Clock, progress: Callable[[float], None]) -> bool:
    """Play the shop's past weeks; False where it is there already. All of it or nothing.

    ``progress`` is told the share that is done. Raises `InvalidInput` in an installation that
    has a life of its own: the sample would mix with it.
    """
    now = clock.now()
    past = FrozenClock(now - timedelta(days=script.OPENED))
    database = Database(settings.database_url, clock=past, ids=marked_ids(past))
    try:
        with database.session(database.writers) as session:
            if is_in(session):
                return False
            _must_be_empty(session)
            asyncio.run(_play(session, past, settings, now, progress))
            session.commit()
    finally:
        database.close()
    return True


def _must_be_empty(session: Session) -> None:
    lived_in = (Product, Supplier, Post, Event)
    if any(session.scalar(sa.select(kind.id).limit(1)) for kind in lived_in):
        raise InvalidInput(
            "This installation has products, partners, posts or messages of its own, and the "
            "sample shop would mix with them. Name another folder for it: HUBBUB_DATA=sample-data."
        )


async def _play(
    session: Session,
    clock: FrozenClock,
    settings: Settings,
    now: datetime,
    progress: Callable[[float], None],
) -> None:
    zone = settings.shop.zone
    days = Days(now.astimezone(ZoneInfo(zone)).date(), zone)
    stage = Stage(session, clock, settings, _adapters(clock), days.off)
    cast = Cast(days, stage.limits)
    stage.do(cast.move_in)
    acts = sorted(_acts(cast, days), key=lambda act: act[0])
    for number, (moment, act, what) in enumerate(acts):
        await stage.until(moment)
        stage.do(act, *what)
        await stage.answer()
        progress(number / len(acts))
    await stage.until(now)
    stage.do(materialise)
    progress(1.0)


def _adapters(clock: Clock) -> dict[tuple[str, str], Adapter]:
    plugins = installed()
    built = [
        plugins[name].build(plugins[name].settings(), Services(clock=clock)) for name in _NETWORKS
    ]
    return {(adapter.network, adapter.account): adapter for adapter in built}


def _acts(cast: Cast, days: Days) -> Iterator[Act]:
    """Everything that somebody does, with its moment, in no order."""
    for series in script.read("posts")["series"]:
        yield days.moment(1 - script.OPENED, time(15)), cast.write_series, (series,)
    for post in script.read("posts")["post"]:
        yield days.written(post), cast.write, (post,)
    for moment, said in script.conversation(days):
        yield moment, cast.say, (said,)
    yield days.moment(*_GARBLED), cast.garble, ()
    story = script.read("deeds")
    for kind, act in (
        ("decision", deeds.decide),
        ("staff", deeds.answer_as_staff),
        ("answer", deeds.answer_partner),
        ("merge", deeds.merge),
    ):
        for deed in story[kind]:
            yield days.moment(deed["day"], deed["at"]), act, (cast, deed)
