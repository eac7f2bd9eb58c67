"""The two doors that one-time links open, for tests that try both."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

import sqlalchemy as sa
import uvicorn
from litestar import Litestar

from bot.accounts import service as accounts
from bot.accounts.models import Role, UserSession
from bot.db import Session, Writer
from bot.suppliers import links
from bot.suppliers.models import PortalSession, Supplier
from bot.suppliers.partners import add_supplier

FIELD = re.compile(r'name="_csrf_token" value="(\w+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """``path``: where its links lead; ``sessions``: what is there once somebody is in."""

    path: str
    make: Callable[[Session], str]
    sessions: type[UserSession] | type[PortalSession]

    def link(self, writer: Writer) -> str:
        return self.path + writer.run_blocking(self.make)

    def entered(self, writer: Writer) -> int:
        """How many have come in."""
        with writer.database.reading() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(self.sessions)) or 0


def _partners(session: Session) -> str:
    supplier = session.scalar(sa.select(Supplier).limit(1))
    return links.make(session, supplier or add_supplier(session, "Alba", "a@alba.example"))


def _staffs(session: Session) -> str:
    return accounts.invite(session, "Mia", "mia@shop.example", Role.MARKETER)


DOORS = [
    Door(path="/s/", make=_partners, sessions=PortalSession),
    Door(path="/enter/", make=_staffs, sessions=UserSession),
]


@contextmanager
def served(app: Litestar) -> Iterator[str]:
    """The app on a free port of this machine, in a thread; gives its address."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            log_config=None,
            ws="none",
            timeout_keep_alive=600,  # a busy machine must not look like a server that hangs up
            timeout_graceful_shutdown=1,
        )
    )
    listening = server.config.bind_socket()
    listening.listen()  # who calls before the thread is ready waits a moment
    thread = Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
