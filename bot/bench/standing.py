"""A real `hubbub run`: what it takes while it has nothing to do, and how soon it is back."""

import asyncio
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bot.bench.bars import Measured
from bot.bench.place import Place
from bot.bench.server import SECRET
from bot.bench.sizes import Sizes
from bot.bench.stored import stored
from bot.bench.webhooks import calls

_LONGEST = 60.0
_KILLS = 3


async def idle(place: Place, sizes: Sizes) -> Measured:
    with _running(place.folder / "idle") as (process, _):
        await asyncio.sleep(sizes.idle_seconds)
        megabytes = _resident(process.pid)
    return Measured(figure=megabytes, how=f"after {sizes.idle_seconds:g} s with nothing to do")


async def ready(place: Place, sizes: Sizes) -> Measured:
    """Killed while messages come in, started again: from its start until it says that it is."""
    database = stored(place, "sqlite", sizes.large)
    took = []
    for number in range(_KILLS):
        with _running(place.folder / "ready", database.url.render_as_string()) as (process, port):
            await _call(port, calls(1_000_000 * (number + 1), 200, "sandbox"))
            process.kill()
        began = time.monotonic()
        with _running(place.folder / "ready", database.url.render_as_string()):
            took.append(time.monotonic() - began)
    how = f"{sizes.large:,} messages, {_KILLS} kills: {', '.join(f'{one:.2f}' for one in took)} s"
    return Measured(figure=median(took), how=how)


@contextmanager
def _running(folder: Path, database: str = "") -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """The process and its port, once `/readyz` says yes."""
    port = _free_port()
    environment = os.environ | {
        "HUBBUB_DATA": str(folder),
        "HUBBUB_DATABASE": database,
        "HUBBUB_NETWORKS__SANDBOX__SECRET": SECRET,
        "HUBBUB_LOGS__LEVEL": "error",
    }
    command = [sys.executable, "-c", "from bot.cli import main; main()", "run", "--port", str(port)]
    nothing = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=nothing, cwd=folder.parent) as process:
        try:
            _until_ready(process, port)
            yield process, port
        finally:
            process.terminate()


def _free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _until_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + _LONGEST
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pass
        time.sleep(0.02)
    raise RuntimeError("Hubbub was not ready within a minute.")


async def _call(port: int, requests: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        writer.write(request)
        await reader.readuntil(b"ok")
    writer.close()


def _resident(pid: int) -> float:
    """MB of memory that are really taken."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    found = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True
    )
    return int(found.stdout) / 1024
