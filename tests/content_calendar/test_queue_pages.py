"""The queue's forms without any script: who may what, and what happens to what was typed."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from bot.accounts.models import Role
from bot.db import Session, Writer
from content_calendar.models import Post, Stage
from content_calendar.queue.models import Category, Evergreen, Filling, WeeklySlot
from tests.content_calendar.calendars import channel
from tests.content_calendar.queues import TIPS, category, evergreen
from tests.web.doorway import Client, csrf, sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SLOT = "/queue/fill"


@pytest.fixture
def ids(writer: Writer) -> dict[str, UUID]:
    def furnish(session: Session) -> dict[str, UUID]:
        kind = category(session, Filling.SUGGEST)
        one = evergreen(session, kind.id, TIPS[0])
        slot = session.scalars(sa.select(WeeklySlot).filter_by(weekday=3)).one()
        return {"kind": kind.id, "one": one.id, "slot": slot.id, "lobby": channel(session).id}

    return writer.run_blocking(furnish)


def post(client: Client, path: str, **form: object) -> tuple[int, str]:
    """Status, and where it leads or what it says."""
    answer = client.post(path, data=csrf(client) | {key: str(it) for key, it in form.items()})
    return answer.status_code, answer.headers.get("location") or answer.text


def posts(writer: Writer) -> list[Post]:
    return writer.run_blocking(lambda session: list(session.scalars(sa.select(Post))))


def test_a_marketer_asks_for_approval(client: Client, writer: Writer, ids: dict[str, UUID]) -> None:
    sign_in(client, writer, Role.MARKETER)
    page = client.get("/queue").text
    assert "Ask for approval" in page and 'value="automatic"' not in page
    post(client, SLOT, slot=ids["slot"], local="2026-03-05T10:00:00", evergreen=ids["one"])
    [made] = posts(writer)
    assert (made.stage, made.text) == (Stage.IN_REVIEW, TIPS[0])


def test_pressed_twice_it_is_used_once(
    client: Client, writer: Writer, ids: dict[str, UUID]
) -> None:
    sign_in(client, writer, Role.APPROVER)
    form = {"slot": ids["slot"], "local": "2026-03-05T10:00:00", "evergreen": ids["one"]}
    post(client, SLOT, **form)
    post(client, SLOT, **form)
    assert len(posts(writer)) == 1
    assert "That has changed in the meantime." in client.get("/queue").text


UNFILLABLE: tuple[tuple[dict[str, object], str], ...] = (
    ({"local": "2026-03-06T10:00:00"}, "That slot has passed, or is no longer there."),
    ({"local": "2026-02-26T10:00:00"}, "That slot has passed, or is no longer there."),
    ({"local": "soon"}, "Something is missing there."),
    ({"evergreen": ""}, "Something is missing there."),
    ({"slot": UUID(int=7)}, "That slot has passed, or is no longer there."),
    ({"evergreen": UUID(int=7)}, "That has changed in the meantime."),
)


def test_what_can_t_be_filled_says_so(client: Client, writer: Writer, ids: dict[str, UUID]) -> None:
    sign_in(client, writer, Role.OWNER)
    fine = {"slot": ids["slot"], "local": "2026-03-05T10:00:00", "evergreen": ids["one"]}
    for form, said in UNFILLABLE:
        post(client, SLOT, **fine | form)
        assert said in client.get("/queue").text, form
    assert posts(writer) == []


def test_nobody_overwrites_another_s_words(
    client: Client, writer: Writer, ids: dict[str, UUID]
) -> None:
    sign_in(client, writer, Role.OWNER)
    path = f"/queue/evergreens/{ids['one']}"
    form = {"category": ids["kind"], "version": 1, "cool_down_days": 30}
    assert post(client, path, text="First!", **form)[0] == 303
    status, page = post(client, path, text="My own long words", **form)
    assert status == 409 and "My own long words" in page and "Somebody changed this" in page
    one = writer.run_blocking(lambda session: session.need(Evergreen, ids["one"]))
    assert one.text == "First!"


WRONG: tuple[tuple[dict[str, object], int, str], ...] = (
    ({"text": " "}, 422, "write a text"),
    ({"text": "x" * 20_001}, 422, "at most 20000 characters"),
    ({"cool_down_days": -1}, 422, "must be at least 0"),
    ({"most_uses": 0}, 422, "must be at least 1"),
    ({"expires_on": "never"}, 422, "give a date"),
    ({"category": UUID(int=7)}, 404, ""),
)


def test_what_is_wrong_with_an_evergreen_stands_beside_its_field(
    client: Client, writer: Writer, ids: dict[str, UUID]
) -> None:
    sign_in(client, writer, Role.OWNER)
    fine = {"text": "Who bakes?", "category": ids["kind"], "cool_down_days": 30}
    for form, status, said in WRONG:
        found, page = post(client, "/queue/evergreens/new", **fine | form)
        assert (found, said in page) == (status, True), form


NO_TIMES: tuple[tuple[dict[str, object], str], ...] = (
    ({"days": "XX"}, "choose one of the list"),
    ({"days": ""}, "Please fill this in"),
    ({"time": "25:00"}, "give a time"),
    ({"zone": "Mars/Base"}, "There is no time zone"),
    ({"channels": UUID(int=7)}, "no longer there"),
)


def test_what_is_wrong_with_a_time_is_said_and_nothing_typed_is_lost(
    client: Client, writer: Writer, ids: dict[str, UUID]
) -> None:
    sign_in(client, writer, Role.OWNER)
    fine = {"channels": ids["lobby"], "days": "WE", "time": "18:45", "zone": "Europe/Berlin"}
    for form, said in NO_TIMES:
        status, page = post(client, f"/queue/categories/{ids['kind']}/slots", **fine | form)
        assert status == 422 and said in page, form
        assert str((fine | form)["time"]) in page


def test_a_removed_time_comes_back_with_undo(
    client: Client, writer: Writer, ids: dict[str, UUID]
) -> None:
    sign_in(client, writer, Role.MARKETER)
    status, there = post(client, f"/queue/slots/{ids['slot']}/remove")
    assert (status, there) == (303, f"/queue/categories/{ids['kind']}")
    page = client.get(there).text
    assert "Thursday" not in page
    undo = page.split('action="')[1:]
    [address] = [it.split('"')[0].replace("&amp;", "&") for it in undo if "/slots?" in it]
    post(client, address)
    assert "Thursday" in client.get(there).text


def test_a_category_with_words_in_it_is_not_thrown_away(
    client: Client, writer: Writer, ids: dict[str, UUID]
) -> None:
    sign_in(client, writer, Role.OWNER)
    post(client, f"/queue/categories/{ids['kind']}/delete")
    assert "still has evergreen posts" in client.get(f"/queue/categories/{ids['kind']}").text
    post(client, f"/queue/evergreens/{ids['one']}/delete", version=1)
    assert post(client, f"/queue/categories/{ids['kind']}/delete") == (303, "/queue")
    assert writer.run_blocking(lambda session: session.find(Category, ids["kind"])) is None


def test_a_marketer_s_evergreen_waits_for_an_approver(
    client: Client, writer: Writer, ids: dict[str, UUID]
) -> None:
    sign_in(client, writer, Role.MARKETER)
    form = {"text": "Who bakes on Mondays?", "category": ids["kind"], "cool_down_days": 30}
    _, there = post(client, "/queue/evergreens/new", **form)
    assert "waits for approval" in client.get(there).text
    assert post(client, f"{there}/approve", version=1)[0] == 403
    sign_in(client, writer, Role.APPROVER)
    assert post(client, f"{there}/approve", version=1)[0] == 303
    assert "waits for approval" not in client.get(there).text
