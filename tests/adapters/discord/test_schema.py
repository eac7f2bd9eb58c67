"""Every request of every test here is checked when its stand-in ends (conftest.py)."""

import pytest

from tests.stand_ins.discord import CHANNEL, Call, schema

HERE = f"/channels/{CHANNEL}/messages"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"content": "Hello"}, ""),
        ({"content": 3}, "is no"),
        ({"content": "Hello", "colour": 1}, "colour is not known"),
        ({"content": "x" * 4001}, "more than 4000"),
        ({"poll": {"answers": []}}, "question is missing"),
    ],
)
def test_the_check_finds_what_discord_would_refuse(body: object, problem: str) -> None:
    if not schema.PATH.exists():
        pytest.skip("Discord's description of its interface is not beside this checkout.")
    found = schema.problems([Call(method="POST", path=HERE, body=body)])
    assert (problem in " ".join(found)) if problem else found == []
