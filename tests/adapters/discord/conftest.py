"""A Discord on this machine, and a bot that listens to it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.adapters.discord.life import Bot, listening
from tests.stand_ins.discord import DiscordStandIn, running, schema


@pytest.fixture
def there() -> Iterator[DiscordStandIn]:
    with running() as stand_in:
        yield stand_in
    if schema.PATH.exists():  # tests/adapters/discord/test_schema.py says where it is not
        assert schema.problems(stand_in.requests) == []


@pytest.fixture
async def bot(there: DiscordStandIn) -> AsyncIterator[Bot]:
    async with listening(there) as bot:
        yield bot
