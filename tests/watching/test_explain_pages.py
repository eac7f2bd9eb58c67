"""The same story on a page and in a terminal."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from bot.accounts.models import Role
from bot.db import Writer
from bot.settings import Settings, Shop
from bot.watching import explain_views
from bot.web.app import create_app
from bot.web.house import House
from tests.engagement.community import Community
from tests.engagement.test_listening import WISH
from tests.web.doorway import Client, sign_in, visiting


@pytest.fixture
def client(writer: Writer, tmp_path: Path) -> Iterator[Client]:
    house = House(
        settings=Settings(data=tmp_path, shop=Shop(name="Willow & Wren", zone="Europe/Berlin")),
        database=writer.database,
        writer=writer,
        news=writer.news,
        clock=writer.database.clock,
        secret=b"k" * 32,
    )
    with visiting(create_app(explain_views.routes, house)) as client:
        sign_in(client, writer, Role.MARKETER)
        yield client


async def test_the_page_tells_the_story(community: Community, client: Client) -> None:
    await community.say(f"<b>{WISH}</b>", author="<i>Ada</i>")
    (event,) = community.events()
    response = client.get(f"/explain/{event.id}")
    assert response.status_code == 200
    for words in ("Came in from sandbox", "Understood", "Try 1: the network has it"):
        assert words in response.text
    assert "&lt;i&gt;Ada" in response.text
    assert "<i>Ada" not in response.text


@pytest.mark.parametrize(
    "id", [str(UUID(int=7)), "nothing", "a/b/c", "..%2f..%2fetc", "%00", "x" * 900]
)
def test_an_unknown_id_gets_a_clear_sentence(client: Client, id: str) -> None:
    response = client.get(f"/explain/{id}")
    assert response.status_code == 404
    assert "Nothing has this id" in response.text


async def test_an_id_with_slashes_is_found(community: Community, client: Client) -> None:
    await community.hear(replace(community.network.event(WISH), message="page/1?a=b&c"))
    await community.settle()
    asked = client.get("/explain", params={"id": " page/1?a=b&c "})
    assert asked.status_code == 303
    response = client.get(asked.headers["location"])
    assert (response.status_code, WISH in response.text) == (200, True)


def test_without_an_id_it_asks_for_one(client: Client) -> None:
    response = client.get("/explain")
    assert response.status_code == 200
    assert "Nothing has this id" not in response.text


async def test_several_can_be_chosen_from(community: Community, client: Client) -> None:
    for number in range(2):
        await community.hear(community.network.event(f"number {number}"))
    first, second = community.events()
    response = client.get(f"/explain/{first.id.hex[:8]}")
    assert response.status_code == 200
    assert f"/explain/{second.id}" in response.text


def test_german_is_spoken_too(client: Client) -> None:
    response = client.get("/explain/nothing", headers={"accept-language": "de"})
    assert "Nichts hat diese Kennung" in response.text
