"""The token stands in nothing that is shown, whatever goes wrong."""

import logging
import subprocess
import sys

import pytest
from pydantic import ValidationError

from adapters.discord import DiscordSettings
from bot.errors import NetworkError
from bot.logs import mask
from bot.networks import Health
from tests.adapters.discord.conftest import build, listening, outgoing
from tests.adapters.discord.test_faults import OF_SENDS
from tests.adapters.ear import Ear, wait_for
from tests.stand_ins.discord import DiscordStandIn
from tests.stand_ins.discord.server import TOKEN


async def test_the_token_is_in_no_log_and_no_error(
    server: DiscordStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    adapter = build(server, timeout_seconds=0.3)
    with caplog.at_level(logging.INFO):
        async with listening(adapter, Ear()):
            await wait_for(lambda: adapter.health()[0] is Health.OK)
            for fault in (fault for fault, _, _ in OF_SENDS):
                server.fail(fault)
                with pytest.raises(NetworkError) as raised:
                    await adapter.send(outgoing(key=str(fault)))
                assert TOKEN not in f"{raised.value!r} {raised.value}"
    assert TOKEN not in caplog.text
    assert TOKEN not in mask(f"went wrong: {TOKEN}")


def test_settings_never_show_it() -> None:
    settings = DiscordSettings.model_validate({"token": TOKEN})
    assert TOKEN not in repr(settings)
    with pytest.raises(ValidationError) as raised:
        DiscordSettings.model_validate({"token": TOKEN, "gateway": "http://wrong"})
    assert TOKEN not in str(raised.value)


def test_only_who_has_a_bot_loads_the_library() -> None:
    script = "import sys, adapters.discord; sys.exit('discord' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
