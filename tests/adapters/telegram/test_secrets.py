"""The token stands in the address of every call to Telegram; it is in nothing that we show."""

import asyncio
import logging

import pytest

from adapters.telegram.settings import TelegramSettings
from bot.errors import NetworkError
from bot.logs import mask
from tests.adapters.ear import Ear
from tests.adapters.telegram.conftest import build, outgoing
from tests.stand_ins.faults import Fault
from tests.stand_ins.telegram import TelegramStandIn
from tests.stand_ins.telegram.server import SECRET, TOKEN

WORDS = TOKEN.partition(":")[2]


@pytest.mark.parametrize("fault", [None, *sorted(TelegramStandIn.faults)], ids=str)
async def test_no_error_and_no_line_of_a_log_shows_the_token(
    server: TelegramStandIn, caplog: pytest.LogCaptureFixture, fault: Fault | None
) -> None:
    caplog.set_level(logging.INFO)
    adapter = build(server, timeout_seconds=0.2)
    if fault is not None:
        server.fail(fault)
    said = await asyncio.gather(adapter.send(outgoing()), return_exceptions=True)
    assert WORDS not in str(said) + adapter.health()[1]
    for record in caplog.records:
        assert WORDS not in mask(record.getMessage()), record.name


@pytest.mark.parametrize("token", ["", "abc", "777", "777:", "x:abc", "12 34:abc", "1:a/b"])
def test_what_is_no_token_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(ValueError, match="BotFather") as error:
        TelegramSettings.model_validate({"token": token})
    assert len(token) < 4 or token not in str(error.value)


def test_settings_show_neither_token_nor_secret() -> None:
    settings = TelegramSettings.model_validate({"token": TOKEN, "webhook": True, "secret": SECRET})
    assert WORDS not in repr(settings)
    assert SECRET not in repr(settings)
    assert settings.account == "123456"


@pytest.mark.parametrize("secret", ["", "two words", "ä", "x" * 300])
def test_a_webhook_needs_a_secret_that_fits_a_header(secret: str) -> None:
    with pytest.raises(ValueError):
        TelegramSettings.model_validate({"token": TOKEN, "webhook": True, "secret": secret})


async def test_a_token_that_ends_leaves_no_trace_in_health(server: TelegramStandIn) -> None:
    adapter = build(server, token="123456:another-token-nobody-may-see")
    with pytest.raises(NetworkError):
        await adapter.run(Ear().receive)
    assert "another-token" not in adapter.health()[1]
