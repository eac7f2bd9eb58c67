"""The chat with everything behind it: pages, engagement and outbox, for tests that walk through."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from litestar import Litestar

from adapters.webchat import plugin
from adapters.webchat.adapter import WebChat
from adapters.webchat.service import community
from bot.clock import Clock, SystemClock
from bot.db import Database, Session, Writer
from bot.engagement.listening import Listening
from bot.engagement.telling import Voices
from bot.networks import Action, Button, Content
from bot.outbox.models import About, Delivery
from bot.outbox.postman import Postman
from bot.outbox.service import enqueue
from bot.settings import Settings, Shop
from bot.understanding import understand
from bot.web.app import create_app
from bot.web.house import House
from bot.web.stream import Streams
from tests.rooms import open_database

SHOP = Shop(name="Willow & Wren", hue=150)


@dataclass(slots=True)
class Chat:
    """A shop's web chat. `answer` does what its workers do, once."""

    database: Database
    writer: Writer
    house: House
    listening: Listening
    postman: Postman
    address: str = ""

    async def answer(self) -> None:
        await self.listening.read_new()
        await self.postman.deliver_due()

    async def publish(self, text: str, *, key: str = "post", buttons: tuple[str, ...] = ()) -> None:
        """The shop posts in the community."""
        replies = tuple(Button(label=label, value=label.casefold()) for label in buttons)

        def put(session: Session) -> Delivery:
            return enqueue(
                session,
                key=key,
                channel=community(session),
                action=Action.PUBLISH,
                content=Content(text=text, buttons=replies),
                about=About.POST,
            )

        await self.writer.run(put)
        await self.postman.deliver_due()


def furnish(database: Database, writer: Writer, clock: Clock) -> Chat:
    adapter = WebChat()
    adapters = {(adapter.network, adapter.account): adapter}
    house = House(
        settings=Settings(shop=SHOP),
        database=database,
        writer=writer,
        news=writer.news,
        clock=clock,
        secret=b"s" * 32,
        adapters=adapters,
    )
    writer.run_blocking(lambda session: community(session).name)
    return Chat(
        database=database,
        writer=writer,
        house=house,
        listening=Listening(
            writer,
            clock,
            "tests",
            Voices(
                languages=("en", "de"),
                shop=SHOP.name,
                can={key: one.capabilities for key, one in adapters.items()},
            ),
        ),
        postman=Postman(
            writer=writer,
            adapters=adapters,
            clock=clock,
            owner="tests",
            finish=lambda _session, _delivery, content: content,
        ),
    )


def app_of(chat: Chat, streams: Streams | None = None) -> Litestar:
    assert plugin.routes is not None
    return create_app(plugin.routes(chat.house), chat.house, streams=streams)


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[Chat]:
    """A chat on a free port of this machine, whose bot answers."""
    await asyncio.to_thread(understand, "Hello")  # loads its word lists, which takes a while
    clock = SystemClock()
    database = open_database(url, clock)
    with Writer(database) as writer, socket.create_server(("127.0.0.1", 0)) as listener:
        chat = furnish(database, writer, clock)
        chat.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        streams = Streams(database, writer.news)
        server = uvicorn.Server(
            uvicorn.Config(app_of(chat, streams), log_config=None, timeout_graceful_shutdown=1)
        )
        tasks = [
            asyncio.create_task(chat.listening.run()),
            asyncio.create_task(chat.postman.run()),
        ]
        web = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield chat
        finally:
            streams.close()
            server.should_exit = True
            await web
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    database.close()
