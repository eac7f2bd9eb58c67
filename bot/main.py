"""The composition root: the only module, beside the command line, that sees every room."""

import asyncio
import gc
import signal
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pydantic import ValidationError

from bot import letting_in, retaining
from bot.accounts.tokens import sign
from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.clock import Clock, SystemClock
from bot.db import Database, KeyRing, Session, Writer
from bot.db.backup import nightly
from bot.db.backup.keeping import kept
from bot.db.resealing import prepare
from bot.db.upgrade import upgrade
from bot.db.wire import hear_others
from bot.engagement import mydata, telling
from bot.engagement.closing.caps import Caps
from bot.engagement.commands import COMMANDS
from bot.engagement.listening import Listening
from bot.engagement.persons import journal
from bot.engagement.telling import Voices
from bot.errors import InvalidInput
from bot.inbox.service import receive_together
from bot.inbox.windows import must_be_open
from bot.logs import log
from bot.measures import measures
from bot.media.service import Room
from bot.networks import Adapter, Callee, Capabilities, Content, Plugin, Services, installed
from bot.networks.port import Event
from bot.outbox.claiming import Terms
from bot.outbox.models import About, Delivery
from bot.outbox.postman import Postman
from bot.pages import routes
from bot.processes import Me, Part
from bot.processes.parts import new_name
from bot.processes.presence import AsToldByItsOwner, Presence
from bot.processes.sole import Sole
from bot.products.finding import beginning_with
from bot.sections import shell
from bot.settings import Settings, hide_secrets
from bot.supervisor import Supervisor
from bot.suppliers import escalating, links, pictures, ties
from bot.suppliers.correspondence import following, programs
from bot.suppliers.correspondence import sending as correspondence
from bot.suppliers.guards import doorkeeper
from bot.ticking import ticking
from bot.understanding import understand
from bot.watching.preflight import Preflight
from bot.watching.watch import Watch
from bot.web.app import create_app
from bot.web.house import Doorkeepers, House
from bot.web.server import Server
from bot.web.stream import Streams
from bot.web.system import network_problems
from content_calendar.comments import follow
from content_calendar.exchange import fetching, working
from content_calendar.planning import materialise
from content_calendar.queue.service import fill_gaps

_NEEDS_POSTGRESQL = (
    "Only one process can run on SQLite, and it does everything: leave --role {part} away. For "
    "several, name a PostgreSQL in [database] or HUBBUB_DATABASE; hubbub makes its tables there."
)

_log = log("main")


class Hubbub:
    """One process of an installation, put together but not running yet.

    Raises `InvalidInput` for a ``part`` where the database serves only one process.
    """

    def __init__(
        self, settings: Settings, *, part: Part = Part.ALL, clock: Clock | None = None
    ) -> None:
        self.clock = clock or SystemClock()
        self.settings, self.part = settings, part
        keys = KeyRing(settings.key_file)
        self.database = Database(settings.database_url, clock=self.clock, keys=keys)
        if self.database.is_sqlite and part is not Part.ALL:
            raise InvalidInput(_NEEDS_POSTGRESQL.format(part=part))
        self.writer = Writer(self.database)
        self.plugins = installed()
        self.supervisor, self._listeners = Supervisor(self.clock), Supervisor(self.clock)
        self.room = Room(self.database)
        self.adapters = self._connect()
        self.speak = self._voices()
        self.sole = Sole(self.database) if self.database.is_sqlite else None
        secret, owner = settings.secret(), new_name()
        self.presence = self._presence(owner, secret)
        self.postman = self._postman(owner)
        self.preflight = Preflight(self.writer, self.adapters, self.room, holds=self.presence.holds)
        self.listening = Listening(
            self.writer, self.clock, owner, self.speak, lease=settings.processes.silence
        )
        self._seen = {
            key: AsToldByItsOwner(one, self.presence) for key, one in self.adapters.items()
        }
        self.watch = self._watch()
        self.house = self._house(secret)

    def _connect(self) -> dict[tuple[str, str], Adapter]:
        adapters: dict[tuple[str, str], Adapter] = {}
        settings = self.settings
        services = Services(
            clock=self.clock,
            commands=COMMANDS,
            media=self.room,
            products=self._products,
            callee=self._callee,
            public_url=settings.public_url,
            shop=settings.shop.name,
        )
        for plugin, section in sections(self.settings, self.plugins):
            adapter = plugin.build(section, services)
            adapters[adapter.network, adapter.account] = adapter
        return adapters

    def _voices(self) -> Voices:
        shop, telling = self.settings.shop, self.settings.telling
        return Voices(
            languages=shop.languages,
            shop=shop.name,
            zone=shop.zone,
            caps=Caps(
                per_day=telling.most_a_day,
                per_week=telling.most_a_week,
                digest_at=telling.digest_at,
            ),
            ask_above=telling.ask_above or None,
            can={key: one.capabilities for key, one in self.adapters.items()},
        )

    def _postman(self, owner: str) -> Postman:
        outbox = self.settings.outbox
        return Postman(
            writer=self.writer,
            adapters=self.adapters,
            clock=self.clock,
            owner=owner,
            finish=self._finish,
            terms=Terms(
                lease=timedelta(seconds=outbox.lease_seconds),
                overdue_after=timedelta(minutes=outbox.overdue_after_minutes),
            ),
            send_timeout=outbox.send_timeout_seconds,
            mine=self.presence,
            allowed=self._allowed,
        )

    async def _products(self, beginning: str) -> Sequence[str]:
        def ask() -> Sequence[str]:
            with self.database.reading() as session:
                return beginning_with(session, beginning)

        return await asyncio.to_thread(ask)

    async def _callee(self, channel: str) -> Callee:
        def ask() -> Callee:
            with self.database.reading() as session:
                return programs.callee(session, channel)

        return await asyncio.to_thread(ask)

    def _allowed(self, session: Session, delivery: Delivery) -> None:
        """Whether it may still be said in private. Raises `Rejected`."""
        must_be_open(session, delivery, self._can(session, delivery).windows)

    def _can(self, session: Session, delivery: Delivery) -> Capabilities:
        channel = session.need(Channel, delivery.channel_id)
        return self.adapters[channel.network, channel.account].capabilities

    def _presence(self, name: str, secret: bytes) -> Presence:
        """Among the other processes of the same PostgreSQL."""
        key = sign(secret, "fingerprint", "")
        return Presence(
            writer=self.writer,
            clock=self.clock,
            me=Me(name=name, part=self.part, key=key, started_at=self.clock.now()),
            adapters=self.adapters if self.part.connects else {},
            shared=[key for key in self.adapters if not self.plugins[key[0]].one_at_a_time],
            supervisor=self._listeners,
            receive=self.receive,
            lease=None if self.database.is_sqlite else self.settings.processes.silence,
        )

    def _watch(self) -> Watch:
        began, backup = self.clock.now(), self.settings.backup

        def last_backup() -> datetime:
            """The newest; a Hubbub that has none yet is given time from its start."""
            newest = next(iter(kept(self.settings.backups)), None)
            return newest.made_at if newest else began

        return Watch(
            settings=self.settings,
            clock=self.clock,
            adapters=self._seen,
            supervisors=(self.supervisor, self._listeners),
            last_backup=last_backup if backup.every_hours else None,
            began=(began, self.clock.monotonic()),
        )

    def _house(self, secret: bytes) -> House:
        return House(
            settings=self.settings,
            database=self.database,
            writer=self.writer,
            news=self.writer.news,
            clock=self.clock,
            secret=secret,
            adapters=self._seen,
            plugins=self.plugins,
            shell=shell(self._seen, self.watch.alarms),
            doorkeepers=Doorkeepers(partner=doorkeeper),
            mail_entry=letting_in.by_mail(self.settings, self.plugins),
            duties=self.duties,
            measures=partial(measures, watch=self.watch, writer=self.writer),
            alarms=self.watch.alarms,
        )

    def duties(self) -> list[str]:
        """What of this process's own part does not go, in sentences."""
        own = {key: one for key, one in self.adapters.items() if self.presence.holds(key)}
        return [*self.supervisor.problems(), *network_problems(own)]

    def _finish(self, session: Session, delivery: Delivery, content: Content) -> Content:
        settings = self.settings
        content = mydata.finish(session, delivery, content, public_url=settings.public_url)
        content = correspondence.finish(
            session, delivery, content, can=self._can(session, delivery)
        )
        finish = letting_in.finish if delivery.about is About.ENTRY else links.finish
        return finish(
            session,
            delivery,
            content,
            public_url=settings.public_url,
            shop=settings.shop.name,
        )

    def open(self) -> None:
        """Bring the database up to date and start the writer; `close` undoes it.

        Raises `InvalidInput` where another process stands in the way.
        """
        if self.sole is not None:
            self.sole.take()
        upgrade(self.database, copies=self.settings.backups)
        prepare(self.database)
        if self.part.works:
            warm_up()
        self.writer.start()
        self.presence.join()
        self.writer.run_blocking(self._know_channels)
        self._learn()

    def _learn(self) -> None:
        """Statistics are read as a connection is opened: the readers begin anew."""
        self.writer.run_blocking(lambda session: self.database.learn(session.connection()))
        self.database.readers.dispose()

    def close(self) -> None:
        self.writer.stop()
        self.database.close()
        if self.sole is not None:
            self.sole.give_up()

    def _know_channels(self, session: Session) -> None:
        for network, account in self.adapters:
            for remote_id, name in self.plugins[network].channels.items():
                ensure(session, network=network, account=account, remote_id=remote_id, name=name)

    async def receive(self, events: Sequence[Event]) -> int:
        """The front door of every adapter: gives how many are new, after COMMIT."""
        return await self.writer.run_together(receive_together, events)

    async def work(self) -> None:
        """Do this process's part until cancelled: listen, understand, deliver, tell."""
        keep = self.supervisor.keep
        keep("presence", self.presence.run)
        if not self.database.is_sqlite:
            keep("news", lambda: hear_others(self.database, self.writer.news))
        if self.part.connects:
            keep("outbox", self.postman.run)
            keep("preflight", self.preflight.run)
        if self.part.works:
            keep("inbox", self.listening.run)
            keep("files", partial(working.run, self.writer, self._seen))
            keep("feeds", partial(fetching.run, self.writer, self._seen))
            keep("erasures", partial(journal.run, self.writer, self.settings.backups))
            keep("telling", lambda: telling.run(self.writer, self.speak))
            keep("pictures", partial(pictures.run, self.writer, self.adapters))
            shop, periods = self.settings.shop, self.settings.retention
            keep("agreements", partial(escalating.run, self.writer))
            keep("retention", partial(retaining.run, self.writer, periods, shop.zone))
            keep("backups", partial(nightly.run, self.settings, self.writer))
        can = {network: one.capabilities for (network, _), one in self.adapters.items()}
        fill = partial(fill_gaps, limits=can, repeat=self.settings.calendar.repeat)
        works = ((materialise, 1), (follow, 1), (following.inform, 1), (fill, 10), (ties.look, 60))
        scheduler = ticking(self.writer, works, self._learn)
        if self.part.works:
            scheduler.start()
        try:
            await self.supervisor.run()
        finally:
            if scheduler.running:
                scheduler.shutdown(wait=False)
            await self.presence.leave()


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


async def serve(
    hubbub: Hubbub, listener: socket.socket | None, stop: asyncio.Event | None = None
) -> None:
    """Run until SIGTERM, SIGINT or ``stop``, then end within 5 s with streams open. `open` came
    before. Without a ``listener`` nobody can call, and the work is done all the same."""
    loop = asyncio.get_running_loop()
    stop = stop or asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    pages = hubbub.part.serves
    streams = Streams(hubbub.database, hubbub.writer.news)
    found = routes(hubbub.plugins, hubbub.house) if pages else []
    server = Server(create_app(found, hubbub.house, streams=streams, pages=pages))
    tasks = [asyncio.create_task(hubbub.work()), asyncio.create_task(stop.wait())]
    if listener is not None:
        tasks.append(asyncio.create_task(server.serve(sockets=[listener])))
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    _log.info("stopping")
    streams.close()
    server.should_exit = True
    for task in tasks[:2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, asyncio.CancelledError):
            raise result
