"""Several real Hubbubs over one PostgreSQL, the sandbox's ledger in a process of its own."""

import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TypeVar
from urllib.request import Request, urlopen

import sqlalchemy as sa

from adapters.sandbox import entries_in
from adapters.sandbox.translate import SIGNATURE, sign
from bot.db import Database, Session
from bot.db.upgrade import upgrade
from bot.processes import Part, queries
from bot.processes.models import Process
from tests.flows.born import run

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "sandbox/sandbox"
# Who waits so long in vain has failed; nothing here takes long.
PATIENCE = 90.0
LOOK = 0.02
_ADDRESS = re.compile(r"(http://\S+)/(?:chat|readyz)\n")
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.flows.born"])
SECRET = "between friends"  # of the sandbox
# Short, so that tests need not wait: takeovers follow from these, `make takeover` keeps defaults.
QUICK = {
    "HUBBUB_PROCESSES__LEASE_SECONDS": "3",
    "HUBBUB_OUTBOX__LEASE_SECONDS": "5",
    "HUBBUB_OUTBOX__SEND_TIMEOUT_SECONDS": "3",
}


class Member:
    """One process of the fleet. ``address`` without a slash at the end, once it is open."""

    def __init__(self, part: Part, words: list[str], environment: Mapping[str, str], said: Path):
        self.part, self._said, self.log = part, said, said.with_suffix(".log")
        self.address = ""
        self.process = _FORKS.Process(target=run, args=(words, said.parent, environment, said))
        self.process.start()

    def wait(self) -> None:
        """Until it says where it can be called."""
        deadline = time.monotonic() + PATIENCE
        while (found := _ADDRESS.search(read(self._said))) is None:
            assert self.process.is_alive(), read(self.log)
            assert time.monotonic() < deadline, read(self.log)
            time.sleep(LOOK)
        self.address = found[1]

    @property
    def pid(self) -> int:
        assert self.process.pid
        return self.process.pid

    def tell(self, number: signal.Signals) -> float:
        """Send it a signal; gives when (monotonic seconds)."""
        os.kill(self.pid, number)
        return time.monotonic()

    def ended(self) -> int | None:
        """Its exit code, once it has ended by itself."""
        self.process.join(timeout=10)
        return self.process.exitcode

    def close(self) -> None:
        self.process.kill()
        self.process.join()
        self.process.close()


class Fleet:
    """``members``: those that were started and not ended by the tests."""

    def __init__(
        self,
        folder: Path,
        url: str,
        ledger: "subprocess.Popen[str]",
        environment: Mapping[str, str],
    ) -> None:
        assert ledger.stdout
        address = ledger.stdout.readline().strip()
        self.network = ledger.send_signal
        self._folder, self.members, self._numbers = folder, list[Member](), count()
        self.book = folder / "sent.jsonl"
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith("HUBBUB_")}
        self._environment |= {
            "HUBBUB_DATA": str(folder / "data"),
            "HUBBUB_DATABASE": url,
            "HUBBUB_LOGS__JSON_LINES": "true",
            "PYTHONPATH": str(ROOT),
            **environment,
        }
        self._config = folder / "config.toml"
        self._config.write_text(f'[networks.sandbox]\nledger = "{address}"\nsecret = "{SECRET}"\n')
        self.database = Database(url)
        upgrade(self.database)

    def start(self, *parts: Part) -> list[Member]:
        """Together, as a machine that boots does it."""
        new = [self._begin(part) for part in parts]
        self.members += new
        for one in new:
            one.wait()
        return new

    def _begin(self, part: Part) -> Member:
        words = ["run", "--role", part, "--port", "0", "--config", str(self._config)]
        said = self._folder / f"{next(self._numbers)}-{part}.txt"
        return Member(part, words, self._environment, said)

    def those(self, part: Part) -> list[Member]:
        return [one for one in self.members if one.part is part]

    def complete(self) -> None:
        """Start anew whatever was ended, so that there are two of each."""
        alive = [one for one in self.members if one.process.is_alive()]
        for one in set(self.members) - set(alive):
            one.close()
        self.members = alive
        every = [part for part in (Part.WEB, Part.WORKER, Part.CONNECT) for _ in range(2)]
        missing = Counter(every) - Counter(one.part for one in alive)
        self.start(*missing.elements())

    def end(self) -> None:
        for one in self.members:
            one.close()
        self.database.close()

    def ask(self, question: Callable[[Session], T]) -> T:
        with self.database.reading() as session:
            return question(session)

    def until(self, what: Callable[[], T | None], *, why: str) -> T:
        """Its first result that is true."""
        deadline = time.monotonic() + PATIENCE
        while not (found := what()):
            assert time.monotonic() < deadline, f"{why}\n{self.logs()}"
            time.sleep(LOOK)
        return found

    def owner(self, account: str = ACCOUNT) -> Member | None:
        return self._named(self.ask(queries.owners).get(account))

    def reader(self) -> Member | None:
        return self._named(self.ask(queries.reader))

    def _named(self, name: str | None) -> Member | None:
        pid = int(name.split(":")[1]) if name else 0
        return next((one for one in self.members if one.pid == pid), None)

    def known(self) -> set[int]:
        """The process ids of all that say that they are there."""
        names = self.ask(lambda session: session.scalars(sa.select(Process.name)).all())
        return {int(name.split(":")[1]) for name in names}

    def sent(self) -> Counter[str]:
        """How often each text arrived on the sandbox network."""
        entries = entries_in(self.book) if self.book.exists() else []
        return Counter(entry.key for entry in entries)

    def logs(self) -> str:
        return "\n".join(f"{one.log.name}\n{read(one.log)[-3000:]}" for one in self.members)


def read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def call(web: Member, id: str, text: str = "please make the lid dishwasher-safe") -> None:
    """The sandbox network tells this web process what somebody said there."""
    said = {"id": id, "at": datetime.now(UTC).isoformat(), "author": f"P{id}", "text": text}
    body = json.dumps({"events": [said]}).encode()
    headers = {SIGNATURE: sign(SECRET, body), "content-type": "application/json"}
    with urlopen(Request(f"{web.address}/webhooks/sandbox", body, headers), timeout=30) as answer:
        assert answer.status == 200


def ready(member: Member) -> dict[str, object]:
    with urlopen(f"{member.address}/readyz", timeout=30) as answer:
        found: dict[str, object] = json.loads(answer.read())
        return found


@contextmanager
def fleet_over(folder: Path, url: str, environment: Mapping[str, str]) -> Iterator[Fleet]:
    """A fleet without members, and the network that it speaks to."""
    words = ["-m", "adapters.sandbox.ledger", "--file", str(folder / "sent.jsonl")]
    with subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as ledger:
        try:
            fleet = Fleet(folder, url, ledger, environment)
            try:
                yield fleet
            finally:
                fleet.end()
        finally:
            ledger.kill()
