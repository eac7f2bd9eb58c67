"""That a call which is not as Telegram describes it would be seen; conftest.py checks them all."""

from typing import Any

import pytest

from tests.adapters.telegram.schema import problems
from tests.stand_ins.telegram import Call


@pytest.mark.parametrize(
    ("method", "asked", "says"),
    [
        ("sendMessage", {"chat_id": 1, "text": 7}, "text is 7"),
        ("sendMessage", {"chat_id": 1}, "text is missing"),
        ("sendMessage", {"chat_id": 1, "text": "x", "mood": "good"}, "mood is unknown"),
        ("sendMasage", {}, "no such method"),
        ("setMyCommands", {"commands": [{"command": "help"}]}, "none of"),
        ("sendPhoto", {"chat_id": 1, "photo": 5}, "photo is 5"),
    ],
)
def test_a_call_that_is_not_as_described_is_seen(
    method: str, asked: dict[str, Any], says: str
) -> None:
    (problem,) = problems([Call(method=method, asked=asked)])
    assert says in problem


def test_a_call_that_is_as_described_is_fine() -> None:
    asked = {"chat_id": 1, "text": "x", "reply_parameters": {"message_id": 3}}
    assert problems([Call(method="sendMessage", asked=asked)]) == []
