"""What goes wrong reads well, and tells nothing that it shouldn't."""

import pytest

from bot.accounts.models import Role
from bot.db import Writer
from tests.web.doorway import Client, sign_in

# Nothing here depends on the engine.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("gone", 404, "Nothing here"),
        ("changed", 409, "Ada moved it to Tuesday."),
        ("wrong", 422, "This can&#39;t be."),
        ("down", 503, "try again"),
        ("bug", 500, "Reference: "),
    ],
)
def test_an_error_is_a_page(client: Client, how: str, status: int, words: str) -> None:
    response = client.get(f"/broken/{how}")
    assert response.status_code == status
    assert words in response.text
    assert "text/html" in response.headers["content-type"]
    for secret in ("Traceback", "sesame", "hunter2", "Unheard"):
        assert secret not in response.text


def test_what_the_log_has_is_found_by_the_reference(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = client.get("/broken/bug").text.split("Reference: ")[1][:8]
    assert reference in capsys.readouterr().out


def test_when_the_database_is_away_come_again(client: Client) -> None:
    assert client.get("/broken/down").headers["retry-after"] == "5"


def test_programs_get_json(client: Client) -> None:
    response = client.get("/broken/changed", headers={"accept": "application/json"})
    assert response.json() == {"error": "Ada moved it to Tuesday."}


def test_htmx_leaves_the_page_and_says_it(client: Client) -> None:
    response = client.get("/broken/changed", headers={"hx-request": "true"})
    assert response.status_code == 409
    assert response.headers["hx-reswap"] == "none"
    assert "Ada moved it to Tuesday." in response.headers["hx-trigger"]
    assert "<html" not in response.text


def test_htmx_without_a_session_goes_to_the_door(client: Client) -> None:
    response = client.get("/calendar", headers={"hx-request": "true"})
    assert (response.status_code, response.headers["hx-redirect"]) == (403, "/enter")


def test_a_role_that_may_not_is_told_so(client: Client, writer: Writer) -> None:
    sign_in(client, writer, Role.MARKETER)
    response = client.get("/settings")
    assert response.status_code == 403
    assert "Your role doesn&#39;t allow this." in response.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/nowhere/%00%ff", 404),
        ("GET", "/static/../app.py", 404),
        ("GET", "/static/nothing.css", 404),
        ("DELETE", "/calendar", 405),
        ("HEAD", "/calendar", 303),
        ("BREW", "/calendar", 405),
        ("POST", "/calendar", 405),
        ("GET", "/notes", 405),
    ],
)
def test_odd_requests_are_refused_with_all_headers(
    client: Client, method: str, path: str, status: int
) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
