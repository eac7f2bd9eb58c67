"""Reads feeds when they are due, until cancelled, in any number of processes."""

import asyncio
from dataclasses import replace

from bot import egress
from bot.db import Writer
from bot.egress import PUBLIC, Fetched, Rules
from bot.errors import DatabaseUnavailable, HubbubError
from bot.logs import log
from content_calendar.exchange import feeds
from content_calendar.exchange.feed_reading import News, read
from content_calendar.exchange.feeds import TOPIC, Errand
from content_calendar.writing import Adapters, Limits, limits_of

RULES = replace(PUBLIC, seconds=20, largest=5_000_000)
"""A feed of 200 posts with all their words has some hundred kB."""

_log = log("exchange")


async def run(writer: Writer, adapters: Adapters, rules: Rules = RULES) -> None:
    with writer.news.listening(TOPIC) as listener:
        while True:
            try:
                busy = await once(writer, limits_of(adapters), rules)
            except DatabaseUnavailable as error:
                _log.warning("cannot read feeds", reason=str(error))
                busy = False
            if not busy:
                await listener.next(timeout=30.0)


async def once(writer: Writer, limits: Limits, rules: Rules = RULES) -> bool:
    """Read the feed that is due for longest. False when none is."""
    errand = await writer.run(feeds.claim)
    if errand is None:
        return False
    await _read(writer, errand, limits, rules)
    return True


async def _read(writer: Writer, errand: Errand, limits: Limits, rules: Rules) -> None:
    try:
        answer = await egress.fetch(errand.url, rules, errand.headers)
        news = await asyncio.to_thread(_news, answer)
        await writer.run(lambda session: feeds.settle(session, errand.id, answer, news, limits))
    except DatabaseUnavailable:
        raise  # it is claimed, and read again when that has run out
    except Exception as failure:  # nothing came back, or from where we may not call
        if not isinstance(failure, HubbubError):  # a mistake of ours: the other feeds go on
            _log.error("a feed can't be read", exc_info=failure)
        why = str(failure) if isinstance(failure, HubbubError) else "It can't be read."
        await writer.run(lambda session: feeds.failed(session, errand.id, why))


def _news(answer: Fetched) -> News | None:
    if answer.status != 200:
        return None
    return read(answer.body, answer.headers.get("content-type", ""))
