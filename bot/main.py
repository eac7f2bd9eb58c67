"""The composition root: the only module, beside the command line, that sees every room."""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import Any

import uvicorn
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from pydantic import ValidationError

from bot.channels.service import ensure
from bot.clock import Clock, SystemClock
from bot.db import Database, Session, Writer
from bot.db.upgrade import upgrade
from bot.engagement import telling
from bot.engagement.listening import Listening
from bot.engagement.telling import Voices
from bot.errors import DatabaseUnavailable, InvalidInput
from bot.inbox.service import receive
from bot.logs import log
from bot.measures import measures
from bot.networks import Adapter, Content, Plugin, Services, installed
from bot.networks.port import Event
from bot.outbox.claiming import Terms
from bot.outbox.models import Delivery
from bot.outbox.postman import Postman
from bot.sections import shell
from bot.settings import Settings, hide_secrets
from bot.supervisor import Supervisor
from bot.suppliers import links
from bot.suppliers.guards import doorkeeper
from bot.understanding import understand
from bot.web.app import create_app
from bot.web.house import Doorkeepers, House
from bot.web.stream import Streams
from content_calendar.planning import materialise

# Rooms that have pages; each gives `routes`.
_VIEWS = (
    "bot.inbox.webhooks",
    "bot.inbox.views",
    "bot.suggestions.views",
    "bot.engagement.views",
    "bot.channels.views",
    "bot.suppliers.views",
    "content_calendar.views",
    "content_calendar.needs_look",
)

# A stopped process must be gone within 5 s; open pages get most of that.
_GRACE_SECONDS = 3

_log = log("main")


class Hubbub:
    """One process of an installation, put together but not running yet."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.settings = settings
        self.database = Database(settings.database_url, clock=self.clock)
        self.writer = Writer(self.database)
        self.plugins = installed()
        self.supervisor = Supervisor(self.clock)
        self.adapters = self._connect()
        self.speak = Voices(languages=settings.shop.languages, shop=settings.shop.name)
        owner = f"{socket.gethostname()}:{os.getpid()}"
        self.postman = Postman(
            writer=self.writer,
            adapters=self.adapters,
            clock=self.clock,
            owner=owner,
            finish=self._finish,
            terms=Terms(
                lease=timedelta(seconds=settings.outbox.lease_seconds),
                overdue_after=timedelta(minutes=settings.outbox.overdue_after_minutes),
            ),
            send_timeout=settings.outbox.send_timeout_seconds,
        )
        self.listening = Listening(self.writer, self.clock, owner, self.speak)
        self.house = House(
            settings=settings,
            database=self.database,
            writer=self.writer,
            news=self.writer.news,
            clock=self.clock,
            secret=settings.secret(),
            adapters=self.adapters,
            plugins=self.plugins,
            shell=shell(self.adapters),
            doorkeepers=Doorkeepers(partner=doorkeeper),
            measures=measures,
        )

    def _connect(self) -> dict[tuple[str, str], Adapter]:
        adapters: dict[tuple[str, str], Adapter] = {}
        services = Services(clock=self.clock)
        for plugin, section in sections(self.settings, self.plugins):
            adapter = plugin.build(section, services)
            adapters[adapter.network, adapter.account] = adapter
        return adapters

    def _finish(self, session: Session, delivery: Delivery, content: Content) -> Content:
        settings = self.settings
        return links.finish(
            session,
            delivery,
            content,
            public_url=settings.public_url,
            shop=settings.shop.name,
        )

    def open(self) -> None:
        """Bring the database up to date and start the writer; `close` undoes it."""
        upgrade(self.database)
        warm_up()
        self.writer.start()
        self.writer.run_blocking(self._know_channels)

    def close(self) -> None:
        self.writer.stop()
        self.database.close()

    def _know_channels(self, session: Session) -> None:
        for network, account in self.adapters:
            for remote_id, name in self.plugins[network].channels.items():
                ensure(session, network=network, account=account, remote_id=remote_id, name=name)

    async def receive(self, events: Sequence[Event]) -> None:
        """The front door of every adapter: returns after COMMIT."""
        await self.writer.run(lambda session: receive(session, events))

    async def work(self) -> None:
        """Listen, understand, deliver and tell until cancelled."""
        for (network, account), adapter in self.adapters.items():
            self.supervisor.keep(f"{network}/{account}", partial(adapter.run, self.receive))
        self.supervisor.keep("inbox", self.listening.run)
        self.supervisor.keep("outbox", self.postman.run)
        self.supervisor.keep("telling", lambda: telling.run(self.writer, self.speak))
        scheduler = self._ticking()
        try:
            await self.supervisor.run()
        finally:
            scheduler.shutdown(wait=False)

    def _ticking(self) -> AsyncIOScheduler:
        """The tables are the truth: a tick only looks at them, so any number may tick."""
        scheduler = AsyncIOScheduler(
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        scheduler.add_job(self._materialise, "interval", minutes=1)
        scheduler.add_job(self._materialise)
        scheduler.start()
        return scheduler

    async def _materialise(self) -> None:
        try:
            await self.writer.run(materialise)
        except DatabaseUnavailable as error:
            _log.warning("cannot plan ahead", reason=str(error))


def warm_up() -> None:
    """Load what the first message needs, so that no consumer waits for it, and tell the garbage
    collector that it stays. Measured on replays: 5 to 10 % more messages a second."""
    understand("Hello!")
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def sections(settings: Settings, plugins: dict[str, Plugin]) -> list[tuple[Plugin, Any]]:
    """Each network that is switched on with its checked settings; `InvalidInput` names them all."""
    problems = [
        f"[networks.{name}]: no such network is installed; there are {', '.join(sorted(plugins))}."
        for name in settings.networks
        if name not in plugins
    ]
    found = []
    for name, plugin in plugins.items():
        if name not in settings.networks and not plugin.always_on:
            continue
        try:
            section = plugin.settings.model_validate(settings.networks.get(name, {}))
            hide_secrets(section)
            found.append((plugin, section))
        except ValidationError as error:
            problems += [
                f"[networks.{name}] {'.'.join(map(str, one['loc']))}: {one['msg']}."
                for one in error.errors()
            ]
    if problems:
        raise InvalidInput(*problems)
    return found


def routes(plugins: dict[str, Plugin], house: House) -> list[Any]:
    """Every page of every room, and of the networks whose client is a page of ours."""
    found: list[Any] = []
    for name in _VIEWS:
        found += import_module(name).routes
    for plugin in plugins.values():
        if plugin.routes is not None:
            found += plugin.routes(house)
    return found


def listen(settings: Settings) -> socket.socket:
    """The web face's socket, open to calls; `InvalidInput` when the port is taken."""
    web = settings.web
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((web.host, web.port))
        listener.listen()  # who calls before the pages are ready waits a moment
    except OSError as error:
        listener.close()
        raise InvalidInput(
            f"Hubbub can't listen on {web.host}:{web.port} ({error.strerror}). Stop what uses "
            "that port, or choose another: [web] port, or HUBBUB_WEB__PORT=8081."
        ) from error
    return listener


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: `serve` below decides when it ends."""

    def install_signal_handlers(self) -> None:
        return

    def capture_signals(self) -> Any:
        from contextlib import nullcontext

        return nullcontext()


async def serve(hubbub: Hubbub, listener: socket.socket, stop: asyncio.Event | None = None) -> None:
    """Run until SIGTERM, SIGINT or ``stop``, then end within 5 s with streams open. `open` came
    before."""
    loop = asyncio.get_running_loop()
    stop = stop or asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    streams = Streams(hubbub.database, hubbub.writer.news)
    app = create_app(routes(hubbub.plugins, hubbub.house), hubbub.house, streams=streams)
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # ours are believed from trusted_proxies only
            ws="none",
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )
    working = asyncio.create_task(hubbub.work())
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({working, serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    _log.info("stopping")
    streams.close()
    server.should_exit = True
    working.cancel()
    stopping.cancel()
    results = await asyncio.gather(working, serving, stopping, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, asyncio.CancelledError):
            raise result
