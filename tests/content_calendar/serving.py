"""The calendar's pages on a real server, with a post in every state."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
import uvicorn
from playwright.async_api import Page

from adapters.sandbox import Like, Sandbox, SandboxSettings
from bot.accounts import service as accounts
from bot.accounts.models import Role
from bot.channels import service as channels
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.outbox.models import Delivery, DeliveryState
from bot.settings import Settings, Shop
from bot.watching import needs_look
from bot.watching.watch import Watch
from bot.web.access import SESSION_COOKIE
from bot.web.app import create_app
from bot.web.house import House
from content_calendar import service, views
from content_calendar.models import Stage
from tests import databases, rooms
from tests.content_calendar import calendars
from tests.content_calendar.calendars import deliveries, draft, scheduled

LONG = "Everything that you have always wanted to know about enamel, lids and induction hobs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The shop's pages on a free port, on Monday, 2 March 2026, 09:00 UTC, in Berlin."""

    address: str
    token: str
    writer: Writer
    posts: dict[str, UUID]

    async def enter(self, page: Page, path: str) -> None:
        await page.context.add_cookies(
            [{"name": SESSION_COOKIE, "value": self.token, "url": self.address}]
        )
        await page.goto(self.address + path)

    async def due(self, zone: str = "Europe/Berlin") -> list[str]:
        return await self.writer.run(lambda session: calendars.due(session, zone))

    def due_at(self, time: str) -> Callable[[], Awaitable[list[str]]]:
        """Asks for the days on which something leaves at that time of day."""

        async def days() -> list[str]:
            return [each[:5] for each in await self.due() if each.endswith(time)]

        return days

    async def texts(self) -> list[str]:
        return await self.writer.run(
            lambda session: [str(each.content["text"]) for each in deliveries(session)]
        )


def _settle(session: Session, post: UUID, state: DeliveryState, note: str = "") -> None:
    for delivery in session.scalars(sa.select(Delivery).filter_by(about_id=post)):
        delivery.state, delivery.note = state, note
        if state is DeliveryState.SENT:
            delivery.sent_at, delivery.permalink = session.now(), "https://chat.test/1"
    session.flush()


def furnish(session: Session) -> dict[str, UUID]:
    """A post in every state that a page can show."""
    weekly = scheduled(session, "2026-03-03T14:30", title="Tuesdays", rrule="FREQ=WEEKLY;BYDAY=TU")
    made = {"weekly": weekly.id, "long": scheduled(session, "2026-03-05T10:00", title=LONG).id}
    made["kettles"] = scheduled(session, "2026-03-20T08:00", title="Kettles").id
    for minute in range(6):
        scheduled(session, f"2026-03-06T10:0{minute}", title=f"{LONG} {minute}")
    stuck = {
        "sent": (DeliveryState.SENT, ""),
        "refused": (DeliveryState.REFUSED, "The text is too long for this group."),
        "unknown": (DeliveryState.UNKNOWN, "The network did not answer in time."),
        "held": (DeliveryState.HELD, "It was due while Hubbub was off."),
    }
    for day, (name, (state, note)) in enumerate(stuck.items(), start=10):
        made[name] = scheduled(session, f"2026-03-{day}T09:00", title=f"It is {name}").id
        _settle(session, made[name], state, note)
    channels.pause(session, calendars.channel(session, "telegram"), "The token was revoked.")
    for stage, local in ((Stage.IDEA, None), (Stage.IN_REVIEW, "2026-03-17T18:00")):
        service.create(
            session,
            draft(session, local, title=f"A thought, {stage.value}", text="What if?"),
            by=None,
            capabilities=calendars.LIMITS,
            stage=stage,
        )
    return made


@asynccontextmanager
async def serving(tmp_path: Path) -> AsyncIterator[Served]:
    clock = FrozenClock(rooms.START)
    database = rooms.open_database(databases.sqlite_url(tmp_path), clock)
    sandbox = Sandbox(SandboxSettings(like=Like.WEBCHAT), clock)
    with Writer(database) as writer, socket.create_server(("127.0.0.1", 0)) as listener:
        settings = Settings(data=tmp_path, shop=Shop(name="Kettle & Co", zone="Europe/Berlin"))
        house = House(
            settings=settings,
            database=database,
            writer=writer,
            news=writer.news,
            clock=clock,
            secret=b"k" * 32,
            adapters={("webchat", "1"): sandbox, ("telegram", "1"): sandbox},
            alarms=Watch(settings=settings, clock=clock).alarms,
        )
        app = create_app([*views.routes, *needs_look.routes], house)
        config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, ws="none")
        server = uvicorn.Server(config)
        web = asyncio.create_task(server.serve(sockets=[listener]))
        yield Served(
            address=f"http://127.0.0.1:{listener.getsockname()[1]}",
            posts=await writer.run(furnish),
            token=await writer.run(
                lambda session: accounts.enter(
                    session, accounts.invite(session, "Olga", "o@b.example", Role.OWNER)
                )
            ),
            writer=writer,
        )
        app.state.streams.close()
        server.should_exit = True
        await web
    database.close()
