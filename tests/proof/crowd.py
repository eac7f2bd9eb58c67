"""A crowd that talks on every network at once, and one Hubbub that answers all of it.

    python -m tests.proof.crowd --help

The networks are the stand-ins of `tests.stand_ins`, over real connections; Hubbub is the real
process. Counts what is lost, what is said twice, how long an acknowledgement takes, and how much
memory it all needs.
"""

import asyncio
import json
import random
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.flows.running import open_a_shop, running
from tests.stand_ins.discord import DiscordStandIn
from tests.stand_ins.facebook import Facebook
from tests.stand_ins.faults import Fault, StandIn
from tests.stand_ins.telegram import TelegramStandIn

MATTERS = (
    "please make the lid of the lid cup dishwasher-safe",
    "please make the handle of the ember pan longer",
    "my lid cup leaks already",
    "Bitte macht den Deckel vom lid cup spülmaschinenfest",
)
PEOPLE = 200
CALLS_AT_ONCE = 8
THREADS = 20  # within one, answers leave one after the other
LOOK_SECONDS = 0.01
PATIENCE = 200.0  # seconds without any further answer; Facebook lets us wait for minutes
# These end with a person who looks; nobody does here.
NOT_HERE = {Fault.TOKEN_EXPIRED}

_console = Console()


@dataclass
class Talk:
    """What was said on one network, when, and when it was answered there."""

    stand_in: StandIn
    roots: list[str] = field(default_factory=list)  # what they speak below, where they have to
    said: dict[str, float] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)
    calls: int = 0  # seen at the last look

    async def say(self, number: int) -> None:
        text, who = MATTERS[number % len(MATTERS)], f"person{number % PEOPLE}"
        began = time.monotonic()
        root = self.roots[number % len(self.roots)] if self.roots else None
        message = await self.stand_in.say(text, author=who, reply_to=root)
        self.said[message] = began

    def look(self) -> None:
        now, calls = time.monotonic(), len(self.stand_in.requests)
        if calls == self.calls:
            return  # nobody has said anything since
        self.calls = calls
        for one in self.stand_in.shown():
            if one.reply_to and one.reply_to not in self.answered:
                self.answered[one.reply_to] = now

    @property
    def waiting(self) -> set[str]:
        return self.said.keys() - self.answered.keys()

    def seconds(self) -> list[float]:
        return [self.answered[id] - at for id, at in self.said.items() if id in self.answered]

    def twice(self) -> int:
        answers = Counter(one.reply_to for one in self.stand_in.shown() if one.reply_to)
        return sum(times > 1 for id, times in answers.items() if id in self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """``unknown``: sends of which nobody knows whether they arrived, listed for a person; they are
    not lost. ``memory``: MB, at a tenth of the time and at its end."""

    said: int
    lost: int
    unknown: int
    twice: int
    median_ms: float
    p99_ms: float
    memory: tuple[float, float]


@asynccontextmanager
async def networks(port: int) -> AsyncIterator[list[StandIn]]:
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramStandIn())
        facebook = Facebook(f"http://127.0.0.1:{port}/webhooks/facebook")
        facebook.calling.at_once = CALLS_AT_ONCE
        yield [
            await stack.enter_async_context(DiscordStandIn()),
            telegram,
            await stack.enter_async_context(facebook),
        ]


def environment(stand_ins: list[StandIn], *, faults: bool) -> dict[str, str]:
    """Without faults nobody looks for what a webhook missed more often than an owner's Hubbub."""
    left_as_shipped = set() if faults else {"poll_seconds", "grace_seconds", "settle_seconds"}
    return {
        f"HUBBUB_NETWORKS__{one.network}__{name}".upper(): str(value)
        for one in stand_ins
        for name, value in one.settings().items()
        if name not in left_as_shipped
    } | {"HUBBUB_LOGS__LEVEL": "error"}


async def crowd(
    *, seconds: float, rate: float, faults: bool, seed: int, progress: Any = None
) -> dict[str, Told]:
    """By network: ``rate`` messages a second on each of them, all at once."""
    port, chance = _free_port(), random.Random(seed)
    with TemporaryDirectory(prefix="hubbub-crowd-") as name:
        folder = Path(name)
        await asyncio.to_thread(open_a_shop, folder)
        async with networks(port) as stand_ins:
            with running(folder, port, **environment(stand_ins, faults=faults)) as hubbub:
                talks = [Talk(one) for one in stand_ins]
                await _begin(talks)
                memory = await _talk(
                    talks, hubbub.process.pid, seconds, rate, chance if faults else None, progress
                )
                await _until_answered(talks)
            return {talk.stand_in.network: _told(talk, folder, memory) for talk in talks}


async def _begin(talks: list[Talk]) -> None:
    """Something on each, answered: from now on all of them listen."""
    for talk in talks:
        below = talk.stand_in.network == "facebook"  # there nobody speaks outside of a thread
        first = [
            await talk.stand_in.say(MATTERS[0], author=f"the first {number}")
            for number in range(THREADS if below else 1)
        ]
        async with asyncio.timeout(30):
            while not talk.answered.keys() >= set(first):
                talk.look()
                await asyncio.sleep(LOOK_SECONDS)
        talk.roots = first if below else []


async def _talk(
    talks: list[Talk],
    pid: int,
    seconds: float,
    rate: float,
    chance: random.Random | None,
    progress: Any,
) -> tuple[float, float]:
    looking = asyncio.create_task(_look(talks, LOOK_SECONDS if seconds <= 60 else 1.0))
    began, early = time.monotonic(), 0.0
    for number in range(int(seconds * rate)):
        await asyncio.sleep(max(began + number / rate - time.monotonic(), 0))
        for talk in talks:
            await talk.say(number)
            if chance and chance.random() < 0.1 / rate:  # one in ten seconds
                talk.stand_in.fail(chance.choice(sorted(talk.stand_in.faults - NOT_HERE)))
        if not early and number >= seconds * rate / 10:
            early = _resident(pid)
        if progress:
            progress(number / (seconds * rate))
    looking.cancel()
    return early, _resident(pid)


async def _look(talks: list[Talk], every: float) -> None:
    while True:
        for talk in talks:
            talk.look()
        await asyncio.sleep(every)


async def _until_answered(talks: list[Talk]) -> None:
    """Or until nothing more comes."""
    last, left = time.monotonic(), -1
    while time.monotonic() - last < PATIENCE:
        for talk in talks:
            talk.look()
        now = sum(len(talk.waiting) for talk in talks)
        if now == 0:
            return
        if now != left:
            last, left = time.monotonic(), now
        await asyncio.sleep(0.2)


def _told(talk: Talk, folder: Path, memory: tuple[float, float]) -> Told:
    doubtful = _unknown(folder, talk.stand_in.network)
    took = [1000 * one for one in talk.seconds()]
    return Told(
        said=len(talk.said),
        lost=len(talk.waiting - doubtful),
        unknown=len(talk.waiting & doubtful),
        twice=talk.twice(),
        median_ms=median(took),
        p99_ms=quantiles(took, n=100)[98],
        memory=memory,
    )


def _unknown(folder: Path, network: str) -> set[str]:
    with _reading(folder / "hubbub.db") as database:
        found = database.execute(
            "SELECT d.reply_to FROM delivery d JOIN channel c ON c.workspace_id = d.workspace_id"
            " AND c.id = d.channel_id WHERE d.state = 'unknown' AND c.network = ?",
            (network,),
        )
        return {row[0] for row in found}


@contextmanager
def _reading(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file)
    try:
        yield connection
    finally:
        connection.close()


def _free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(one for one in lines if one.startswith("VmRSS")).split()[1]) / 1024


def table(told: Mapping[str, Told]) -> Table:
    found = Table("network", "said", "lost", "unknown", "twice", "median ms", "p99 ms", "MB")
    for network, one in told.items():
        figures = (one.said, one.lost, one.unknown, one.twice)
        found.add_row(
            network,
            *(f"{figure:,}" for figure in figures),
            f"{one.median_ms:,.0f}",
            f"{one.p99_ms:,.0f}",
            "{:.0f} → {:.0f}".format(*one.memory),
        )
    return found


def main(
    seconds: Annotated[float, typer.Option(help="How long they talk.")] = 600.0,
    rate: Annotated[float, typer.Option(help="Messages a second, on each network.")] = 5.0,
    faults: Annotated[bool, typer.Option(help="Let something go wrong all the time.")] = True,
    seed: Annotated[int, typer.Option(help="Of what goes wrong.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Talk on every network at once. Ends with 1 where something was lost or said twice."""
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("talking", total=1.0)
        told = asyncio.run(
            crowd(
                seconds=seconds,
                rate=rate,
                faults=faults,
                seed=seed,
                progress=lambda share: bar.update(task, completed=share),
            )
        )
    if as_json:
        figures = {
            name: {slot: getattr(one, slot) for slot in one.__slots__} for name, one in told.items()
        }
        typer.echo(json.dumps(figures, indent=2))
    else:
        _console.print(table(told))
    if any(one.lost or one.twice for one in told.values()):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
