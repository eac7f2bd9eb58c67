"""How fast things may be said, on a clock that stands still unless one waits."""

from datetime import UTC, datetime

import pytest

from adapters.telegram.pacing import Pace
from bot.clock import FrozenClock
from bot.errors import RateLimited


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 3, 2, 9, tzinfo=UTC))


async def test_one_chat_gets_a_short_burst_and_then_one_a_second(clock: FrozenClock) -> None:
    pace = Pace(clock, per_second=30, per_minute_in_group=20)
    moments = []
    for _ in range(7):
        await pace.turn("70000001")
        moments.append(clock.monotonic())
    assert moments == [0, 0, 0, 3, 3, 3, 6]


async def test_all_chats_together_get_so_many_a_second(clock: FrozenClock) -> None:
    pace = Pace(clock, per_second=30, per_minute_in_group=20)
    for chat in range(90):
        await pace.turn(str(chat))
    assert clock.monotonic() == 2.0


async def test_a_group_gets_so_many_a_minute_and_is_never_waited_for_in_silence(
    clock: FrozenClock,
) -> None:
    pace = Pace(clock, per_second=0, per_minute_in_group=20)
    for _ in range(20):
        await pace.turn("-1001")
    with pytest.raises(RateLimited) as limited:
        await pace.turn("-1001")
    wait = limited.value.retry_after
    assert 30 < wait.total_seconds() <= 60
    clock.advance(wait)
    await pace.turn("-1001")


async def test_an_album_counts_for_each_of_its_pictures(clock: FrozenClock) -> None:
    pace = Pace(clock, per_second=0, per_minute_in_group=20)
    for _ in range(2):
        await pace.turn("-1001", 10)
    with pytest.raises(RateLimited):
        await pace.turn("-1001")


async def test_without_limits_nobody_waits(clock: FrozenClock) -> None:
    pace = Pace(clock, per_second=0, per_minute_in_group=0)
    for _ in range(1000):
        await pace.turn("-1001")
        await pace.turn("70000001")
    assert clock.monotonic() == 0


async def test_chats_that_are_long_quiet_are_forgotten(clock: FrozenClock) -> None:
    pace = Pace(clock, per_second=0, per_minute_in_group=20)
    for chat in range(1100):
        await pace.turn(f"-{chat}")
    for _ in range(70):
        await clock.sleep(1)
    await pace.turn("-1")
    assert len(pace._said) < 10
