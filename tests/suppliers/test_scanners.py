"""Programs that look into mail before people do: whatever they try, the link still works after."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import pytest
from litestar import Litestar

from bot.db import Writer
from tests import databases
from tests.browser import OpenPage
from tests.suppliers.doors import DOORS, FIELD, Door, served
from tests.web.doorway import Client


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One engine: which of them redeems is tested elsewhere."""
    return databases.sqlite_url(tmp_path)


def looks_only(client: Client, link: str) -> None:
    """As most do, several times over."""
    for _ in range(5):
        assert client.get(link).status_code == 200


def asks_for_the_head(client: Client, link: str) -> None:
    assert client.head(link).status_code in {200, 405}


def posts_without_the_cookies(client: Client, link: str) -> None:
    """Looks, then presses in a fresh connection: Outlook's Safe Links has been seen to."""
    field = FIELD.findall(client.get(link).text)[0]
    client.cookies.clear()
    for data in ({}, {"_csrf_token": field}, {"_csrf_token": "0" * 128}):
        assert client.post(link, data=data).status_code == 403


def posts_with_the_cookie_of_another_link(client: Client, link: str) -> None:
    """A scanner that keeps cookies and has looked at some other link only."""
    door = link[: link.rindex("/") + 1]
    field = FIELD.findall(client.get(f"{door}another").text)[0]
    assert client.post(link, data={"_csrf_token": field}).status_code == 403


def follows_every_link(client: Client, link: str) -> None:
    page = client.get(link).text
    for address in re.findall(r'(?:href|src|action)="([^"#]+)"', page):
        assert client.get(urljoin(link, address)).status_code < 500


def submits_every_form_without_cookies(client: Client, link: str) -> None:
    page = client.get(link).text
    client.cookies.clear()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    for action in re.findall(r'<form[^>]*action="([^"]+)"', page):
        client.cookies.clear()
        assert client.post(action, data=hidden).status_code == 403


def tries_other_methods(client: Client, link: str) -> None:
    for method in ("OPTIONS", "PUT", "PATCH", "DELETE"):
        assert client.request(method, link).status_code in {204, 403, 405}


PROFILES = [
    looks_only,
    asks_for_the_head,
    posts_without_the_cookies,
    posts_with_the_cookie_of_another_link,
    follows_every_link,
    submits_every_form_without_cookies,
    tries_other_methods,
]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.path)
@pytest.mark.parametrize("scan", PROFILES, ids=lambda scan: str(scan.__name__))
def test_no_scanner_gets_in_or_uses_a_link_up(
    client: Client, writer: Writer, scan: Callable[[Client, str], None], door: Door
) -> None:
    link = door.link(writer)
    scan(client, link)
    assert door.entered(writer) == 0
    client.cookies.clear()
    field = FIELD.findall(client.get(link).text)[0]  # now the person comes
    assert client.post(link, data={"_csrf_token": field}).status_code == 303
    assert door.entered(writer) == 1


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.path)
async def test_a_browser_that_presses_nothing_does_not_get_in(
    app: Litestar, writer: Writer, open_page: OpenPage, door: Door
) -> None:
    """A sandbox that opens each link in a real browser, runs its scripts and waits."""
    link = door.link(writer)
    with served(app) as address:
        page = await open_page()
        await page.goto(address + link, wait_until="networkidle")
        assert door.entered(writer) == 0
        await page.locator("main form button").click()
        await page.wait_for_url(lambda url: link not in url)
        await page.goto("about:blank")
    assert door.entered(writer) == 1


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.path)
async def test_no_page_that_a_link_opens_tells_another_where_it_came_from(
    app: Litestar, writer: Writer, open_page: OpenPage, door: Door
) -> None:
    """No Referer holds the token: neither for what the page loads nor for where one goes on."""
    link, told = door.link(writer), list[str]()
    with served(app) as address:
        page = await open_page()
        page.on("request", lambda request: told.append(request.headers.get("referer", "")))
        await page.goto(address + link, wait_until="networkidle")
        await page.locator("main form button").click()
        await page.wait_for_url(lambda url: link not in url)
        await page.goto("about:blank")
    assert len(told) > 3
    assert not [one for one in told if link in one]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.path)
@pytest.mark.parametrize("header", ["host", "x-forwarded-host", "forwarded", "x-original-host"])
def test_no_header_says_where_we_are(
    client: Client, writer: Writer, door: Door, header: str
) -> None:
    link, evil = door.link(writer), "evil.example"
    headers = {header: f"host={evil}" if header == "forwarded" else evil}
    shown = client.get(link, headers=headers)
    field = FIELD.findall(shown.text)[0]
    gone = client.post(link, data={"_csrf_token": field}, headers=headers)
    assert evil not in shown.text + str(shown.headers) + gone.text + str(gone.headers)
    assert gone.headers["location"].startswith("/")
