"""The whole way on one core: front door, understanding, signals, suggestions, cases, answers."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from bot.bench.bars import Measured
from bot.bench.ingest import taking_in
from bot.bench.place import Place, writing
from bot.bench.sizes import Sizes
from bot.bench.turns import Side, rates, told
from bot.clock import SystemClock
from bot.db import Session, Writer
from bot.engagement.listening import Listening
from bot.engagement.telling import Voices
from bot.main import warm_up
from bot.products import service as products
from bot.sample import script
from bot.suppliers.partners import add_supplier

_BRANDS = ("Brannock", "Tallmann")
# Its updates have other numbers than those that are only taken in.
_FIRST = 10_000_000


async def whole_way(place: Place, sizes: Sizes) -> Measured:
    database = place.database("sqlite")
    with on_one_core(), writing(database) as writer:
        writer.run_blocking(open_shop)
        warm_up()
        found = await rates({"Hubbub": heard(writer, sizes.whole_way)}, sizes.rounds)
    return Measured(figure=found["Hubbub"], how=told(found))


def open_shop(session: Session) -> None:
    """The sample's catalogue and two partners, so that there is somebody to take cases to."""
    products.apply(session, products.plan_import(session, script.products()))
    for brand in _BRANDS:
        add_supplier(session, brand, f"care@{brand.lower()}.example", brands=[brand])


def heard(writer: Writer, messages: int) -> Side:
    """Taken in, then read and answered until nothing is new."""
    speak = Voices(languages=("en", "de"), shop="The shop")
    listening = Listening(writer, SystemClock(), "bench", speak)
    take_in = taking_in(writer, messages, first=_FIRST)

    async def read() -> int:
        done = 0
        while more := await listening.read_new():
            done += more
        return done

    async def prepare() -> list[bytes]:
        await read()  # what other measurements left there
        return list(await take_in.prepare())

    async def work(raws: list[bytes]) -> int:
        await take_in.work(raws)
        done = await read()
        assert done == messages, f"{done} of {messages} were read"
        return done

    return Side(prepare=prepare, work=work)


@contextmanager
def on_one_core() -> Iterator[None]:
    """This thread and those it starts, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
