"""`hubbub run` as a process: it prints its links, and ends as it should."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from bot.demo.browser import Browser
from bot.settings import Settings, Web
from tests.cli.conftest import Hubbub

WORDS = "Is anybody here?"


@contextmanager
def running(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The process, and its links by whom they are for."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HUBBUB_")}
    command = [sys.executable, "-c", "from bot.cli import main; main()", "run", "--port", "0"]
    with (
        (folder / "log").open("a") as log,
        subprocess.Popen(
            [*command, *words],
            cwd=folder,
            env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout
            links = {}
            for line in process.stdout:
                who, _, address = line.strip().partition(" ")
                links[who] = address.strip().partition(" ")[0]
                if who == "Community":
                    break
            else:
                raise AssertionError((folder / "log").read_text())
            yield process, links
        finally:
            process.kill()


def home_of(links: dict[str, str]) -> str:
    return links["Community"].removesuffix("/chat")


def test_it_ends_at_once_with_a_stream_open(tmp_path: Path) -> None:
    with running(tmp_path) as (process, links):
        host, _, port = home_of(links).removeprefix("http://").partition(":")
        with closing(HTTPConnection(host, int(port), timeout=10)) as connection:
            connection.request("GET", "/chat/events")
            with connection.getresponse() as stream:
                assert stream.status == 200
                process.send_signal(signal.SIGTERM)
                assert process.wait(timeout=5) == 0


def test_killed_and_started_again_it_has_everything(tmp_path: Path) -> None:
    with running(tmp_path) as (process, links):
        owner = Browser(home_of(links))
        entry = links["Staff"].removeprefix(home_of(links))
        owner.send(owner.look(entry), entry, {})
        owner.look("/calendar").must_say("Calendar")
        visitor = Browser(home_of(links))
        page = visitor.look("/chat")
        once = page.find(r'name="once" value="(\w+)"', "box to write in")
        visitor.send(page, "/chat/say", {"text": WORDS, "once": once}).must_say(WORDS)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=5)
    with running(tmp_path) as (process, links):
        Browser(home_of(links)).look("/chat").must_say(WORDS)
        # An owner has entered by now: nobody needs a first link any more.
        assert links["Staff"] == home_of(links)


def test_a_port_in_use_is_a_sentence(hubbub: Hubbub) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = hubbub("run", "--port", taken.getsockname()[1])
    assert result.exit_code == 2
    assert "HUBBUB_WEB__PORT" in result.stderr


def test_a_second_one_on_the_same_file_is_refused_and_hurts_nobody(
    hubbub: Hubbub, folder: Path
) -> None:
    with running(folder) as (process, links):
        result = hubbub("run", "--port", "0")
        assert result.exit_code == 2
        assert f"process {process.pid}" in result.stderr
        assert f"Hubbub runs: process {process.pid}." in hubbub("check").stdout
        Browser(home_of(links)).look("/chat").must_say("Our shop")
    assert "Hubbub is not running" in hubbub("check").stdout


@pytest.mark.parametrize("role", ["web", "worker", "connect"])
def test_sqlite_serves_no_part_and_says_what_to_do(hubbub: Hubbub, role: str) -> None:
    result = hubbub("run", "--role", role, "--port", "0")
    assert result.exit_code == 2
    assert f"leave --role {role} away" in result.stderr
    assert "HUBBUB_DATABASE" in result.stderr


def test_the_links_hold_the_port_that_was_chosen() -> None:
    assert Settings(web=Web(port=81)).public_url == "http://127.0.0.1:81"


def test_a_sample_shop_is_ready_to_be_looked_at(tmp_path: Path) -> None:
    with running(tmp_path, "--sample") as (_, links):
        home = home_of(links)
        supplier = Browser(home)
        token = links["Supplier"].removeprefix(home)
        supplier.send(supplier.look(token), token, {})
        supplier.look("/supplier?show=all").must_say("Fireside Kettle")
        staff = Browser(home)
        entry = links["Staff"].removeprefix(home)
        staff.send(staff.look(entry), entry, {})
        staff.look("/calendar").must_say("Wednesday question")
        staff.look("/suggestions").must_say("waterproof underside")
        Browser(home).look("/chat").must_say("Larch & Ladle")
