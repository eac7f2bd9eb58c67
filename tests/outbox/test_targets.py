"""What is done to a message that is there is done again where nobody knows whether it was."""

import pytest

from adapters.sandbox import Fault, Like
from bot.clock import FrozenClock
from bot.db import Writer
from bot.networks import Action
from bot.outbox.models import DeliveryState
from tests.outbox.post import Office


@pytest.mark.parametrize("action", [Action.EDIT, Action.DELETE, Action.HIDE])
@pytest.mark.parametrize("like", [Like.DISCORD, Like.TELEGRAM, Like.FACEBOOK])
async def test_nobody_is_asked_and_nothing_is_searched(
    writer: Writer, clock: FrozenClock, action: Action, like: Like
) -> None:
    office = Office(writer, clock, like=like)
    await office.put("a", action=action, target="m1")
    await office.deliver(Fault.TIME_OUT)
    assert office.state("a") is DeliveryState.SENDING
    office.later()
    await office.deliver()
    assert office.state("a") is DeliveryState.SENT
    assert office.row("a").remote_id is None  # nobody can reply to it
