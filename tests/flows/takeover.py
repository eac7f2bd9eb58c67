"""How long it takes until another process has taken over, with the settings that a shop has.

    python -m tests.flows.takeover        (make takeover)

Two of each role over a durable PostgreSQL; each is killed, frozen or told to end while it works.
Ends with 1 where anything took a minute or longer, was lost, or came twice.
"""

import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import sqlalchemy as sa
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.outbox.models import Delivery, DeliveryState
from bot.processes import Part
from tests import databases
from tests.flows.fleet import Fleet, Member, call, fleet_over

MOST = 60.0  # seconds
Taken = Iterator[tuple[str, float]]  # what was taken over, after so many seconds
_ids = count(1)


class Shop:
    """A fleet, and what people say to it."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.said: list[str] = []

    def hears(self) -> str:
        id = f"said-{next(_ids)}"
        call(self.fleet.those(Part.WEB)[0], id)
        self.said.append(id)
        return id

    def answer(self, id: str) -> Delivery | None:
        where = sa.select(Delivery).filter_by(reply_to=id)
        return self.fleet.ask(lambda session: session.scalar(where))

    def until(self, id: str, state: DeliveryState) -> float:
        """When (monotonic seconds) the answer has got so far."""

        def there() -> bool:
            one = self.answer(id)
            return one is not None and one.state is state

        self.fleet.until(there, why=f"{id} is not {state}")
        return time.monotonic()

    def until_owned_by_another(self, than: Member) -> float:
        self.fleet.until(lambda: self.fleet.owner() not in {than, None}, why="nobody takes it over")
        return time.monotonic()

    def reader(self) -> Member:
        """The worker that reads: somebody has just been answered."""
        self.until(self.hears(), DeliveryState.SENT)
        return self.fleet.until(self.fleet.reader, why="nobody reads")

    def owner_while_sending(self) -> tuple[Member, str]:
        """The owner of the account, in the middle of sending this answer."""
        owner = self.fleet.until(self.fleet.owner, why="nobody owns the account")
        self.fleet.network(signal.SIGSTOP)
        id = self.hears()
        self.until(id, DeliveryState.SENDING)
        return owner, id


def worker(shop: Shop, how: signal.Signals) -> Taken:
    began = shop.reader().tell(how)
    yield "reading what people say", shop.until(shop.hears(), DeliveryState.SENT) - began


def connect(shop: Shop, how: signal.Signals) -> Taken:
    owner, id = shop.owner_while_sending()
    began = owner.tell(how)
    yield "the account", shop.until_owned_by_another(owner) - began
    shop.fleet.network(signal.SIGCONT)
    yield "what it was sending", shop.until(id, DeliveryState.SENT) - began
    if how is signal.SIGSTOP:
        owner.tell(signal.SIGCONT)


def web(shop: Shop, how: signal.Signals) -> Taken:
    began = shop.fleet.those(Part.WEB)[1].tell(how)
    yield "pages and webhooks", shop.until(shop.hears(), DeliveryState.SENT) - began


ROUNDS: list[tuple[Callable[[Shop, signal.Signals], Taken], signal.Signals]] = [
    (worker, signal.SIGKILL),
    (connect, signal.SIGKILL),
    (web, signal.SIGKILL),
    (connect, signal.SIGSTOP),
    (worker, signal.SIGTERM),
    (connect, signal.SIGTERM),
]


def measure(shop: Shop, console: Console) -> list[tuple[str, str, str, float]]:
    found = []
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("Taking processes away", total=len(ROUNDS))
        for take_away, how in ROUNDS:
            shop.fleet.complete()
            bar.update(task, description=f"{how.name} to a {take_away.__name__} process")
            for what, seconds in take_away(shop, how):
                found.append((take_away.__name__, how.name, what, seconds))
            bar.advance(task)
    return found


def main() -> int:
    console = Console()
    with (
        tempfile.TemporaryDirectory(prefix="hubbub-takeover-") as folder,
        databases.postgresql(durable=True) as server,
        databases.fresh_database(server) as url,
        fleet_over(Path(folder), url, {}) as fleet,
    ):
        shop = Shop(fleet)
        found = measure(shop, console)
        times = [fleet.sent()[one.key] for id in shop.said if (one := shop.answer(id))]
    table = Table("role", "ended by", "taken over", "after", title="Until another has taken over")
    for part, how, what, seconds in found:
        table.add_row(part, how, what, f"{seconds:.1f} s")
    console.print(table)
    lost, twice = len(shop.said) - sum(map(bool, times)), sum(one > 1 for one in times)
    longest = max(seconds for *_, seconds in found)
    console.print(
        f"Of {len(shop.said)} messages {lost} stayed without an answer, {twice} got two; "
        f"the longest takeover took {longest:.1f} s, {MOST:.0f} s are allowed."
    )
    return 1 if lost or twice or longest >= MOST else 0


if __name__ == "__main__":
    sys.exit(main())
