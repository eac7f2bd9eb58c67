"""The door, as a browser meets it."""

import pytest

from bot.accounts import service
from bot.accounts.models import Role
from bot.db import Writer
from tests.web.doorway import Client, csrf, sign_in


def link(writer: Writer) -> str:
    token = writer.run_blocking(
        lambda session: service.invite(session, "Mia", "mia@shop.example", Role.MARKETER)
    )
    return f"/enter/{token}"


def test_a_link_shows_a_button_that_lets_in(client: Client, writer: Writer) -> None:
    address = link(writer)
    fields = csrf(client)
    shown = client.get(address)
    assert (shown.status_code, shown.headers["referrer-policy"]) == (200, "no-referrer")
    entered = client.post(address, data=fields)
    assert (entered.status_code, entered.headers["location"]) == (303, "/calendar")
    cookie = next(one for one in entered.headers.get_list("set-cookie") if "hubbub=" in one)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Hello Mia" in client.get("/calendar").text


def test_looking_at_a_link_uses_nothing_up(client: Client, writer: Writer) -> None:
    address = link(writer)
    for _ in range(5):
        assert client.get(address).status_code == 200
    assert client.get("/calendar").status_code == 303
    assert client.post(address, data=csrf(client) | {}).status_code == 403  # another link's cookie
    client.get(address)
    assert client.post(address, data=csrf_kept(client, address)).status_code == 303


def csrf_kept(client: Client, address: str) -> dict[str, str]:
    """The field of the page at this address, which also sets its cookie."""
    text = client.get(address).text
    return {"_csrf_token": text.split('name="_csrf_token" value="')[1].split('"')[0]}


def test_a_scanner_that_presses_without_cookies_gets_nothing(
    client: Client, writer: Writer
) -> None:
    address = link(writer)
    fields = csrf_kept(client, address)
    client.cookies.delete("hubbub-entering")
    assert client.post(address, data=fields).status_code == 403
    assert client.post(address, data=csrf_kept(client, address)).status_code == 303


def test_a_used_link_says_so_kindly(client: Client, writer: Writer) -> None:
    address = link(writer)
    client.post(address, data=csrf_kept(client, address))
    again = client.post(address, data=csrf_kept(client, address))
    assert again.status_code == 403
    assert "Ask for a new one" in again.text


def test_every_link_looks_the_same(client: Client, writer: Writer) -> None:
    real, made_up = link(writer), "/enter/" + "x" * 43
    page, other = client.get(real).text, client.get(made_up).text
    assert page.replace(real, "") == other.replace(made_up, "")


def test_leaving_takes_effect_at_once(client: Client, writer: Writer) -> None:
    sign_in(client, writer, Role.MARKETER)
    kept = dict(client.cookies)
    left = client.post("/leave", data=csrf(client))
    assert (left.status_code, left.headers["location"]) == (303, "/enter")
    client.cookies.update(kept)
    assert client.get("/calendar").headers["location"] == "/enter"


def test_revoking_takes_effect_with_the_next_request(client: Client, writer: Writer) -> None:
    user = sign_in(client, writer, Role.MARKETER)
    assert client.get("/calendar").status_code == 200
    writer.run_blocking(lambda session: service.revoke_sessions(session, user))
    assert client.get("/calendar").status_code == 303


def test_a_role_that_changed_counts_at_once(client: Client, writer: Writer) -> None:
    sign_in(client, writer, Role.APPROVER)
    assert client.get("/approvals").status_code == 200
    writer.run_blocking(
        lambda session: service.invite(
            session, "The approver", "approver@shop.example", Role.MARKETER
        )
    )
    assert client.get("/approvals").status_code == 403


@pytest.mark.parametrize("role", [None, Role.MARKETER])
def test_the_first_page(client: Client, writer: Writer, role: Role | None) -> None:
    if role:
        sign_in(client, writer, role)
    assert client.get("/").headers["location"] == ("/calendar" if role else "/chat")
    assert client.get("/enter").status_code == (303 if role else 200)


def test_pressing_too_often_is_answered_with_patience(client: Client) -> None:
    fields = csrf(client)
    statuses = [client.post("/enter/guess", data=fields).status_code for _ in range(25)]
    assert statuses == [403] * 20 + [429] * 5
