"""Feeds: each piece of news is one draft with a question, whatever the feed or the process does."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.accounts.models import Role
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.egress import Fetched, Rules
from bot.errors import InvalidInput
from content_calendar import service
from content_calendar.exchange import feed_reading, feeds, fetching
from content_calendar.exchange.feed_reading import plain, read
from content_calendar.exchange.models import Feed
from content_calendar.models import Post, Stage
from tests.content_calendar.calendars import LIMITS, channel, person
from tests.test_egress import OUTSIDE, Server, leading, rules, saying, serving

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def rss(*numbers: int, extra: str = "") -> bytes:
    """The newest first, as feeds are."""
    items = "".join(
        f"<item><title>Lid {number}</title><link>https://blog.example/{number}</link>"
        f"<guid>lid-{number}</guid><description>&lt;p&gt;All about &lt;b&gt;lid {number}&lt;/b&gt;."
        f"&lt;/p&gt;{extra}</description></item>"
        for number in sorted(numbers, reverse=True)
    )
    return f'<rss version="2.0"><channel><title>Lids</title>{items}</channel></rss>'.encode()


ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Mugs</title>
<entry><id>urn:1</id><title type="html">The &lt;em&gt;mug&lt;/em&gt;</title>
<link rel="alternate" href="https://blog.example/mug"/><summary>Hot.</summary></entry></feed>"""


class Blog:
    """A blog on a server of its own, read by one feed."""

    def __init__(self, server: Server, writer: Writer, clock: FrozenClock) -> None:
        self.server, self.writer, self.clock = server, writer, clock
        self.rules: Rules = replace(rules(server), seconds=1, largest=200_000)
        self.id = UUID(int=0)

    async def add(self, **changes: Any) -> None:
        def put(session: Session) -> UUID:
            values = {
                "url": f"http://shop.example:{self.server.port}/feed",
                "name": "Blog",
                "questions": "What do you think?\n\nWould you?",
                "channel_ids": [channel(session).id.hex],
                "campaign": "Blog",
                "every_minutes": 60,
                "zone": "Europe/Berlin",
            } | changes
            return feeds.put(session, values, by=person(session, Role.MARKETER)).id

        self.id = await self.writer.run(put)

    async def read(self, *answers: Any, later: timedelta = timedelta(hours=1)) -> Feed:
        """What became of it when it was due and its server said this."""
        self.server.answers = list(answers)
        assert await fetching.once(self.writer, LIMITS, self.rules)
        feed = self.now()
        self.clock.advance(later)
        return feed

    def now(self) -> Feed:
        with self.writer.database.reading() as session:
            return session.need(Feed, self.id)

    def drafts(self) -> Sequence[Post]:
        with self.writer.database.reading() as session:
            return session.scalars(sa.select(Post).order_by(Post.id)).all()

    def titles(self) -> list[str]:
        return [post.title for post in self.drafts()]


@pytest.fixture
async def blog(writer: Writer, clock: FrozenClock) -> AsyncIterator[Blog]:
    async with serving(OUTSIDE) as server:
        found = Blog(server, writer, clock)
        await found.add()
        yield found


@sqlite
async def test_news_become_drafts_with_a_question(blog: Blog) -> None:
    feed = await blog.read(saying(rss(1)))
    (post,) = blog.drafts()
    assert post.stage is Stage.DRAFT and post.title == "Lid 1" and len(post.channel_ids) == 1
    words = post.text.split("\n\n")
    assert words[0] == "Lid 1" and words[1] == "All about lid 1."
    assert words[2] in {"What do you think?", "Would you?"}
    assert words[3] == "https://blog.example/1"
    assert (feed.made, feed.failures, feeds.health(feed)) == (1, 0, "ok")


@sqlite
async def test_what_is_old_when_a_feed_is_first_read_is_left(blog: Blog) -> None:
    await blog.read(saying(rss(*range(1, 31))))
    assert blog.titles() == ["Lid 28", "Lid 29", "Lid 30"]
    await blog.read(saying(rss(*range(1, 33))))
    assert blog.titles()[3:] == ["Lid 31", "Lid 32"]


@sqlite
async def test_of_much_news_at_once_nothing_is_lost(blog: Blog) -> None:
    await blog.read(saying(rss(0), "ETag: a"))
    for _ in range(3):
        await blog.read(saying(rss(*range(26)), "ETag: b"))
        asked = blog.server.asked[-1].lower()
        assert "if-none-match: b" not in asked  # as long as not all of it has been told
    assert blog.titles() == [f"Lid {number}" for number in range(26)]


async def test_each_piece_of_news_is_told_once_also_after_a_crash(blog: Blog) -> None:
    await blog.read(saying(rss(1)))
    errand = await blog.writer.run(feeds.claim)  # and then that process dies
    assert errand is not None
    assert await blog.writer.run(feeds.claim) is None  # nobody else reads meanwhile
    blog.clock.advance(timedelta(minutes=6))
    await blog.read(saying(rss(1, 2)))
    assert blog.titles() == ["Lid 1", "Lid 2"]
    # A process that was frozen while it fetched comes back with the same news.
    with pytest.raises(ZeroDivisionError):
        await blog.writer.run(lambda session: _settled(session, blog, rss(1, 2, 3)) / 0)
    assert blog.titles() == ["Lid 1", "Lid 2"]  # it died before its COMMIT
    for _ in range(2):
        await blog.writer.run(lambda session: _settled(session, blog, rss(1, 2, 3)))
    assert blog.titles() == ["Lid 1", "Lid 2", "Lid 3"]


def _settled(session: Session, blog: Blog, body: bytes) -> int:
    answer = Fetched(url="", status=200, headers={}, body=body)
    return feeds.settle(session, blog.id, answer, read(body), LIMITS)


@sqlite
async def test_a_draft_that_was_deleted_does_not_come_again(blog: Blog) -> None:
    await blog.read(saying(rss(1)))
    (post,) = blog.drafts()
    await blog.writer.run(lambda session: service.delete(session, post.id, 1, by=None))
    await blog.read(saying(rss(1)))
    assert blog.titles() == []


@sqlite
async def test_it_is_asked_whether_there_is_anything_new(blog: Blog) -> None:
    await blog.read(saying(rss(1), 'ETag: "abc"', "Last-Modified: Mon, 02 Mar 2026 08:00:00 GMT"))
    feed = await blog.read(saying(b"", status="304 Not Modified"))
    asked = blog.server.asked[-1]
    assert 'If-None-Match: "abc"' in asked
    assert "If-Modified-Since: Mon, 02 Mar 2026 08:00:00 GMT" in asked
    assert (feed.failures, feed.made) == (0, 1)


@sqlite
async def test_a_mark_that_can_not_be_sent_back_is_not_kept(blog: Blog) -> None:
    await blog.read(saying(rss(1)).replace(b"\r\n\r\n", "\r\nETag: \xfc\x01\r\n\r\n".encode(), 1))
    assert blog.now().etag == ""
    await blog.read(saying(rss(1, 2)))
    assert blog.titles() == ["Lid 1", "Lid 2"]


@sqlite
async def test_a_mistake_of_ours_keeps_no_other_feed_waiting(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "read", lambda body, kind: 1 / 0)
    feed = await blog.read(saying(rss(1)))
    assert (feed.note, feed.failures) == ("It can't be read.", 1)


@sqlite
@pytest.mark.parametrize("to", ["http://127.0.0.1/", "http://169.254.169.254/latest", "file:///x"])
async def test_a_feed_that_leads_to_a_private_address_is_not_followed(blog: Blog, to: str) -> None:
    async with serving("127.0.0.1") as inside:
        feed = await blog.read(leading(to.replace("127.0.0.1", f"127.0.0.1:{inside.port}")))
        assert inside.asked == []
    assert "address" in feed.note.lower() and feed.failures == 1 and blog.titles() == []
    assert feeds.health(feed) == "warn"


async def forever(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n<rss><channel>")
    while True:
        writer.write(b"<item><title>More</title></item>" * 1000)
        await writer.drain()


async def dripping(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n<rss>")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.2)


BOMB = gzip.compress(b" " * 50_000_000)


@sqlite
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (forever, "More came back"),
        (dripping, "no whole answer within"),
        (saying(BOMB, "Content-Encoding: gzip"), "More came back"),
        (saying(b"<html><body>Hello</body></html>"), "no feed"),
        (saying(b"\xff\xfe\x00" * 100), "no feed"),
        (saying(b"", status="500 Oops"), "answers 500"),
        (saying(b"", status="404 Not Found"), "answers 404"),
    ],
)
async def test_a_feed_that_is_ill_is_told_and_left_for_longer_each_time(
    blog: Blog, answer: Any, words: str
) -> None:
    waits = []
    for _ in range(2):
        feed = await blog.read(answer, later=timedelta())
        assert words in feed.note and blog.titles() == []
        waits.append(feed.next_at - blog.clock.now())
        blog.clock.advance(waits[-1])
    assert waits == [timedelta(hours=2), timedelta(hours=4)]
    well = await blog.read(saying(rss(1)))
    assert (well.note, well.failures, blog.titles()) == ("", 0, ["Lid 1"])


@sqlite
async def test_it_waits_as_long_as_its_server_asks_and_never_longer_than_a_day(blog: Blog) -> None:
    for said, wait in (("36000", timedelta(hours=10)), ("999999999", timedelta(days=1))):
        busy = saying(b"", f"Retry-After: {said}", status="429 Too Many Requests")
        feed = await blog.read(busy, later=timedelta())
        assert feed.next_at - blog.clock.now() == wait
        blog.clock.advance(wait)


@sqlite
async def test_what_is_gone_for_good_is_read_no_more(blog: Blog) -> None:
    feed = await blog.read(saying(b"", status="410 Gone"), later=timedelta(days=9))
    assert feeds.health(feed) == "off"
    assert not await fetching.once(blog.writer, LIMITS, blog.rules)


@sqlite
async def test_what_does_not_fit_its_channel_is_a_draft_without_one(blog: Blog) -> None:
    await blog.read(saying(rss(1, extra="Much to say. " * 60)))
    (post,) = blog.drafts()  # at most 400 fit in the web chat
    assert post.channel_ids == [] or len(post.text) <= 400


@sqlite
async def test_words_of_a_feed_shape_nothing(blog: Blog) -> None:
    evil = "&lt;script&gt;alert(1)&lt;/script&gt;&amp;lt;img src=x onerror=alert(1)&amp;gt;"
    evil += " \u202e@all"
    await blog.read(saying(rss(1, extra=evil)))
    (post,) = blog.drafts()
    assert "<" not in post.text and "alert" not in post.text and "\u202e@all" in post.text


def test_atom_is_read_as_well() -> None:
    news = read(ATOM.encode())
    (item,) = news.items
    assert (news.title, item.title, item.words) == ("Mugs", "The mug", "Hot.")
    assert item.link == "https://blog.example/mug"


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "hahahahahaha">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
<!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
<rss version="2.0"><channel><item><title>&f;&x;</title><guid>1</guid></item></channel></rss>"""


@pytest.mark.timeout(20)
def test_entities_neither_unfold_nor_read_files() -> None:
    try:
        items = read(LAUGHS).items
    except InvalidInput:
        return
    assert all("root:" not in item.title and len(item.title) <= 200 for item in items)


@given(st.binary(max_size=400) | st.binary(max_size=100).map(lambda data: rss(1)[:90] + data))
def test_whatever_comes_it_is_news_or_no_feed(body: bytes) -> None:
    try:
        news = read(body)
    except InvalidInput:
        return
    assert len(news.items) <= feed_reading.MOST_ITEMS


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["<", "<script", "&lt;", "<p", "</", "\n \n", "&amp;lt;script>"])
def test_no_text_takes_long(piece: str) -> None:
    assert len(plain(piece * 200_000)) <= 200_000
