"""The parent of the workers that are killed: orders them, ends them, hears what they say."""

import os
import signal
import subprocess
import sys
from ast import literal_eval
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

ROOT = Path(__file__).resolve().parent.parent.parent
SILENT = 300.0  # seconds without a word after which something hangs


class Nursery:
    """Workers over one database. ``alive``: their process ids, the oldest first; ``took``: the
    keys of everything that any of them has acknowledged."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._lines: SimpleQueue[str] = SimpleQueue()
        self.alive: list[int] = []
        self.took: set[str] = set()
        # Always read: a worker must never wait for its listener.
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line.decode().strip())

    def order(self, task: str) -> int:
        """A new worker that does ``work`` or ``rest``; gives its process id once it is born."""
        assert self._process.stdin
        self._process.stdin.write(f"{task}\n".encode())
        self._process.stdin.flush()
        while self.hear() != "born":
            pass
        return self.alive[-1]

    def keep(self, many: int) -> None:
        """See to it that so many work."""
        while len(self.alive) < many:
            self.order("work")

    def hear(self, timeout: float = SILENT) -> str:
        """What happens next, as one word. Raises `TimeoutError` when nothing does."""
        try:
            what, *about = self._lines.get(timeout=timeout).split(" ")
        except Empty:
            raise TimeoutError(f"for {timeout} s no worker has said anything") from None
        if what == "born":
            self.alive.append(int(about[0]))
        elif what == "took":
            self.took.add(about[0])
        elif what == "died":
            raise AssertionError(f"a worker died by itself: {literal_eval(' '.join(about))}")
        return what

    def listen(self, seconds: float) -> int:
        """Hear for so long; gives how much happened."""
        heard, until = 0, monotonic() + seconds
        with suppress(TimeoutError):
            while (left := until - monotonic()) > 0:
                self.hear(left)
                heard += 1
        return heard

    def kill(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self.alive.remove(pid)

    @contextmanager
    def frozen(self, pid: int) -> Iterator[None]:
        """The worker stands still for as long as the block lasts, and knows nothing of it."""
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def kill_all(self) -> None:
        for pid in list(self.alive):
            self.kill(pid)

    def rest(self) -> None:
        """End those that feed; one more finishes what is there."""
        self.kill_all()
        self.order("rest")
        while self.hear() != "rested":
            pass


@contextmanager
def running(*words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """``python -m words`` until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-m", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def nursery(url: str, ledger: str) -> Iterator[Nursery]:
    with running("tests.proof.worker", url, ledger) as process:
        one = Nursery(process)
        try:
            yield one
        finally:
            one.kill_all()


@contextmanager
def ledger(file: Path) -> Iterator[str]:
    """The sandbox network's own memory, which survives every worker; gives its address."""
    with running("adapters.sandbox.ledger", "--file", str(file)) as process:
        assert process.stdout
        yield process.stdout.readline().decode().strip()
