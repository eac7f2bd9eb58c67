"""`hubbub run`: everything in one process, or a part of it, until it is told to stop."""

import asyncio
import socket
from contextlib import nullcontext
from functools import partial
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from rich.markup import escape
from rich.progress import Progress

from bot import logs
from bot.accounts.models import Role
from bot.accounts.service import first_owner_link, invite
from bot.clock import Clock
from bot.commands.terminal import Config, err, out, settings_from
from bot.db import Session
from bot.errors import InvalidInput
from bot.main import Hubbub, serve
from bot.processes import Part
from bot.sample import SHOP, owner, put_in
from bot.settings import Settings
from bot.suppliers import links
from bot.suppliers.models import Supplier
from bot.web.server import listen

_MORE_PORTS = 50


def run(
    config: Config = None,
    sample: Annotated[
        bool,
        typer.Option("--sample", help="Put in a small believable shop, once, to look around in."),
    ] = False,
    role: Annotated[
        Part, typer.Option(help="What this process does, where several share a PostgreSQL.")
    ] = Part.ALL,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Listen here; 127.0.0.1 by default.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="8080 by default; 0 takes any free one.")
    ] = None,
) -> None:
    """Start Hubbub: pages, chat, networks and calendar in one process. Ctrl-C stops it.

    Prints three links: for you, for a supplier of the sample, and into the community. Nothing has
    to be configured for that; what is kept lies in ./hubbub-data until config.toml says otherwise.

    On a PostgreSQL any number may run, each with a role: web serves pages, webhooks and streams;
    worker reads what people say, tells them what was decided, and plans ahead; connect listens on
    the networks and delivers there, each account by one process at a time. One of each is needed,
    or one with all. What a process leaves undone, however it ends, another of its role takes over.
    A worker or connect process listens on a port only where --port gives one, for /readyz.
    """
    settings = settings_from(config)
    if sample and "shop" not in settings.model_fields_set:
        settings = settings.model_copy(update={"shop": SHOP})
    logs.set_up(level=settings.logs.level, json=settings.logs.json_lines)
    settings, listener = _door(settings, role, host, port, anywhere=sample and port is None)
    with listener or nullcontext():
        hubbub = Hubbub(settings, part=role)
        try:
            hubbub.open()
            if sample:
                _put_in(settings, hubbub.clock)
            if role.serves:
                _greet(settings, *hubbub.writer.run_blocking(partial(_tokens, sample=sample)))
            else:
                _say_part(hubbub, listener)
            asyncio.run(serve(hubbub, listener))
        finally:
            hubbub.close()


def _door(
    settings: Settings, role: Part, host: str | None, port: int | None, *, anywhere: bool
) -> tuple[Settings, socket.socket | None]:
    """The socket to call us on, and the settings with the port that pages have."""
    if role.serves:
        return _bind(_listening(settings, host, port), anywhere)
    return settings, None if port is None else listen(_listening(settings, host, port))


def _listening(settings: Settings, host: str | None, port: int | None) -> Settings:
    given: dict[str, Any] = {"host": host, "port": port}
    chosen = {name: value for name, value in given.items() if value is not None}
    return settings.model_copy(update={"web": settings.web.model_copy(update=chosen)})


def _bind(settings: Settings, anywhere: bool) -> tuple[Settings, socket.socket]:
    """The socket, and the settings with the port that it really has.

    ``anywhere``: where nobody has chosen the port and it is taken, the next free one will do.
    """
    first = settings.web.port
    more = _MORE_PORTS if anywhere and "port" not in settings.web.model_fields_set else 0
    for port in range(first, first + more + 1):
        settings = _listening(settings, None, port)
        try:
            listener = listen(settings)
        except InvalidInput:
            if port == first + more:
                raise
            continue
        return _listening(settings, None, listener.getsockname()[1]), listener
    raise AssertionError("unreachable")


def _put_in(settings: Settings, clock: Clock) -> None:
    """The sample shop with its past weeks, unless it is here already."""
    with Progress(console=err, transient=True) as bar:
        task = bar.add_task("Putting in a sample shop with a month behind it", total=1.0)
        put_in(settings, clock, lambda share: bar.update(task, completed=share))


def _tokens(session: Session, *, sample: bool) -> tuple[str | None, str | None]:
    """For the owner and for the first supplier. An owner who has entered once needs none; the
    sample's gets a new one with each start, so that whoever looks around need not look for it."""
    if sample:
        entry: str | None = invite(session, *owner(), Role.OWNER)
    else:
        entry = first_owner_link(session)
    supplier = session.scalar(sa.select(Supplier).order_by(Supplier.id).limit(1))
    # A real partner's link has no place in what a service writes to its journal.
    return entry, links.make(session, supplier) if supplier and sample else None


def _greet(settings: Settings, entry: str | None, portal: str | None) -> None:
    url = settings.public_url
    out.rule(f"[bold]{escape(settings.shop.name)}[/] is open", style="green")
    _link("Staff", f"{url}/enter/{entry}" if entry else url)
    _link("Supplier", f"{url}/s/{portal}" if portal else f"{url}/partners", not portal)
    _link("Community", f"{url}/chat")
    out.rule(style="green")
    if entry or portal:
        out.print("A long link lets one browser in, once. Ctrl-C stops Hubbub; all is kept.")


def _say_part(hubbub: Hubbub, listener: socket.socket | None) -> None:
    out.print(f"[bold]{hubbub.part}[/] {escape(hubbub.presence.me.name)}", soft_wrap=True)
    if listener is not None:
        host, port, *_ = listener.getsockname()
        _link("Ready?", f"http://{host}:{port}/readyz")
    if not hubbub.settings.web.public_url:
        out.print("[web] public_url is empty: links in letters would not lead to your pages.")
    out.print("Ctrl-C stops it; another of its role takes over.")


def _link(who: str, address: str, to_be_added: bool = False) -> None:
    """A line that is never cut: a link that has lost its end opens nothing."""
    note = "  [dim](theirs comes by mail; look as they would there)[/]" if to_be_added else ""
    out.print(f"[bold]{who:<10}[/] [cyan]{escape(address)}[/]{note}", soft_wrap=True)
