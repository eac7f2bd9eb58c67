"""The calendar's pages, as a browser without scripts uses them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from bot.accounts.models import Role
from bot.channels import service as channels
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.outbox.models import Delivery, DeliveryState
from content_calendar.models import Post, Stage
from tests.content_calendar.calendars import (
    becomes,
    channel,
    deliveries,
    due,
    scheduled,
    wall,
)
from tests.web.doorway import Client, csrf, sign_in


@pytest.fixture
def lobby(writer: Writer) -> UUID:
    return writer.run_blocking(lambda session: channel(session).id)


@pytest.fixture
def owner(client: Client, writer: Writer) -> Client:
    sign_in(client, writer, Role.OWNER)
    return client


def send(client: Client, path: str, **fields: Any) -> Any:
    return client.post(path, data=csrf(client) | {k.rstrip("_"): v for k, v in fields.items()})


def composed(lobby: UUID, **changes: Any) -> dict[str, Any]:
    values = {
        "text": "Which lid do you use most?",
        "title": "Lids",
        "channels": str(lobby),
        "date": "2026-03-03",
        "time": "14:30",
        "zone": "Europe/Berlin",
        "act": "schedule",
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def the_post(writer: Writer) -> Post:
    return writer.run_blocking(lambda session: session.scalars(sa.select(Post)).one())


def words(response: Any) -> str:
    """What the page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def test_a_post_is_written_scheduled_and_stands_in_the_month_and_the_list(
    owner: Client, writer: Writer, lobby: UUID
) -> None:
    answer = send(owner, "/posts/new", **composed(lobby))
    assert answer.status_code == 303
    assert writer.run_blocking(due) == ["03-03 14:30"]
    for view in ("month", "list"):
        seen = owner.get(f"/calendar?view={view}&month=2026-03")
        assert seen.status_code == 200
        assert "14:30" in words(seen)
        assert "Lids" in words(seen)
    assert 'aria-current="date"' in owner.get("/calendar").text


@pytest.mark.parametrize(("act", "wait"), [("now", 0), ("soon", 60)])
def test_publishing_needs_no_date(
    owner: Client, writer: Writer, lobby: UUID, clock: FrozenClock, act: str, wait: int
) -> None:
    send(owner, "/posts/new", **composed(lobby, act=act, date=None, time=None))
    (delivery,) = writer.run_blocking(deliveries)
    assert delivery.due_at == clock.now() + timedelta(seconds=wait)


def test_everything_wrong_is_said_at_once_and_what_was_typed_is_kept(
    owner: Client, writer: Writer, lobby: UUID
) -> None:
    wrong = composed(lobby, text="x" * 2001, date="2026-03-01", product="Nothing", zone="Berlin")
    answer = send(owner, "/posts/new", **wrong)
    assert answer.status_code == 422
    said = words(answer)
    assert "The text is 1 too long" in said
    assert "no product" in said
    assert "no time zone" in said
    assert "x" * 2001 in answer.text
    assert 'value="2026-03-01"' in answer.text
    assert writer.run_blocking(deliveries) == []


def test_a_marketer_asks_and_an_approver_agrees(
    client: Client, writer: Writer, lobby: UUID
) -> None:
    sign_in(client, writer, Role.MARKETER)
    assert "Request approval" in words(client.get("/posts/new"))
    assert "Publish now" not in words(client.get("/posts/new"))
    assert send(client, "/posts/new", **composed(lobby)).status_code == 403
    send(client, "/posts/new", **composed(lobby, act="review"))
    post = the_post(writer)
    assert post.stage is Stage.IN_REVIEW
    assert send(client, f"/posts/{post.id}/schedule", version=1).status_code == 403
    sign_in(client, writer, Role.APPROVER)
    assert "Approve and schedule" in words(client.get(f"/posts/{post.id}"))
    send(client, f"/posts/{post.id}", **composed(lobby, version=1))
    assert writer.run_blocking(due) == ["03-03 14:30"]


def test_who_was_slower_keeps_the_words_and_reads_who_was_faster(
    owner: Client, writer: Writer, lobby: UUID
) -> None:
    send(owner, "/posts/new", **composed(lobby))
    post = the_post(writer)
    send(owner, f"/posts/{post.id}", **composed(lobby, version=1, text="First?"))
    late = send(owner, f"/posts/{post.id}", **composed(lobby, version=1, text="Second?"))
    assert late.status_code == 409
    assert "The owner saved this post in the meantime" in words(late)
    assert "Second?" in late.text
    assert the_post(writer).text == "First?"


def test_a_move_can_be_undone(owner: Client, writer: Writer, lobby: UUID) -> None:
    send(owner, "/posts/new", **composed(lobby))
    post = the_post(writer)
    send(
        owner,
        f"/posts/{post.id}/move",
        version=1,
        date="2026-03-05",
        time="09:00",
        zone="Europe/Berlin",
    )
    assert writer.run_blocking(due) == ["03-05 09:00"]
    undo = re.search(r'action="(/posts/[^"]*/move\?[^"]*)"', owner.get(f"/posts/{post.id}").text)
    assert undo
    send(owner, unescape(undo[1]))
    assert writer.run_blocking(due) == ["03-03 14:30"]


def test_taking_it_off_can_be_undone(owner: Client, writer: Writer, lobby: UUID) -> None:
    send(owner, "/posts/new", **composed(lobby))
    post = the_post(writer)
    send(owner, f"/posts/{post.id}/unschedule", version=1)
    assert writer.run_blocking(deliveries) == []
    undo = re.search(r'action="([^"]*/schedule\?[^"]*)"', owner.get(f"/posts/{post.id}").text)
    assert undo
    send(owner, undo[1])
    assert writer.run_blocking(due) == ["03-03 14:30"]


def test_a_move_that_comes_too_late_says_why(owner: Client, writer: Writer, lobby: UUID) -> None:
    send(owner, "/posts/new", **composed(lobby))
    post = the_post(writer)
    writer.run_blocking(lambda session: becomes(session, DeliveryState.SENDING))
    send(
        owner,
        f"/posts/{post.id}/move",
        version=1,
        date="2026-03-05",
        time="09:00",
        zone="Europe/Berlin",
    )
    assert "going out right now" in words(owner.get(f"/posts/{post.id}"))
    assert writer.run_blocking(due) == ["03-03 14:30"]


def test_a_weekly_series_stands_in_the_next_months_as_ghosts_and_one_can_be_skipped(
    owner: Client, writer: Writer, lobby: UUID
) -> None:
    weekly = composed(lobby, repeat="week", days=["TU", "TH"])
    send(owner, "/posts/new", **weekly)
    june = owner.get("/calendar?view=month&month=2026-06")
    assert june.text.count("entry-ghost") == 10  # the first week of July is shown too
    post = the_post(writer)
    assert "Every Tuesday and Thursday" in words(owner.get(f"/posts/{post.id}"))
    send(owner, f"/posts/{post.id}/skip", version=1, on="2026-03-05T14:30:00")
    assert writer.run_blocking(due)[:2] == ["03-03 14:30", "03-10 14:30"]
    undo = re.search(r'action="([^"]*/unskip\?[^"]*)"', owner.get("/calendar").text)
    assert undo
    send(owner, unescape(undo[1]))
    assert writer.run_blocking(due)[:2] == ["03-03 14:30", "03-05 14:30"]


def test_only_this_one_of_a_series_gets_other_words(
    owner: Client, writer: Writer, lobby: UUID
) -> None:
    weekly = composed(lobby, repeat="week", days=["TU"])
    send(owner, "/posts/new", **weekly)
    post = the_post(writer)
    on = "2026-03-10T14:30:00"
    assert "only this one" in words(owner.get(f"/posts/{post.id}?on={on}"))
    change = {"version": 1, "on": on, "scope": "this", "text": "Other words?", "date": "2026-03-10"}
    send(owner, f"/posts/{post.id}", **(weekly | change | {"act": "draft"}))
    said = [each.content["text"] for each in writer.run_blocking(deliveries)]
    assert said[:3] == ["Which lid do you use most?", "Other words?", "Which lid do you use most?"]


def test_a_full_day_shows_four_and_the_number_of_the_rest(owner: Client, writer: Writer) -> None:

    def fill(session: Session) -> None:
        for minute in range(6):
            scheduled(session, f"2026-03-04T10:0{minute}", title=f"Post {minute}")

    writer.run_blocking(fill)
    month = owner.get("/calendar?view=month&month=2026-03")
    assert month.text.count('class="entry ') == 4
    assert "+2 more" in words(month)
    assert "Post 5" in words(owner.get("/calendar?view=list&day=2026-03-04"))


def test_a_hole_in_the_calendar_is_marked(owner: Client, lobby: UUID) -> None:
    send(owner, "/posts/new", **composed(lobby, date="2026-03-20"))
    assert "18 days without a post" in words(owner.get("/calendar?view=month&month=2026-03"))


def test_a_phone_gets_the_list_first(owner: Client) -> None:
    phone = {"user-agent": "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36"}
    assert 'class="month"' in owner.get("/calendar").text
    assert 'class="month"' not in owner.get("/calendar", headers=phone).text


@pytest.mark.parametrize(
    "address", ["?month=x&zone=Mars&day=2026-13-40", "?month=0001-01", "?day="]
)
def test_a_strange_address_gives_a_calendar(owner: Client, address: str) -> None:
    assert owner.get(f"/calendar{address}").status_code == 200


def test_what_went_out_is_locked_and_shows_what_became_of_it(
    owner: Client, writer: Writer, lobby: UUID
) -> None:
    send(owner, "/posts/new", **composed(lobby))
    post = the_post(writer)
    writer.run_blocking(lambda session: becomes(session, DeliveryState.SENT))
    seen = owner.get(f"/posts/{post.id}")
    assert "Published" in words(seen)
    assert "0 replies" in words(seen)
    assert "<textarea" not in seen.text


@pytest.mark.parametrize(
    ("state", "word", "becomes_"),
    [
        (DeliveryState.UNKNOWN, "sent", DeliveryState.SENT),
        (DeliveryState.UNKNOWN, "again", DeliveryState.PENDING),
        (DeliveryState.REFUSED, "again", DeliveryState.PENDING),
        (DeliveryState.REFUSED, "drop", DeliveryState.CANCELLED),
        (DeliveryState.HELD, "again", DeliveryState.PENDING),
    ],
)
def test_what_needs_a_look_is_settled_with_one_click(
    owner: Client,
    writer: Writer,
    state: DeliveryState,
    word: str,
    becomes_: DeliveryState,
) -> None:
    writer.run_blocking(lambda session: scheduled(session).id)
    writer.run_blocking(lambda session: becomes(session, state))
    assert "Which lid do you use most?" in words(owner.get("/needs-a-look"))
    assert 'aria-label="Needs a look"' in owner.get("/calendar?month=2026-03").text
    (delivery,) = writer.run_blocking(deliveries)
    assert f"/needs-a-look/{delivery.id}/{word}" in owner.get("/needs-a-look").text
    send(owner, f"/needs-a-look/{delivery.id}/{word}")
    after = writer.run_blocking(lambda session: session.need(Delivery, delivery.id).state)
    assert after is becomes_
    assert "Nothing needs a look" in words(owner.get("/needs-a-look"))


def test_everything_that_was_held_goes_out_with_one_click(owner: Client, writer: Writer) -> None:
    def fill(session: Session) -> None:
        for day in (3, 4, 5):
            scheduled(session, f"2026-03-0{day}T10:00")

    writer.run_blocking(fill)
    writer.run_blocking(lambda session: becomes(session, DeliveryState.HELD, count=3))
    send(owner, "/needs-a-look/held/again")
    states = {each.state for each in writer.run_blocking(deliveries)}
    assert states == {DeliveryState.PENDING}


def test_a_settled_one_is_not_settled_twice(owner: Client, writer: Writer) -> None:
    writer.run_blocking(lambda session: scheduled(session).id)
    (delivery,) = writer.run_blocking(deliveries)
    send(owner, f"/needs-a-look/{delivery.id}/sent")
    assert "can't be changed" in words(owner.get("/needs-a-look"))


def test_a_silent_channel_speaks_again(owner: Client, writer: Writer) -> None:
    def pause(session: Any) -> UUID:
        lobby = channel(session)
        channels.pause(session, lobby, "The token was revoked.")
        return lobby.id

    lobby = writer.run_blocking(pause)
    assert "The token was revoked." in words(owner.get("/needs-a-look"))
    send(owner, f"/needs-a-look/channels/{lobby}/resume")
    assert "Nothing needs a look" in words(owner.get("/needs-a-look"))


def test_the_preview_shows_the_words_and_hints(owner: Client, lobby: UUID) -> None:
    send(owner, "/posts/new", **composed(lobby))
    same = composed(lobby, title="Again", date="2026-03-09")
    seen = words(send(owner, "/posts/preview", **same))
    assert "Which lid do you use most?" in seen
    assert "The same words go to webchat lobby within 30 days, in “Lids”." in seen
    assert "asks nothing" in words(send(owner, "/posts/preview", **(same | {"text": "Hello."})))


def test_a_draft_can_be_duplicated_and_deleted(owner: Client, writer: Writer) -> None:
    writer.run_blocking(lambda session: scheduled(session).id)
    first = the_post(writer)
    copy = send(owner, f"/posts/{first.id}/duplicate").headers["location"]
    assert "Draft" in words(owner.get(copy))
    send(owner, f"{copy}/delete", version=1)
    assert owner.get(copy).status_code == 404
    assert the_post(writer).id == first.id
    assert wall("2026-03-03T14:30") == first.local


@pytest.mark.parametrize("view", ["month", "list"])
def test_a_full_calendar_takes_no_more_statements_than_a_quiet_one(
    owner: Client, writer: Writer, view: str
) -> None:
    counts = []
    for hour in (10, 11):
        writer.run_blocking(lambda session, hour=hour: _fill(session, hour))  # type: ignore[misc]  # lambda defaults
        with _counting() as statements:
            assert owner.get(f"/calendar?view={view}&month=2026-03").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def _fill(session: Session, hour: int) -> None:
    both = (channel(session).id, channel(session, "telegram").id)
    for minute in range(12):
        scheduled(session, f"2026-03-04T{hour}:{minute:02}", channel_ids=both)


@contextmanager
def _counting() -> Iterator[list[str]]:
    """Every statement that any database is given meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_further: Any) -> None:
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_the_list_of_a_month_is_cut_and_the_day_has_them_all(owner: Client, writer: Writer) -> None:
    writer.run_blocking(lambda session: _fill(session, 10))
    month = owner.get("/calendar?view=list&month=2026-03")
    assert month.text.count('class="card item') == 8
    assert "+4 more" in words(month)
    day = owner.get("/calendar?view=list&day=2026-03-04")
    assert day.text.count('class="card item') == 12


def test_a_day_is_as_long_as_the_clocks_make_it(owner: Client, writer: Writer) -> None:
    def fill(session: Session) -> None:
        for local in ("2026-03-29T00:30", "2026-03-29T23:30", "2026-03-30T00:30"):
            scheduled(session, local)

    writer.run_blocking(fill)
    day = words(owner.get("/calendar?view=list&day=2026-03-29"))
    assert ("00:30" in day, "23:30" in day, day.count("Scheduled")) == (True, True, 2)
