"""Asking for a link at the door: nobody learns who works here, and nobody is flooded."""

from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from bot.db import Session
from bot.web.app import create_app
from bot.web.house import House
from tests import databases
from tests.web.doorway import Client, csrf, routes, visiting

Asked = list[str]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return databases.sqlite_url(tmp_path)


def ask(client: Client, email: str) -> tuple[int, str]:
    answer = client.post("/enter", data=csrf(client) | {"email": email})
    return answer.status_code, answer.text


def test_without_a_mail_server_the_page_says_whom_to_ask(client: Client) -> None:
    page = client.get("/enter").text
    assert "hubbub user invite" in page
    assert 'name="email"' not in page
    assert "hubbub user invite" in ask(client, "mia@shop.example")[1]


def test_the_answer_waits_for_nothing_that_depends_on_the_address(house: House) -> None:
    """While nothing can be written at all, known and unknown get the same answer at once."""
    asked: Asked = []
    go_on, blocked = Event(), Event()

    def hold(session: Session) -> None:
        blocked.set()
        assert go_on.wait(60)

    def mail(session: Session, email: str) -> None:
        asked.append(email)

    open_house = replace(house, mail_entry=mail)
    with visiting(create_app(routes, open_house)) as client:
        held: Future[None] = house.writer.submit(hold)
        assert blocked.wait(60)
        answers = {ask(client, email) for email in ("mia@shop.example", "nobody@else.example")}
        assert asked == []
        go_on.set()
        held.result()
        house.writer.run_blocking(lambda session: None)
    assert len(answers) == 1
    [(status, page)] = answers
    assert status in {200, 201}
    assert "If this is the address of somebody who works here" in page
    assert asked == ["mia@shop.example", "nobody@else.example"]


def test_one_address_of_the_net_asks_five_times_a_minute(house: House) -> None:
    with visiting(create_app(routes, replace(house, mail_entry=lambda *_: None))) as client:
        statuses = [ask(client, f"u{number}@x.example")[0] for number in range(6)]
    assert statuses[-1] == 429
    assert 429 not in statuses[:-1]


def test_a_failure_behind_it_is_not_shown(house: House) -> None:
    def broken(session: Session, email: str) -> None:
        raise ValueError(email)

    with visiting(create_app(routes, replace(house, mail_entry=broken))) as client:
        assert "If this is the address" in ask(client, "mia@shop.example")[1]
        with pytest.raises(RuntimeError, match="still there"):
            house.writer.run_blocking(still_there)


def still_there(session: Session) -> None:
    raise RuntimeError("still there")
