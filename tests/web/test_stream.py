"""Live pages: what a stream says, and when it ends."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn

from bot.accounts import service
from bot.accounts.models import Role
from bot.db import Session
from bot.web.access import SESSION_COOKIE
from bot.web.app import create_app
from bot.web.house import House
from bot.web.stream import Streams
from tests.web.doorway import routes


def streams_of(house: House) -> Streams:
    return Streams(house.database, house.news, check_every=0.05, beat_every=0.1)


async def read(streams: Streams, *, topics: list[str], allowed: bool = True) -> AsyncIterator[str]:
    async for chunk in streams._events(frozenset(topics), lambda session: allowed, ()):
        yield chunk.decode()


async def test_a_stream_says_hello_then_what_changed(house: House) -> None:
    said = read(streams_of(house), topics=["inbox", "cases"])
    assert "event: hello\r\ndata: hello\r\n\r\n" in await anext(said)
    await house.writer.run(lambda session: session.announce("cases", "outbox", "inbox"))
    heard = ""
    while "event: inbox" not in heard:
        heard += await anext(said)
    assert "event: cases" in heard
    assert "outbox" not in heard


async def test_silence_is_broken_by_a_comment(house: House) -> None:
    said = read(streams_of(house), topics=["inbox"])
    assert "hello" in await anext(said)
    assert await anext(said) == ": still here\r\n\r\n"


async def test_who_may_no_longer_hears_no_more(house: House) -> None:
    heard = [chunk async for chunk in read(streams_of(house), topics=["inbox"], allowed=False)]
    assert len(heard) == 1  # hello, which says nothing


async def test_closing_ends_every_stream_and_lets_none_begin(house: House) -> None:
    streams = Streams(house.database, house.news, check_every=3600)  # only closing can wake it
    said = read(streams, topics=["inbox"])
    await anext(said)
    waiting = asyncio.ensure_future(anext(said, None))
    streams.close()
    assert await asyncio.wait_for(waiting, 5) is None
    assert streams.open == 0
    assert len([chunk async for chunk in read(streams, topics=["inbox"])]) == 1


class Server(uvicorn.Server):
    """The real server on a free port of this machine, which says when it has begun."""

    def __init__(self, house: House, streams: Streams) -> None:
        app = create_app(routes, house, streams=streams)
        super().__init__(
            uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=3, ws="none")
        )
        self.begun = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.begun.set()

    @property
    def address(self) -> str:
        port = self.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"


@asynccontextmanager
async def served(
    house: House, streams: Streams
) -> AsyncIterator[tuple[Server, asyncio.Task[None]]]:
    server = Server(house, streams)
    serving = asyncio.create_task(server.serve())
    await server.begun.wait()
    yield server, serving
    streams.close()
    server.should_exit = True
    await serving


def let_in(session: Session) -> str:
    link = service.invite(session, "Mia", "mia@shop.example", Role.MARKETER)
    return service.enter(session, link)


async def test_a_browser_hears_news_until_its_session_is_revoked(house: House) -> None:
    token = await house.writer.run(let_in)
    streams = Streams(house.database, house.news, check_every=3600)
    async with served(house, streams) as (server, _), httpx.AsyncClient() as browser:
        cookies = {"cookie": f"{SESSION_COOKIE}={token}", "accept-encoding": "identity"}
        async with browser.stream("GET", f"{server.address}/events", headers=cookies) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            assert response.headers["cache-control"] == "no-store"
            lines = response.aiter_lines()
            await until(lines, "event: hello")
            await house.writer.run(lambda session: session.announce("inbox"))
            await until(lines, "event: inbox")
            await until(lines, "event: counts")
            await house.writer.run(lambda session: service.leave(session, token))
            assert [line async for line in lines if "event" in line] == []  # and it ends


async def until(lines: AsyncIterator[str], line: str) -> None:
    async for heard in lines:
        if heard == line:
            return
    pytest.fail(f"the stream ended before {line!r}")


async def test_nobody_listens_without_a_session(house: House) -> None:
    async with served(house, streams_of(house)) as (server, _), httpx.AsyncClient() as browser:
        headers = {"accept": "text/event-stream"}
        assert (await browser.get(f"{server.address}/events", headers=headers)).status_code == 403


async def test_the_server_ends_within_seconds_while_streams_are_open(house: House) -> None:
    token = await house.writer.run(let_in)
    streams = Streams(house.database, house.news, check_every=3600)
    async with served(house, streams) as (server, serving), httpx.AsyncClient() as browser:
        cookies = {"cookie": f"{SESSION_COOKIE}={token}"}
        async with browser.stream("GET", f"{server.address}/events", headers=cookies) as response:
            lines = response.aiter_lines()
            await until(lines, "event: hello")
            streams.close()
            server.should_exit = True
            assert [line async for line in lines if "event" in line] == []
            await asyncio.wait_for(serving, 2.5)  # before uvicorn's patience of 3 s ends
