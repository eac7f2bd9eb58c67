"""Setting a second factor up and giving it, as a browser meets it."""

import re
from datetime import timedelta

import pytest
from pyotp import HOTP

from bot.accounts import service
from bot.accounts.models import Role, User
from bot.clock import FrozenClock
from bot.db import Writer
from bot.web.access import SESSION_COOKIE
from tests.web.doorway import Client, csrf, sign_in


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: object) -> str:
    """One engine: the service is tested on both."""
    return f"sqlite:///{tmp_path}/hubbub.db"


@pytest.fixture
def mia(client: Client, writer: Writer) -> User:
    return sign_in(client, writer, Role.MARKETER)


def send(client: Client, path: str, code: str = "") -> tuple[int, str]:
    answer = client.post(path, data=csrf(client) | {"code": code})
    return answer.status_code, answer.text


def session_of(client: Client) -> str | None:
    """The session's token, as the server gave it last."""
    return [one.value for one in client.cookies.jar if one.name == SESSION_COOKIE][-1]


def secret_on(page: str) -> str:
    found = re.search(r"<code>((?:[A-Z2-7]{4} ?){8})</code>", page)
    assert found, page
    return found[1].replace(" ", "")


def now(secret: str, clock: FrozenClock) -> str:
    clock.advance(timedelta(seconds=30))  # a code of its own for each use
    return HOTP(secret).at(int(clock.now().timestamp()) // 30)


def set_up(client: Client, clock: FrozenClock) -> tuple[str, list[str]]:
    """The secret and the recovery codes, as the pages show them."""
    send(client, "/account/second-factor")
    secret = secret_on(client.get("/account").text)
    status, page = send(client, "/account/second-factor/confirm", now(secret, clock))
    assert status in {200, 201}
    return secret, re.findall(r"<li>(\w{5}-\w{5})</li>", page)


def come_back(client: Client, writer: Writer, user: User) -> None:
    """Enter again by a new link, in the same browser."""
    token = writer.run_blocking(
        lambda session: service.invite(session, user.name, user.email, user.role)
    )
    client.cookies.delete(SESSION_COOKIE)
    client.get(f"/enter/{token}")
    text = client.get(f"/enter/{token}").text
    field = text.split('name="_csrf_token" value="')[1].split('"')[0]
    assert client.post(f"/enter/{token}", data={"_csrf_token": field}).status_code == 303


def test_it_is_set_up_with_a_picture_a_text_and_a_code(
    client: Client, mia: User, clock: FrozenClock
) -> None:
    assert "Set it up" in client.get("/account").text
    send(client, "/account/second-factor")
    page = client.get("/account").text
    secret = secret_on(page)
    assert '<svg viewBox="0 0' in page and "style=" not in page
    status, page = send(client, "/account/second-factor/confirm", "000000")
    assert (status, "wrong or was used" in page) == (422, True)
    assert secret_on(page) == secret
    token = session_of(client)
    status, page = send(client, "/account/second-factor/confirm", now(secret, clock))
    assert len(re.findall(r"<li>\w{5}-\w{5}</li>", page)) == 10
    assert session_of(client) != token
    page = client.get("/account").text
    assert "10 recovery codes are left" in page
    assert secret not in page.replace(" ", "")  # write-only from now on


def test_who_comes_back_gives_the_code_first(
    client: Client, writer: Writer, mia: User, clock: FrozenClock
) -> None:
    secret, _ = set_up(client, clock)
    come_back(client, writer, mia)
    asked = client.get("/calendar")
    assert (asked.status_code, asked.headers["location"]) == (303, "/second-factor")
    assert "six digits" in client.get("/second-factor").text
    assert client.get("/account").headers["location"] == "/second-factor"
    assert send(client, "/account/second-factor/remove", now(secret, clock))[0] == 303
    half = session_of(client)
    assert half
    assert send(client, "/second-factor", "123")[0] == 422
    assert send(client, "/second-factor", now(secret, clock))[0] == 303
    assert "Hello The marketer" in client.get("/calendar").text
    client.cookies.clear()
    client.cookies.set(SESSION_COOKIE, half)
    assert client.get("/second-factor").headers["location"] == "/enter"  # that token is over


def test_a_code_cannot_be_replayed(
    client: Client, writer: Writer, mia: User, clock: FrozenClock
) -> None:
    secret, _ = set_up(client, clock)
    code = now(secret, clock)
    for status in (303, 422):
        come_back(client, writer, mia)
        assert send(client, "/second-factor", code)[0] == status


def test_a_recovery_code_opens_once(
    client: Client, writer: Writer, mia: User, clock: FrozenClock
) -> None:
    _, codes = set_up(client, clock)
    for status in (303, 422):
        come_back(client, writer, mia)
        assert send(client, "/second-factor", codes[3].upper())[0] == status


def test_too_many_tries_are_told_to_wait(
    client: Client, writer: Writer, mia: User, clock: FrozenClock
) -> None:
    secret, _ = set_up(client, clock)
    come_back(client, writer, mia)
    pages = [send(client, "/second-factor", "000000")[1] for _ in range(6)]
    assert ["too often" in page for page in pages] == [False] * 5 + [True]
    assert send(client, "/second-factor", now(secret, clock))[0] == 422
    clock.advance(timedelta(minutes=14))
    come_back(client, writer, mia)
    clock.advance(timedelta(minutes=1))
    assert send(client, "/second-factor", now(secret, clock))[0] == 303


def test_codes_are_renewed_and_it_is_taken_off_for_a_code(
    client: Client, mia: User, clock: FrozenClock
) -> None:
    secret, old = set_up(client, clock)
    assert send(client, "/account/second-factor/codes", "")[0] == 422
    _, page = send(client, "/account/second-factor/codes", now(secret, clock))
    fresh = re.findall(r"<li>(\w{5}-\w{5})</li>", page)
    assert len(fresh) == 10 and not set(fresh) & set(old)
    assert send(client, "/account/second-factor/remove", "000000")[0] == 422
    assert send(client, "/account/second-factor/remove", now(secret, clock))[0] == 303
    assert "Set it up" in client.get("/account").text
    assert send(client, "/account/second-factor/remove", now(secret, clock))[0] == 409


def test_without_the_keys_there_is_a_sentence_and_no_trace(
    client: Client, mia: User, writer: Writer
) -> None:
    send(client, "/account/second-factor")
    assert writer.database.keys is not None
    writer.database.keys.path.unlink()
    writer.database.keys.path.write_bytes(b"B" * 43 + b"=\n")
    writer.database.keys.__init__(writer.database.keys.path)  # type: ignore[misc]  # as a new process
    answer = client.get("/account")
    assert answer.status_code == 503
    assert "hubbub check" in answer.text
    assert str(writer.database.keys.path) not in answer.text
