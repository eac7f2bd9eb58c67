"""A disk that fails or is full: nothing is lost, the networks are told to come again, it heals."""

import os
import shutil
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from adapters.sandbox.translate import SIGNATURE, sign
from bot.db import Database
from bot.inbox.models import Event
from tests.flows import running as program
from tests.proof.disk import ERRORS, Fault, disk, tracing
from tests.web.test_webhooks import SECRET, body_of

pytestmark = pytest.mark.timeout(600)  # real processes, on a machine that may be busy

# `make fault-test` lets every call fail.
SOME = {
    "openat": (1, 2),
    "pread64": (1, 40),
    "pwrite64": (1, 100),
    "fdatasync": (1, 8),
    "ftruncate": (1,),
}


@pytest.fixture(autouse=True, scope="module")
def _strace() -> None:
    if shutil.which("strace") is None:
        says = "A failing disk needs strace. On Debian: apt-get install strace"
        if os.environ.get("CI"):
            pytest.fail(says)
        pytest.skip(says)


def test_whichever_call_fails_nothing_is_lost(tmp_path: Path) -> None:
    with disk(tmp_path) as one:
        for call, numbers in SOME.items():
            for error, at in zip(ERRORS, (numbers * 2)[:2], strict=True):
                fault = Fault(call=call, error=error, at=at)
                assert one.endure(fault) == (True, ()), fault


def test_a_full_disk_sends_the_networks_away_until_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBBUB_NETWORKS__SANDBOX__SECRET", SECRET)
    file = tmp_path / "hubbub.db"
    with program.running(tmp_path) as hubbub:
        pid = hubbub.process.pid
        assert call(hubbub.address, "before")[0] == 200
        with tracing(pid, file, "pwrite64:error=ENOSPC", tmp_path / "trace"):
            assert call(hubbub.address, "meanwhile") == (503, "5")
            assert ask(hubbub.address, "/readyz")[0] == 503
            assert ask(hubbub.address, "/healthz")[0] == 200
        assert call(hubbub.address, "meanwhile")[0] == 200, "it heals by itself"
        assert ask(hubbub.address, "/readyz")[0] == 200
    database = Database(f"sqlite:///{file}")
    with database.reading() as session:
        keys = session.scalars(sa.select(Event.dedupe_key)).all()
    database.close()
    assert sorted(keys) == ["before", "meanwhile"]


def call(address: str, event: str) -> tuple[int, str | None]:
    """A webhook's call: its status, and when to come again."""
    body = body_of(event)
    return ask(address, "/webhooks/sandbox", body, {SIGNATURE: sign(SECRET, body)})


def ask(
    address: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, str | None]:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=30)
    try:
        connection.request("POST" if body else "GET", path, body, headers or {})
        with connection.getresponse() as response:
            return response.status, response.headers["retry-after"]
    finally:
        connection.close()
