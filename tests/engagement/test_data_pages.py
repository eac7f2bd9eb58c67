"""The pages where people get what is kept about them, and see that it is gone."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.accounts.tokens import hash_token
from bot.db import Session, Writer
from bot.engagement.models import DataLink, Erasure
from bot.members.service import meet
from bot.networks import Author
from tests.inbox.staffroom import furnish
from tests.web.doorway import Client, csrf, visiting

TOKEN = "a-secret-that-nobody-guesses"


@pytest.fixture
def client(writer: Writer, tmp_path: Path) -> Iterator[Client]:
    def known(session: Session) -> None:
        author = Author(id="ada", name="Ada")
        member = meet(session, network="sandbox", account="main", author=author)
        until = session.now() + timedelta(hours=1)
        link = DataLink(person_id=member.person_id, token_hash=hash_token(TOKEN), expires_at=until)
        session.put(link)
        session.put(Erasure(code="open", asked_at=session.now()))
        session.put(Erasure(code="done", asked_at=session.now(), done_at=session.now()))

    writer.run_blocking(known)
    with visiting(furnish(writer, tmp_path)) as client:
        yield client


def test_the_button_gives_everything_once(client: Client) -> None:
    assert "Give me the file" in client.get(f"/mydata/{TOKEN}").text
    found = client.post(f"/mydata/{TOKEN}", data=csrf(client))
    with zipfile.ZipFile(io.BytesIO(found.content)) as file:
        held = json.loads(file.read("mydata.json"))
        shown = file.read("mydata.html").decode()
    assert held["identities"][0]["name"] == "Ada"
    assert "<h2>sandbox: Ada</h2>" in shown
    assert "attachment" in found.headers["content-disposition"]
    assert client.post(f"/mydata/{TOKEN}", data=csrf(client)).status_code == 404


def test_who_was_not_shown_the_button_can_not_press_it(client: Client) -> None:
    client.get("/mydata/another")
    assert client.post(f"/mydata/{TOKEN}", data=csrf(client)).status_code == 403


@pytest.mark.parametrize(
    ("code", "says", "status"),
    [("open", "Under way", 200), ("done", "Done", 200), ("invented", "", 404)],
)
def test_an_erasure_s_page_says_how_far_it_is(
    client: Client, code: str, says: str, status: int
) -> None:
    answer = client.get(f"/erasures/{code}")
    assert answer.status_code == status
    assert says in answer.text
    assert "Ada" not in answer.text
