"""Listeners of one process hear that something changed, never more often than needed."""

import asyncio

from bot.db import News


async def test_many_announcements_wake_once_with_all_topics() -> None:
    news = News()
    with news.listening("inbox", "outbox") as listener:
        for topics in (["inbox"], ["outbox", "cases"], ["inbox"]):
            news.announce(topics)
        assert await listener.next(timeout=10) == {"inbox", "outbox"}
        assert await listener.next(timeout=0) == frozenset()


async def test_what_was_announced_while_nobody_waited_is_heard() -> None:
    news = News()
    with news.listening("inbox") as listener:
        await asyncio.to_thread(news.announce, ["inbox"])
        assert await listener.next(timeout=10) == {"inbox"}


async def test_other_topics_do_not_wake() -> None:
    news = News()
    with news.listening("inbox") as listener:
        news.announce(["outbox"])
        assert await listener.next(timeout=0.01) == frozenset()


async def test_who_has_left_hears_nothing() -> None:
    news = News()
    with news.listening("inbox") as gone, news.listening("inbox") as here:
        pass
    with news.listening("inbox") as new:
        news.announce(["inbox"])
        assert await new.next(timeout=10) == {"inbox"}
    assert await gone.next(timeout=0) == await here.next(timeout=0) == frozenset()


def test_a_loop_that_has_closed_hurts_nobody() -> None:
    news = News()

    async def listen() -> object:
        return news.listening("inbox").__enter__()

    asyncio.run(listen())
    news.announce(["inbox"])
