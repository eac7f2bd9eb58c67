"""Words in another language, translated by a command that the shop names: a real one, of ours."""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

import pytest
from litestar import Litestar

from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.engagement.forgetting import forget_words
from bot.inbox.models import Message
from bot.settings import Settings, Translation
from bot.suggestions.models import Suggestion
from bot.suppliers import guards, translating
from bot.suppliers.models import Case
from bot.suppliers.portal_models import Translated
from bot.suppliers.translating import Foreign, NotTranslated
from bot.suppliers.views import routes
from bot.web.app import create_app
from bot.web.house import Doorkeepers, House
from tests import databases
from tests.suppliers import shop
from tests.suppliers.conftest import Form, Shop
from tests.web.doorway import Client

SPANISH = "Por favor, una tapa que no queme los dedos. Soy Ana Lopez, ana@lopez.example"
PROGRAM = """
import os, sys
said = sys.stdin.read()
assert not [name for name in os.environ if "HUBBUB" in name]
print(f"<b>[{sys.argv[1]} to {sys.argv[2]}]</b> " + said.upper())
"""


def settings(program: str = PROGRAM, seconds: int = 20) -> Translation:
    return Translation(command=(sys.executable, "-c", program, "{from}", "{to}"), seconds=seconds)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return databases.sqlite_url(tmp_path)


@pytest.fixture
def app(writer: Writer, clock: FrozenClock, tmp_path: Path) -> Litestar:
    house = House(
        settings=Settings(data=tmp_path, translation=settings()),
        database=writer.database,
        writer=writer,
        news=writer.news,
        clock=clock,
        secret=b"k" * 32,
        doorkeepers=Doorkeepers(partner=guards.doorkeeper),
    )
    return create_app(routes, house)


def test_a_partner_reads_the_translation_beside_the_original_until_it_is_taken_back(
    client: Client,
    writer: Writer,
    stocked: Shop,
    as_alba: Form,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUBBUB_SECRET", "sesame")

    def speak(session: Session) -> Message:
        case = session.need(Case, stocked.lid.id)
        suggestion = session.need(Suggestion, case.suggestion_id)
        voice = shop.speak(session, suggestion, "Ana Lopez Prieto", SPANISH)
        return session.need(Message, voice.message_id)

    message = writer.run_blocking(speak)
    where = f"/supplier/cases/{stocked.lid.id}"
    assert "Translate what is in another language" in client.get(where).text
    assert client.post(f"{where}/translate", data=as_alba).status_code == 303
    shown = client.get(where).text
    assert "una tapa que no queme los dedos" in shown
    assert "&lt;b&gt;[es to en]&lt;/b&gt; POR FAVOR, UNA TAPA QUE NO QUEME LOS DEDOS" in shown
    assert "Translate what is in another language" not in shown
    with writer.database.reading() as session:
        kept = session.query(Translated).one()
    assert not [one for one in ("LOPEZ", "Lopez", "@") if one in kept.words]
    writer.run_blocking(lambda session: forget_words(session, session.need(Message, message.id)))
    assert "QUEME" not in client.get(where).text
    with writer.database.reading() as session:
        assert session.query(Translated).all() == []


@pytest.mark.parametrize(
    ("program", "seconds"),
    [
        ("import sys; sys.exit(3)", 20),
        ("pass", 20),
        ("import time; time.sleep(60)", 1),
    ],
)
def test_a_command_that_fails_says_so_and_leaves_nothing_running(
    program: str, seconds: int
) -> None:
    one = Foreign(message_id=UUID(int=1), words=SPANISH, language="es")
    with pytest.raises(NotTranslated):
        asyncio.run(translating.translate(settings(program, seconds), one, "en"))


def test_a_command_that_is_not_there_is_no_error_for_the_reader() -> None:
    one = Foreign(message_id=UUID(int=1), words=SPANISH, language="es")
    missing = Translation(command=("no-such-program",))
    with pytest.raises(NotTranslated):
        asyncio.run(translating.translate(missing, one, "en"))
