"""That a call which is not as Discord describes it would be seen; conftest.py checks them all."""

from typing import Any

import pytest

from tests.adapters.discord.schema import problems
from tests.stand_ins.discord import Call

CHANNEL = "/channels/700000000000000020"


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("POST", f"{CHANNEL}/messages", {"content": 7}, "content is 7"),
        ("POST", f"{CHANNEL}/messages", {"mood": "good"}, "mood is unknown"),
        ("POST", f"{CHANNEL}/messages", {"nonce": "n" * 26}, "nonce"),
        ("POST", f"{CHANNEL}/masages", {}, "no such method"),
        ("POST", f"{CHANNEL}/messages/1/threads", {}, "name is missing"),
        ("POST", f"{CHANNEL}/messages/1/threads", {"name": "n" * 101}, "101 characters"),
        (
            "POST",
            f"{CHANNEL}/messages",
            {"poll": {"question": {"text": "?"}, "answers": [], "duration": 9}},
            "0 items",
        ),
        ("PUT", "/applications/1/commands", [{"name": "x" * 33}], "33 characters"),
        ("DELETE", f"{CHANNEL}/messages/1", {"why": "so"}, "takes no body"),
    ],
)
def test_a_call_that_is_not_as_described_is_seen(
    method: str, path: str, body: Any, says: str
) -> None:
    found = problems([Call(method=method, path=path, body=body)])
    assert any(says in problem for problem in found)


def test_a_call_that_is_as_described_is_fine() -> None:
    body = {"content": "x", "message_reference": {"message_id": "3"}, "enforce_nonce": True}
    assert problems([Call(method="POST", path=f"{CHANNEL}/messages", body=body)]) == []
