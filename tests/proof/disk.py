"""Every disk operation of the core's scenario fails once, each in turn.

    python -m tests.proof.disk --every 1

A worker of its own does a little of everything on SQLite; strace lets its n-th call of one kind
fail with EIO or ENOSPC, for every kind and n until nothing fails any more. The worker has to go on,
and what it has taken and sent has to be right. Needs strace (Debian: apt-get install strace).
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from adapters.sandbox import entries_in
from tests import rooms
from tests.proof import audit
from tests.proof.nursery import Nursery, ledger, nursery

CALLS = ("openat", "pread64", "pwrite64", "fdatasync", "ftruncate", "fcntl", "newfstatat", "mmap")
ERRORS = ("EIO", "ENOSPC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The ``at``-th ``call`` of a thread on the database's files gives ``error``."""

    call: str
    error: str
    at: int


@dataclass(slots=True)
class Disk:
    """A shop's database that is put back before each fault, and the worker's parent."""

    folder: Path
    workers: Nursery

    @property
    def file(self) -> Path:
        return self.folder / "hubbub.db"

    def endure(self, fault: Fault) -> tuple[bool, tuple[str, ...]]:
        """Whether it happened, and what was wrong afterwards."""
        for old in self.folder.glob("hubbub.db*"):
            old.unlink()
        shutil.copy(self.folder / "shop.db", self.file)
        sent = self.folder / "sent.jsonl"
        before = len(entries_in(sent))
        self.workers.took.clear()
        happened = self._work(fault)
        database = rooms.open_database(f"sqlite:///{self.file}")
        try:
            unknown = audit.look_after(database, sent)
            if unknown:
                self.workers.rest()
                self.workers.kill_all()
            return happened, audit.count(
                self.workers.took, database, sent, unknown, since=before
            ).wrong
        finally:
            database.close()

    def _work(self, fault: Fault) -> bool:
        pid, log = self.workers.order("endure"), self.folder / "trace"
        inject = f"{fault.call}:error={fault.error}:when={fault.at}"
        with tracing(pid, self.file, inject, log):
            os.kill(pid, signal.SIGUSR1)
            while self.workers.hear() != "rested":
                pass
        self.workers.kill(pid)  # not while it is traced: both would wait for each other
        return "(INJECTED)" in log.read_text()


@contextmanager
def tracing(pid: int, file: Path, inject: str, log: Path) -> Iterator[None]:
    """While the block lasts, the calls of that process on that database fail as ``inject`` says."""
    files = [f"{file}{ending}" for ending in ("", "-wal", "-shm")]
    with subprocess.Popen(
        [
            *("strace", "-f", "-p", str(pid), "-o", str(log)),
            *("-e", f"trace={inject.partition(':')[0]}", "-e", f"inject={inject}"),
            *(word for file in files for word in ("-P", file)),
        ],
        stderr=subprocess.PIPE,
        text=True,
    ) as tracer:
        assert tracer.stderr
        said = tracer.stderr.readline()
        assert "attached" in said, said
        try:
            yield
        finally:
            tracer.terminate()  # it lets go of the process
            with suppress(subprocess.TimeoutExpired):
                tracer.wait(10)
            tracer.kill()


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    database = rooms.open_database(f"sqlite:///{folder}/shop.db")
    audit.open_shop(database)
    database.close()
    sent = folder / "sent.jsonl"
    sent.touch()
    with ledger(sent) as address, nursery(f"sqlite:///{folder}/hubbub.db", address) as workers:
        yield Disk(folder, workers)


def sweep(
    folder: Path, every: int, tell: Callable[[Fault], None] = lambda _: None
) -> tuple[Counter[tuple[str, str]], list[str]]:
    """How often each call failed with each error, and every broken promise as a sentence.

    ``every``: only each so-many-th call, and the first.
    """
    happened: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    with disk(folder) as one:
        for call, error in product(CALLS, ERRORS):
            for at in count(1, every):
                fault = Fault(call=call, error=error, at=at)
                tell(fault)
                did, problems = one.endure(fault)
                wrong += [f"{fault}: {problem}" for problem in problems]
                if not did:
                    break
                happened[call, error] += 1
    return happened, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--every", type=int, default=1, help="only each so-many-th call")
    given = parser.parse_args()
    out = Console()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with (
        tempfile.TemporaryDirectory(prefix="hubbub-disk-") as folder,
        Progress(*columns, console=Console(stderr=True)) as bar,
    ):
        task = bar.add_task("")

        def tell(fault: Fault) -> None:
            bar.update(task, description=f"{fault.call} {fault.at} fails with {fault.error}")

        happened, wrong = sweep(Path(folder), given.every, tell)
    table = Table("call", *ERRORS, box=None)
    for call in CALLS:
        table.add_row(call, *(str(happened[call, error]) for error in ERRORS))
    out.print(table)
    for sentence in wrong:
        out.print(f"[red]✗[/] {sentence}", soft_wrap=True)
    out.print(f"{happened.total()} disk operations failed, {len(wrong)} promises were broken.")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
