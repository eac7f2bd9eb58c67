"""No secret reaches the logs, by whatever way it comes (RELIABILITY: I7)."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from copy import copy
from urllib.parse import quote, quote_plus

import pytest
import structlog

from bot import logs
from bot.errors import NetworkError
from bot.logs import hide, log, mask, set_up

CANARY = "CaNaRy1234567890abcdef"


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


TEXTS = [
    f"POST https://api.telegram.org/bot123456:{CANARY}/sendMessage",
    f"https://shop.example/s/{CANARY}",
    f"GET /enter/{CANARY} 200",
    f"https://graph.facebook.com/me?access_token={CANARY}&fields=id",
    f"appsecret_proof={CANARY}",
    f"Authorization: Bearer {CANARY}",
    f"Authorization: Bot {CANARY}",
    f"connecting to postgresql://shop:{CANARY}@db.example/shop",
]
VALUES = {
    "token": CANARY,
    "bot_token": CANARY,
    "client_secret": CANARY,
    "password": CANARY,
    "Authorization": CANARY,
    "set_cookie": CANARY,
    "api_key": CANARY,
    "headers": {"Authorization": f"Bearer {CANARY}", "x": [{"access_token": CANARY}]},
    "urls": [f"/s/{CANARY}", (f"/enter/{CANARY}",)],
    "error": ConnectionError(f"POST /bot123456:{CANARY}/send failed"),
    "raw": f"access_token={CANARY}".encode(),
}


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "console"])
def test_no_way_leads_a_secret_into_the_logs(
    capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    set_up(level="debug", json=as_json)
    for text in TEXTS:
        log("room").info(text)
        log("room").info("called", url=text)
        logging.getLogger("a.library").warning("calling %s", text)
        try:
            raise RuntimeError(text)
        except RuntimeError:
            log("room").exception("failed")
            logging.getLogger("a.library").exception("failed")
    for key, value in VALUES.items():
        log("room").info("called", **{key: value})
        logging.getLogger("a.library").warning("called", extra={key: value})
    written = capsys.readouterr().err
    assert written.count("called") > 2 * len(VALUES)
    assert CANARY not in written


def test_addresses_are_not_logged_by_those_who_log_every_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up(level="debug")
    for name in ("httpx", "httpcore", "telegram.ext", "uvicorn.access"):
        logging.getLogger(name).info("HTTP Request: GET https://example.com")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "text", ["", "A suggestion about the cup", "/products/7", "token", "a/s/b", "bearer of news"]
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert mask(text) == text


def test_a_line_is_one_event() -> None:
    """Also what people say, with line breaks in it."""
    program = (
        "from bot.logs import log, set_up; set_up(json=True);"
        "log('room').info('heard', words='one\\ntwo')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    (line,) = ran.stderr.splitlines()
    assert json.loads(line)["words"] == "one\ntwo"


def test_a_known_secret_is_hidden_wherever_it_stands(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nothing around it tells that it is one, and as an address spells it."""
    for name in ("_known", "_known_text"):
        monkeypatch.setattr(logs, name, copy(getattr(logs, name)))
    secret = "pa/ss wörd+7"
    hide(secret, "short", "")
    set_up()
    for spelt in (secret, quote(secret, safe=""), quote_plus(secret)):
        log("room").warning("the server says", said=f"nobody has the word {spelt}, really")
        assert spelt not in str(NetworkError(f"They say: {spelt}"))
    written = capsys.readouterr().err
    assert written.count("[hidden], really") == 3
    assert mask("short words stay") == "short words stay"
