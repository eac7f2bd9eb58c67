"""`hubbub demo`: the circle from a post to a supplier's answer, walked by itself."""

import asyncio
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from bot import logs
from bot.accounts.models import Role
from bot.accounts.service import FIRST_OWNER, invite
from bot.commands.terminal import complain, out
from bot.db import Session
from bot.demo import Circle, Stuck, steps
from bot.errors import InvalidInput
from bot.main import Hubbub, serve
from bot.settings import Settings, Shop, Web
from bot.web.server import listen

_SHOP = Shop(name="Larch & Ladle", hue=96)


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End after the walk instead of staying open.")
    ] = False,
    keep: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Keep what was made there, to look at afterwards."),
    ] = None,
) -> None:
    """Walk the whole circle by itself: post, answer, suggestion, supplier, answer in the thread.

    Real server, real pages, real database, all on this machine and in a folder of its own that is
    thrown away. Prints a line for each step with its time; ends with 1 at the one that failed.
    Without --once the shop then stays open to look around in, until Ctrl-C.
    """
    logs.set_up(level="error")
    with _folder(keep) as folder:
        settings = Settings(data=folder, shop=_SHOP, web=Web(port=0))
        with listen(settings) as listener:
            port = listener.getsockname()[1]
            settings = settings.model_copy(update={"web": Web(port=port)})
            hubbub = Hubbub(settings)
            try:
                hubbub.open()
                went_round = asyncio.run(_serve_and_walk(hubbub, listener, once))
            finally:
                hubbub.close()
    raise typer.Exit(0 if went_round else 1)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="hubbub-demo-") as folder:
            yield Path(folder)
    elif keep.exists() and any(keep.iterdir()):
        raise InvalidInput(f"{keep} is not empty. The demo needs a folder of its own.")
    else:
        yield keep


async def _serve_and_walk(hubbub: Hubbub, listener: socket.socket, once: bool) -> bool:
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(hubbub, listener, stop))
    walking = asyncio.create_task(asyncio.to_thread(_walk, hubbub))
    await asyncio.wait({serving, walking}, return_when=asyncio.FIRST_COMPLETED)
    went_round = walking.done() and walking.result()
    if walking.done() and went_round and not once:
        out.print(f"\nLook around: {hubbub.settings.public_url}/chat, or as staff:")
        entry = await hubbub.writer.run(_staff_link)
        out.print(f"{hubbub.settings.public_url}/enter/{entry}", soft_wrap=True)
    else:
        stop.set()
    await serving
    return went_round


def _staff_link(session: Session) -> str:
    return invite(session, "Owner", FIRST_OWNER, Role.OWNER)


def _walk(hubbub: Hubbub) -> bool:
    """Whether the circle went round; says so step by step."""
    entry = hubbub.writer.run_blocking(_staff_link)
    in_a_month = hubbub.clock.now() + timedelta(days=30)
    circle = Circle(hubbub.settings.public_url, f"/enter/{entry}", f"{in_a_month:%Y-%m-%d}")
    began = time.monotonic()
    for what, act in steps(circle):
        start = time.monotonic()
        try:
            act()
        except Stuck as stuck:
            complain(f"{what}: {stuck}")
            return False
        out.print(f"[green]✓[/] {time.monotonic() - start:6.2f} s  {escape(what)}")
    out.print(f"The circle went round in {time.monotonic() - began:.1f} s.")
    return True
