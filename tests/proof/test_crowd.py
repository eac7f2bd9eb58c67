"""Everybody talks on every network at once. `make crowd` does it for longer, with faults."""

from tests.proof.crowd import crowd


async def test_three_networks_at_once_are_all_answered_once() -> None:
    told = await crowd(seconds=3, rate=5, faults=False, seed=0)
    assert {name: (one.said, one.lost, one.twice) for name, one in told.items()} == {
        "discord": (15, 0, 0),
        "telegram": (15, 0, 0),
        "facebook": (15, 0, 0),
    }
