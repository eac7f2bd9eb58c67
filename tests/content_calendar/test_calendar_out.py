"""Our calendar in other calendars, and whole tables as files."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]  # ships no types
import sqlalchemy as sa

from bot import export_views
from bot.accounts.models import Role, User
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.outbox.models import DeliveryState
from bot.web.app import create_app
from bot.web.house import House
from content_calendar import service, views
from content_calendar.exchange import views as exchange
from content_calendar.exchange.models import CalendarAddress
from tests.content_calendar.calendars import LIMITS, becomes, deliveries, draft, scheduled
from tests.content_calendar.programs import Program
from tests.web.doorway import Client, csrf, sign_in, visiting

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NASTY = "Lids; a, b\\n\r\nBEGIN:VEVENT\r\n\u202egpj\u200b 👩‍👩‍👧‍👦 \x07"


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    routes = [*views.routes, *exchange.routes, *export_views.routes]
    with visiting(create_app(routes, house)) as client:
        yield client


def subscribe(client: Client, **form: str) -> str:
    made = client.post(
        "/exchange/addresses", data={"address_name": "Phone", **form, **csrf(client)}
    )
    found = re.search(r'value="(http[^"]+/ical/[^"]+)"', made.text)
    assert made.status_code == 200 and found
    return found[1].partition("127.0.0.1:8080")[2]


def events(body: str) -> list[Any]:
    return list(icalendar.Calendar.from_ical(body).walk("VEVENT"))


def test_other_calendars_read_what_is_planned_until_the_address_is_taken_back(
    client: Client, writer: Writer, clock: FrozenClock
) -> None:
    sign_in(client, writer, Role.MARKETER)
    writer.run_blocking(scheduled)
    writer.run_blocking(lambda session: scheduled(session, "2026-03-20T10:00", title=NASTY))
    address = subscribe(client)
    token = address.rpartition("/")[2]
    assert token not in client.get("/exchange").text  # shown once
    client.cookies.clear()  # calendars send none
    read = client.get(address)
    assert read.headers["content-type"].startswith("text/calendar")
    assert len(max(read.text.splitlines(), key=lambda line: len(line.encode())).encode()) <= 75
    first, second = events(read.text)
    assert first["DTSTART"].dt == datetime(2026, 3, 3, 13, 30, tzinfo=UTC)
    assert (str(first["SUMMARY"]), str(first["STATUS"])) == ("Lids", "CONFIRMED")
    assert str(first["URL"]).startswith("http://127.0.0.1:8080/posts/")
    assert "👩‍👩‍👧‍👦" in str(second["SUMMARY"]) and "\x07" not in read.text
    same = client.get(address, headers={"If-None-Match": read.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    writer.run_blocking(lambda session: becomes(session, DeliveryState.SENT))
    now = client.get(address, headers={"If-None-Match": read.headers["etag"]})
    assert now.status_code == 200 and str(events(now.text)[0]["SUMMARY"]) == "✓ Lids"

    with writer.database.reading() as session:
        id = session.scalars(sa.select(CalendarAddress.id)).one()
    sign_in(client, writer, Role.OWNER)  # who may take everybody's back
    client.post(f"/exchange/addresses/{id}/revoke", data=csrf(client))
    client.cookies.clear()
    assert client.get(address).status_code == 404
    assert client.get("/ical/nothing").status_code == 404


def test_a_series_is_there_for_a_year_and_drafts_only_where_asked_for(
    client: Client, writer: Writer
) -> None:
    sign_in(client, writer, Role.MARKETER)
    rrule = "FREQ=WEEKLY;COUNT=30"
    writer.run_blocking(lambda session: scheduled(session, rrule=rrule))

    def keep(session: Session) -> None:
        service.create(session, draft(session, title="Idea"), by=None, capabilities=LIMITS)

    writer.run_blocking(keep)
    plain, full = client.get(subscribe(client)), client.get(subscribe(client, drafts="yes"))
    assert len(events(plain.text)) == 30
    berlin = ZoneInfo("Europe/Berlin")
    walls = {f"{each['DTSTART'].dt.astimezone(berlin):%H:%M}" for each in events(plain.text)}
    assert walls == {"14:30"}  # also behind the change to summer time
    (idea,) = (each for each in events(full.text) if str(each["SUMMARY"]) == "Idea")
    assert str(idea["STATUS"]) == "TENTATIVE"
    judged = recurring_ical_events.of(icalendar.Calendar.from_ical(plain.text))
    assert len(judged.between((2026, 3, 1), (2026, 10, 1))) == 30
    assert len({str(each["UID"]) for each in events(plain.text)}) == 30


def test_the_address_ends_with_whose_it_is(client: Client, writer: Writer) -> None:
    sign_in(client, writer, Role.MARKETER)
    address = subscribe(client)
    assert client.get(address).status_code == 200

    def disable(session: Session) -> None:
        session.scalars(sa.select(User)).one().disabled_at = session.now()

    writer.run_blocking(disable)
    assert client.get(address).status_code == 404


def failed(session: Session) -> None:
    scheduled(session, title="=1+1", text="Sent?")
    scheduled(session, "2026-03-04T10:00", title="Refused", text="Which?")
    becomes(session, DeliveryState.SENT)
    one = deliveries(session)[1]
    one.state, one.note = DeliveryState.REFUSED, "=cmd|'/C calc'!A0"


def test_what_failed_is_exported_with_the_network_s_words_and_no_formula(
    client: Client, writer: Writer
) -> None:
    sign_in(client, writer, Role.MARKETER)
    writer.run_blocking(failed)
    answer = client.get("/exports/publications.csv")
    assert "publications.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\N{BOM}"), newline="")))
    assert [(row["title"], row["state"], row["note"]) for row in rows] == [
        ("'=1+1", "sent", ""),
        ("Refused", "refused", "'=cmd|'/C calc'!A0"),
    ]
    assert client.get("/exports/messages.csv").status_code == 403


def test_programs_export_what_their_owner_may(client: Client, writer: Writer) -> None:
    writer.run_blocking(failed)
    marketer, owner = (
        Program(client, writer, role=Role.MARKETER),
        Program(client, writer, role=Role.OWNER, name="Boss"),
    )
    lines = marketer.get("/exports/publications?format=jsonl").text.split("\r\n")
    assert [json.loads(line)["state"] for line in lines if line] == ["sent", "refused"]
    assert marketer.get("/exports/messages").status_code == 403
    assert owner.get("/exports/messages").status_code == 200
    assert owner.get("/exports/nothing").status_code == 404
