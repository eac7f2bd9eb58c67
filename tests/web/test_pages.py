"""What stands around a page, and what every answer carries."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.accounts.models import Role
from bot.db import Writer
from bot.settings import Settings
from bot.settings import Web as WebSettings
from bot.web.app import create_app
from bot.web.house import House
from bot.web.pages import back_to
from bot.web.templating import STATIC, static, template_folders
from tests.web.doorway import Client, routes, sign_in, visiting

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_sqlite
def test_the_rail_shows_sections_with_counts_and_channels(client: Client, writer: Writer) -> None:
    sign_in(client, writer, Role.MARKETER)
    text = client.get("/calendar").text
    assert "Hello The marketer, 09:00" in text
    assert '<a href="/calendar" aria-current="page">' in text
    assert '<span class="count">7</span>' in text
    assert "Square" in text
    assert 'data-events="/events"' in text


@on_sqlite
def test_guests_see_no_rail(client: Client, writer: Writer) -> None:
    sign_in(client, writer, Role.MARKETER)
    text = client.get("/open").text
    assert "For everybody" in text
    assert "rail-nav" not in text


@on_sqlite
def test_pages_are_never_kept_and_static_files_by_their_hash(client: Client) -> None:
    assert client.get("/open").headers["cache-control"] == "no-store"
    kept = client.get(static("hubbub.css"))
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert kept.headers["content-encoding"] == "gzip"
    assert client.get("/static/hubbub.css").headers["cache-control"] == "no-cache"
    assert client.get("/static/nothing.css?v=1").headers["cache-control"] == "no-cache"


def test_every_room_s_templates_are_found() -> None:
    folders = template_folders()
    assert folders[0] == STATIC.parent / "templates"
    assert any(folder.parent.name == "accounts" for folder in folders)


@on_sqlite
def test_https_binds_cookies_to_the_host(house: House, writer: Writer, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, web=WebSettings(public_url="https://hub.example/"))
    with visiting(create_app(routes, replace(house, settings=settings))) as client:
        response = client.get("/enter/nothing", headers={"host": "evil.example"})
        cookies = response.headers.get_list("set-cookie")
        assert {cookie.split("=")[0] for cookie in cookies} == {
            "__Host-hubbub-csrf",
            "__Host-hubbub-entering",
        }
        for cookie in cookies:
            assert "Secure" in cookie
            assert "HttpOnly" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie
        assert "evil.example" not in response.text
        assert response.headers["strict-transport-security"] == "max-age=31536000"
        user = sign_in(client, writer, Role.MARKETER)
        assert user.name in client.get("/calendar").text


@pytest.mark.parametrize("path", ["https://evil.example", "//evil.example", "/\\evil", "calendar"])
def test_the_way_back_stays_with_us(path: str) -> None:
    with pytest.raises(ValueError, match="only our own pages"):
        back_to(path)
