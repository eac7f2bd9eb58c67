"""What becomes of the speed when much is stored: each way at both sizes, in turns."""

from datetime import timedelta

from bot.bench.bars import Measured
from bot.bench.delivering import delivered
from bot.bench.ingest import taking_in
from bot.bench.place import Place, writing
from bot.bench.scheduled import claimed, schedule
from bot.bench.sizes import Sizes
from bot.bench.stored import stored
from bot.bench.turns import Side, rates
from bot.bench.whole_way import heard, open_shop
from bot.db import Writer
from bot.main import warm_up


async def growing(place: Place, sizes: Sizes) -> Measured:
    """The worst of all ways: what it does at the large size, as a share of the small one."""
    warm_up()
    kept: dict[str, float] = {}
    for engine in ("sqlite", "postgresql"):
        with (
            writing(stored(place, engine, sizes.small)) as young,
            writing(stored(place, engine, sizes.large)) as old,
        ):
            for writer in (young, old):
                writer.run_blocking(open_shop)
            for name in ("taking in", "the whole way", "delivering", "claiming"):
                if name == "claiming":  # last: what is claimed stays so
                    for writer in (young, old):
                        await schedule(writer, sizes.claims, later=timedelta(), name="due")
                sides = {
                    "small": _side(name, young, sizes), "large": _side(name, old, sizes)
                }  # fmt: skip
                found = await rates(sides, sizes.rounds)
                kept[f"{name} on {engine}"] = found["large"] / found["small"]
    how = ", ".join(f"{name} {share:.0%}" for name, share in kept.items())
    return Measured(figure=min(kept.values()), how=how)


def _side(name: str, writer: Writer, sizes: Sizes) -> Side:
    match name:
        case "claiming":
            return claimed(writer, sizes.claims)
        case "taking in":
            return taking_in(writer, sizes.grown_messages)
        case "the whole way":
            return heard(writer, sizes.grown_messages)
        case _:
            return delivered(writer, sizes.claims)
