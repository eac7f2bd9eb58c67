"""What may not be said to a person any more is refused before the network hears of it."""

import pytest

from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.errors import Rejected
from bot.networks import Action
from bot.outbox.models import Delivery, DeliveryState
from tests.outbox.post import Office


def closed(_session: Session, _delivery: Delivery) -> None:
    raise Rejected("The window has closed. Wait until they write again.")


@pytest.mark.parametrize(
    ("action", "state", "there"),
    [
        (Action.DIRECT, DeliveryState.REFUSED, []),
        (Action.REPLY, DeliveryState.SENT, ["one"]),  # in public there is no window
    ],
)
async def test_a_window_is_asked_once_more_before_it_leaves(
    writer: Writer, clock: FrozenClock, action: Action, state: DeliveryState, there: list[str]
) -> None:
    office = Office(writer, clock)
    office.postman._allowed = closed
    await office.put("one", action=action, recipient="mia")
    await office.deliver()
    assert office.state("one") is state
    assert await office.there() == there
    if state is DeliveryState.REFUSED:
        assert office.row("one").note == "The window has closed. Wait until they write again."
