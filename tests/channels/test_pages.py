"""Settings: read by all staff, changed by the owner."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from bot.accounts.models import Role, User
from bot.channels.models import Channel, Overdue
from bot.channels.service import ensure
from bot.db import Database, Session
from bot.processes import Me, Part
from bot.processes.service import beat
from tests.inbox.talk import ACCOUNT, NETWORK, counting
from tests.web.doorway import TOKEN, Client, csrf

GIVEN = {"name": "Kitchen table", "overdue": "spread", "burst_most": "3", "burst_minutes": "15"}


@pytest.fixture
def place(session: Session) -> Channel:
    channel = ensure(session, network=NETWORK, account=ACCOUNT, remote_id="lounge", name="Lounge")
    session.commit()
    return channel


def test_settings_say_in_words_what_is_set_up(place: Channel, client: Client) -> None:
    page = client.get("/settings").text
    for said in (
        "Willow &amp; Wren",
        "Europe/Berlin",
        "English, German",
        "Lounge",
        "Late posts: ask me first",
        "at most 5 posts in 10 minutes",
        "Sandbox",
        "The owner",
    ):
        assert said in page


def test_the_processes_are_shown_with_what_they_own(session: Session, client: Client) -> None:
    assert "Reads and tells" not in client.get("/settings").text
    for name, part in (("ada", Part.WORKER), ("bo", Part.CONNECT)):
        me = Me(name=name, part=part, key="k", started_at=session.now())
        beat(session, me, [(NETWORK, ACCOUNT)] if part.connects else [], {}, lease=timedelta(1))
    session.commit()
    page = client.get("/settings").text
    for said in ("Reads and tells", "ada", "Listens and delivers", "bo"):
        assert said in page
    assert page.count(f"speaks for {NETWORK}/{ACCOUNT}") == 1


def test_without_places_it_says_how_they_come(client: Client) -> None:
    assert "No channels yet" in client.get("/settings").text


def test_a_place_is_changed(session: Session, place: Channel, client: Client) -> None:
    changed = client.post(f"/settings/channels/{place.id}/change", data=csrf(client) | GIVEN)
    assert changed.status_code == 303
    session.refresh(place)
    assert (place.name, place.overdue, place.burst_most, place.burst_minutes) == (
        "Kitchen table",
        Overdue.SPREAD,
        3,
        15,
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Please fill this in."),
        ({"burst_most": "0"}, "This must be at least 1."),
        ({"burst_minutes": "soon"}, "Please write a whole number."),
        ({"overdue": "never"}, "Please choose one of the list."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    session: Session, place: Channel, client: Client, wrong: dict[str, str], said: str
) -> None:
    given = GIVEN | wrong
    refused = client.post(f"/settings/channels/{place.id}/change", data=csrf(client) | given)
    assert (refused.status_code, said in refused.text) == (422, True)
    assert f'value="{given["burst_most"]}"' in refused.text
    session.refresh(place)
    assert place.name == "Lounge"


def test_pausing_and_resuming(session: Session, place: Channel, client: Client) -> None:
    client.post(f"/settings/channels/{place.id}/pause", data=csrf(client))
    page = client.get("/settings").text
    assert "Paused by The owner." in page
    assert f'action="/settings/channels/{place.id}/resume"' in page
    client.post(f"/settings/channels/{place.id}/resume", data=csrf(client))
    session.refresh(place)
    assert place.paused_because == ""


def test_a_marketer_sees_settings_and_changes_none(place: Channel, marketer: Client) -> None:
    page = marketer.get("/settings").text
    assert "Only an owner can change it." in page
    assert "<form" not in page.partition("<main")[2]
    for path in (f"/settings/channels/{place.id}", "/settings/people/new"):
        assert marketer.get(path).status_code == 403
    for path in (
        f"/settings/channels/{place.id}/change",
        f"/settings/channels/{place.id}/pause",
        f"/settings/channels/{place.id}/resume",
        "/settings/people",
        f"/settings/people/{uuid4()}/disable",
    ):
        assert marketer.post(path, data=csrf(marketer)).status_code == 403


def test_an_invitation_is_shown_once_and_lets_in(session: Session, client: Client) -> None:
    given = {"name": "Ada", "email": "Ada@shop.example", "role": "approver"}
    invited = client.post("/settings/people", data=csrf(client) | given)
    link = re.search(r"/enter/[\w-]+", invited.text)
    assert link is not None
    assert link[0] not in client.get("/settings").text
    client.cookies.clear()
    button = TOKEN.search(client.get(link[0]).text)
    assert button is not None
    entered = client.post(link[0], data={"_csrf_token": button[1]})
    assert entered.status_code == 303
    ada = session.scalars(sa.select(User).filter_by(email="ada@shop.example")).one()
    assert (ada.name, ada.role) == ("Ada", Role.APPROVER)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"email": "ada@shop.example"}, "Please fill this in."),
        ({"name": "Ada", "email": "nowhere"}, "This doesn&#39;t look like an e-mail address."),
        ({"name": "Ada", "email": "a@b.c", "role": "queen"}, "Please choose one of the list."),
    ],
)
def test_a_wrong_invitation_says_what_to_mend(
    client: Client, given: dict[str, str], said: str
) -> None:
    refused = client.post("/settings/people", data=csrf(client) | given)
    assert (refused.status_code, said in refused.text) == (422, True)


def test_somebody_is_let_in_no_more(session: Session, client: Client) -> None:
    client.post("/settings/people", data=csrf(client) | {"name": "Ada", "email": "a@b.example"})
    ada = session.scalars(sa.select(User).filter_by(email="a@b.example")).one()
    session.commit()
    client.post(f"/settings/people/{ada.id}/disable", data=csrf(client))
    assert "Ada can&#39;t come in any more." in client.get("/settings").text
    session.refresh(ada)
    assert ada.disabled_at is not None


def test_the_last_owner_stays(session: Session, client: Client) -> None:
    owner = session.scalars(sa.select(User)).one()
    session.commit()
    refused = client.post(f"/settings/people/{owner.id}/disable", data=csrf(client))
    assert refused.status_code == 409
    assert "the only owner" in refused.text


def test_settings_take_as_many_statements_for_many_places_as_for_one(
    database: Database, session: Session, place: Channel, client: Client
) -> None:
    counted = []
    for number in range(2):
        with counting(database) as statements:
            assert client.get("/settings").status_code == 200
        counted.append(len(statements))
        for each in range(10):
            remote = f"{number}-{each}"
            ensure(session, network=NETWORK, account=ACCOUNT, remote_id=remote)
        session.commit()
    assert counted[0] == counted[1]
