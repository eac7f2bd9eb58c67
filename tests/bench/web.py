"""How quickly a month of 1,000 posts is there, for somebody with a slow machine and a slow line.

    make bench-web                  # a table with the bars
    make bench-web ARGS=--json      # one object for programs

A Hubbub as it is run, in a process of its own, with a database on disk; posts with pictures, on
three channels; one of the staff is signed in. Chromium has an empty cache, a CPU 4 times slower
and a line of 1.6 Mbit/s (both by its own debugger), with ``--rtt`` ms to the server and back.
"""

import argparse
import asyncio
import json
import logging
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright
from rich.console import Console
from rich.table import Table

from bot.accounts import service as accounts
from bot.accounts.models import Role
from bot.channels import service as channels
from bot.db import Database, Session, Writer
from bot.db.upgrade import upgrade
from bot.media.looking import clean
from bot.media.service import PREFIX, keep
from bot.networks import Capabilities, Count, Media, MediaLimits
from bot.web.access import SESSION_COOKIE
from content_calendar import service
from content_calendar.draft import Draft
from content_calendar.models import Stage
from content_calendar.planning import materialise
from tests.browser import QUIET
from tests.flows.running import running

POSTS, PICTURES, ROUNDS, REQUESTS = 1_000, 20, 5, 300
NETWORKS = ("webchat", "telegram", "discord")
CAN = Capabilities(
    text_limit=4_000,
    count=Count.UTF16,
    media=MediaLimits(bytes={"image/jpeg": 1_000_000}),
    media_limit=4,
)
SLOW_CPU, LINE = 4, 1_600_000 / 8  # times; bytes a second
QUIET_FOR = 1.5  # seconds without a long task: nothing more will come
CHROMIUM = "/usr/bin/chromium"

LISTEN = """() => {
  const hear = (type, then) =>
    new PerformanceObserver((list) => list.getEntries().forEach(then))
      .observe({ type, buffered: true });
  window.tasks = [];
  window.largest = 0;
  hear("longtask", (task) => tasks.push([task.startTime, task.duration]));
  hear("largest-contentful-paint", (paint) => { largest = paint.startTime; });
}"""
SEEN = """() => ({
  nodes: document.querySelectorAll("*").length,
  scripts: performance.getEntriesByName("calendar")[0].startTime,
  largest: window.largest,
  tasks: window.tasks,
  now: performance.now(),
})"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    key: str
    what: str
    most: float
    unit: str


BARS = (
    Bar(key="month_kb", what="on the wire, with an empty cache", most=60, unit="kB"),
    Bar(key="month_nodes", what="elements of the page", most=1_500, unit=""),
    Bar(key="month_ready_s", what="until painted and its script has run", most=1.5, unit="s"),
    Bar(key="month_blocking_ms", what="in which it could not answer", most=150, unit="ms"),
    Bar(key="month_p95_ms", what="for the server to answer, 95 of 100", most=50, unit="ms"),
)


def fill(session: Session, month: datetime, posts: int) -> str:
    """A month of posts; gives the token of one of the staff who is signed in."""
    chance = random.Random(7)
    places = [
        channels.ensure(session, network=name, account="1", remote_id="lobby", name=f"{name} lobby")
        for name in NETWORKS
    ]
    pictures = [keep(session, clean(_picture(chance))) for _ in range(PICTURES)]
    minutes = chance.sample(range(28 * 24 * 60), posts)
    for number, minute in enumerate(sorted(minutes)):
        shown = chance.choice(pictures)
        draft = Draft(
            title=f"Which of these {number} would you take along?",
            text="Tell us what you use it for, and what it lacks. " * 4 + "Which one is it?",
            channel_ids=tuple(it.id for it in chance.sample(places, chance.randint(1, 3))),
            local=month + timedelta(minutes=minute),
            zone="UTC",
            media=(Media(url=PREFIX + shown.sha256, type=shown.type, alt="A cup"),),
            campaign=f"Campaign {number % 6}",
        )
        limits = dict.fromkeys(NETWORKS, CAN)
        service.create(session, draft, by=None, capabilities=limits, stage=Stage.SCHEDULED)
    materialise(session)
    link = accounts.invite(session, "Olga", "olga@shop.example", Role.APPROVER)
    return accounts.enter(session, link)


def _picture(chance: random.Random) -> bytes:
    file = BytesIO()
    Image.effect_noise((320, 240), chance.randint(20, 90)).save(file, "JPEG")
    return file.getvalue()


def next_month() -> datetime:
    first = datetime.now(UTC).replace(day=1) + timedelta(days=32)
    return datetime(first.year, first.month, 1)


async def load(browser: Browser, address: str, token: str, rtt: float) -> dict[str, float]:
    """The page once, from an empty cache."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    page = await context.new_page()
    cdp = await context.new_cdp_session(page)
    received: dict[str, float] = {}
    live = set[str]()  # what an open page fetches anew once something has happened
    cdp.on("Network.requestWillBeSent", lambda it: live.update(_live(it)))
    cdp.on("Network.loadingFinished", lambda it: received.update(_weight(it)))
    await cdp.send("Network.enable")
    line = {"offline": False, "latency": rtt, "downloadThroughput": LINE, "uploadThroughput": LINE}
    await cdp.send("Network.emulateNetworkConditions", line)
    await cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_CPU})
    await page.add_init_script(f"({LISTEN})()")
    await page.goto(address)
    await page.wait_for_function("() => performance.getEntriesByName('calendar').length > 0")
    seen = await _until_quiet(page)
    await context.close()
    return {
        "month_kb": sum(size for id, size in received.items() if id not in live) / 1000,
        "month_nodes": seen["nodes"],
        "month_ready_s": max(seen["scripts"], seen["largest"]) / 1000,
        "month_blocking_ms": sum(max(0.0, length - 50) for _start, length in seen["tasks"]),
    }


def _live(request: dict[str, Any]) -> list[str]:
    return [request["requestId"]] if request["type"] in {"Fetch", "XHR", "EventSource"} else []


def _weight(finished: dict[str, Any]) -> dict[str, float]:
    """Headers and the body as it was compressed, by request."""
    return {finished["requestId"]: finished["encodedDataLength"]}


async def _until_quiet(page: Page) -> dict[str, Any]:
    while True:
        seen: dict[str, Any] = await page.evaluate(SEEN)
        last = max((start + length for start, length in seen["tasks"]), default=seen["scripts"])
        if seen["now"] - last > QUIET_FOR * 1000:
            return seen
        await asyncio.sleep(0.2)


def answers(address: str, token: str, requests: int) -> float:
    """The 95th percentile of what the server takes, in ms, one after the other."""
    took = []
    with httpx.Client(cookies={SESSION_COOKIE: token}) as client:
        for number in range(requests + 20):
            began = time.perf_counter()
            client.get(address).raise_for_status()
            if number >= 20:  # the first ones compile templates
                took.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(took, n=20)[-1]


async def measure(folder: Path, *, posts: int, rounds: int, requests: int, rtt: float) -> Any:
    month = next_month()
    database = Database(f"sqlite:///{folder}/hubbub.db")
    upgrade(database)
    with Writer(database) as writer:
        token = await writer.run(lambda session: fill(session, month, posts))
    database.close()
    with running(folder) as hubbub:
        address = f"{hubbub.address}/calendar?view=month&month={month:%Y-%m}"
        p95 = await asyncio.to_thread(answers, address, token, requests)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            found = [await load(browser, address, token, rtt) for _ in range(rounds)]
            await browser.close()
    medians = {key: statistics.median(one[key] for one in found) for key in found[0]}
    return medians | {"month_p95_ms": p95}


def table(found: dict[str, float]) -> Table:
    shown = Table("Figure", "What", box=None, padding=(0, 2, 0, 0))
    for name in ("Bar", "Measured", ""):
        shown.add_column(name, justify="right")
    for bar in BARS:
        figure = found[bar.key]
        reached = "[green]✓[/]" if figure <= bar.most else "[red]✗[/]"
        measured = f"{figure:,.2f} {bar.unit}" if bar.unit == "s" else f"{figure:,.0f} {bar.unit}"
        shown.add_row(bar.key, bar.what, f"≤ {bar.most:,g} {bar.unit}", measured, reached)
    return shown


def main() -> None:
    """Exit 1 where a bar is not reached."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--json", action="store_true", help="one object for programs")
    asked.add_argument("--posts", type=int, default=POSTS)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--requests", type=int, default=REQUESTS)
    asked.add_argument("--rtt", type=float, default=150, metavar="MS")
    given = asked.parse_args()
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(
            measure(
                Path(folder),
                posts=given.posts,
                rounds=given.rounds,
                requests=given.requests,
                rtt=given.rtt,
            )
        )
    if given.json:
        sys.stdout.write(json.dumps({key: round(it, 2) for key, it in found.items()}) + "\n")
    else:
        Console(width=100).print(table(found))
    sys.exit(any(found[bar.key] > bar.most for bar in BARS))


if __name__ == "__main__":
    main()
