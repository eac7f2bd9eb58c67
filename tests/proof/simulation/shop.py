"""The shop that is simulated: its database, filled once and copied for every seed."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event

from adapters.sandbox import Like
from bot.accounts.models import Role, User
from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.clock import Clock, FrozenClock, Ids
from bot.db import Database, Session
from bot.db.upgrade import upgrade
from bot.engagement.telling import Voices
from bot.inbox.service import receive
from bot.networks import Action, Content, EventKind, InboundEvent
from bot.outbox.models import About
from bot.outbox.service import enqueue
from bot.products import service as products
from bot.suppliers.partners import add_supplier

SPEAK = Voices(languages=("en", "de"), shop="Willow & Wren")
ACCOUNTS = {like.value: like for like in (Like.WEBCHAT, Like.FACEBOOK, Like.TELEGRAM)}
SQUARE = "square"
CATALOGUE = """sku,name,brand,aliases
CUP-1,Lid Cup,Brookstead,lid cup
PAN-1,Ember Pan,Ironleaf,ember pan
TIN-1,Tea Tin,Nobody,tea tin
"""
_LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)
FOREIGN = 2  # another workspace in the same database: nothing of it may move


@dataclass
class House:
    """A folder with the template and the file that the seeds share; one engine for all of them."""

    template: Path
    file: Path
    database: Database
    begins: Callable[[], None] = lambda: None  # may raise: then the transaction doesn't
    commits: Callable[[sa.Connection], None] = lambda connection: None

    def fresh(self, prepare: Callable[[sqlite3.Connection], None] | None = None) -> None:
        """The template again, as if nothing had ever happened."""
        self.database.close()
        for suffix in ("-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.template, self.file)
        if prepare:
            with sqlite3.connect(self.file) as connection:
                prepare(connection)
            connection.close()

    def opened(self, clock: Clock, chance: Random) -> Database:
        """The database as a process that has just started sees it. The engines are shared, and
        with them only compiled SQL: that no process leaves anything else in them is why it can."""
        mine = copy(self.database)
        mine.clock, mine.ids = clock, Ids(clock, chance.randbytes)
        return mine

    def look(self) -> sqlite3.Connection:
        """A connection beside the program's own: sees what is committed, and nothing else."""
        connection = sqlite3.connect(self.file, isolation_level=None)
        connection.execute("PRAGMA query_only=ON")
        return connection


@contextmanager
def house() -> Iterator[House]:
    """Lies in memory where the machine has such a folder: a process dies, the disk does not."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        template, file = folder / "template.db", folder / "shop.db"
        _fill(template)
        database = Database(f"sqlite:///{file}")
        for engine in (database.readers, database.writers):
            event.listen(engine, "connect", _without_power_cuts)
        home = House(template, file, database)
        event.listen(database.writers, "begin", lambda connection: home.begins())
        event.listen(database.writers, "commit", lambda connection: home.commits(connection))
        try:
            yield home
        finally:
            database.close()


def _without_power_cuts(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA wal_autocheckpoint=0")


def _fill(file: Path) -> None:
    clock = FrozenClock(_LONG_AGO)
    ids = Ids(clock, Random(0).randbytes)
    ours = Database(f"sqlite:///{file}", clock=clock, ids=ids)
    theirs = Database(f"sqlite:///{file}", workspace=FOREIGN, clock=clock, ids=ids)
    upgrade(ours)
    for database, fill in ((ours, _open), (theirs, _open_foreign)):
        with database.session(database.writers) as session:
            fill(session)
            session.commit()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    ours.close()
    theirs.close()


def square(session: Session, account: str) -> Channel:
    return ensure(session, network="sandbox", account=account, remote_id=SQUARE)


def _open(session: Session) -> None:
    products.apply(session, products.plan_import(session, CATALOGUE))
    for account in ACCOUNTS:
        square(session, account)
    for name, brand, account in (
        ("Brook & Daughters", "Brookstead", "facebook"),
        ("Ironleaf Works", "Ironleaf", "telegram"),
    ):
        supplier = add_supplier(session, name, f"{brand}@shop.example", brands=[brand])
        office = ensure(session, network="sandbox", account=account, remote_id=brand)
        supplier.channel_id = office.id
    session.put(
        User(name="Olga", email="olga@shop.example", role=Role.OWNER, created_at=session.now())
    )


def _open_foreign(session: Session) -> None:
    """Somebody else's shop, which is closed: what lies there waits, for ever."""
    enqueue(
        session,
        key="foreign",
        channel=square(session, "webchat"),
        action=Action.PUBLISH,
        content=Content(text="A word of another workspace"),
        about=About.POST,
    )
    receive(session, [_foreign_event(session)])


def _foreign_event(session: Session) -> InboundEvent:
    return InboundEvent(
        network="sandbox",
        account="webchat",
        dedupe_key="foreign",
        kind=EventKind.MESSAGE,
        occurred_at=session.now(),
        channel=SQUARE,
        raw=b"foreign",
        message="foreign",
        author=None,
        text="please make the lid cup bigger",
    )


def channel_ids(session: Session) -> dict[str, UUID]:
    """The square of each account."""
    found = session.execute(sa.select(Channel.account, Channel.id).filter_by(remote_id=SQUARE))
    return {row.account: row.id for row in found}
