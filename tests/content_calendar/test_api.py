"""The calendar for programs: nothing twice, nothing overwritten, and only what a token is for."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.accounts import api_tokens
from bot.accounts import service as accounts
from bot.accounts.api_tokens import Scope
from bot.accounts.models import ApiToken, AuditEntry, Role, User
from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.errors import InvalidInput
from bot.outbox.models import DeliveryState
from bot.web.app import create_app
from bot.web.house import House
from content_calendar import views
from content_calendar.api import views as api
from content_calendar.models import Post
from tests.content_calendar.calendars import becomes, channel, deliveries, person, scheduled
from tests.content_calendar.programs import Program
from tests.web.doorway import Client, sign_in, visiting

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    with visiting(create_app([*views.routes, *api.routes], house)) as client:
        yield client


@pytest.fixture
def robo(client: Client, writer: Writer) -> Program:
    return Program(client, writer)


@pytest.fixture
def lobby(writer: Writer) -> str:
    return str(writer.run_blocking(lambda session: channel(session).id))


def post_of(lobby: str, **changes: Any) -> dict[str, Any]:
    return {
        "title": "Lids",
        "text": "Which lid do you use most?",
        "channels": [lobby],
        "local": "2026-03-03T14:30:00",
        "campaign": "Spring",
    } | changes


def made(robo: Program, lobby: str, **changes: Any) -> dict[str, Any]:
    answer = robo.call("POST", "/posts", post_of(lobby, **changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def count(writer: Writer) -> int:
    with writer.database.reading() as session:
        return session.scalar(sa.select(sa.func.count(Post.id))) or 0


def test_a_post_is_made_read_changed_moved_scheduled_and_taken_off(
    robo: Program, lobby: str, writer: Writer
) -> None:
    answer = robo.call("POST", "/posts", post_of(lobby))
    post = answer.json()
    assert answer.headers["location"] == f"/api/v1/posts/{post['id']}"
    assert (post["stage"], post["zone"], post["version"]) == ("draft", "Europe/Berlin", 1)
    here = f"/posts/{post['id']}"
    read = robo.get(here)
    assert read.json() == post and read.headers["etag"] == '"1"'

    changed = robo.call("PATCH", here, {"title": "Our lids"}, if_match='"1"').json()
    assert changed == post | {
        "title": "Our lids",
        "version": 2,
        "updated_at": changed["updated_at"],
    }
    moved = robo.call("POST", f"{here}/move", {"local": "2026-03-04T08:00:00"}, if_match='"2"')
    assert moved.json()["local"] == "2026-03-04T08:00:00"
    on = robo.call("POST", f"{here}/schedule", if_match='"3"')
    assert (on.json()["stage"], on.headers["etag"]) == ("scheduled", '"4"')
    times = robo.get(f"{here}/occurrences").json()["items"]
    assert [(each["at"], each["state"]) for each in times] == [
        ("2026-03-04T07:00:00Z", "scheduled")
    ]
    assert times[0]["channels"][0]["state"] == "waiting"
    off = robo.call("POST", f"{here}/unschedule", if_match='"4"')
    assert off.json()["stage"] == "draft"
    gone = robo.call("DELETE", here, if_match='"5"')
    assert (gone.status_code, gone.content) == (204, b"")
    assert robo.get(here).status_code == 404 and count(writer) == 0


def test_the_same_key_gives_the_same_answer_and_makes_one_post(
    robo: Program, lobby: str, writer: Writer
) -> None:
    first = robo.call("POST", "/posts", post_of(lobby), idempotency_key="one")
    again = robo.call("POST", "/posts", post_of(lobby), idempotency_key="one")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    for header in ("etag", "location"):
        assert first.headers[header] == again.headers[header]
    assert again.headers["idempotency-replayed"] == "true"
    assert count(writer) == 1
    other = robo.call("POST", "/posts", post_of(lobby, title="Mugs"), idempotency_key="one")
    assert other.status_code == 422 and "another request" in other.json()["detail"]
    assert count(writer) == 1
    robo.call("POST", "/posts", post_of(lobby), idempotency_key="two")
    assert count(writer) == 2


def test_a_key_is_one_token_s_own(
    client: Client, robo: Program, lobby: str, writer: Writer
) -> None:
    other = Program(client, writer, name="Other")
    robo.call("POST", "/posts", post_of(lobby), idempotency_key="one")
    assert other.call("POST", "/posts", post_of(lobby), idempotency_key="one").status_code == 201
    assert count(writer) == 2


def test_what_was_refused_may_be_asked_again_under_its_key(robo: Program, lobby: str) -> None:
    wrong = robo.call("POST", "/posts", {}, idempotency_key="one")
    assert wrong.status_code == 422
    post = made(robo, lobby)
    here = f"/posts/{post['id']}"
    late = robo.call("PATCH", here, {"title": "New"}, if_match='"7"', idempotency_key="two")
    assert late.status_code == 412
    right = robo.call("PATCH", here, {"title": "New"}, if_match='"1"', idempotency_key="two")
    assert right.status_code == 200
    again = robo.call("PATCH", here, {"title": "New"}, if_match='"1"', idempotency_key="two")
    assert again.content == right.content  # not 412: it was this very change


def test_who_saw_an_older_version_changes_nothing(robo: Program, lobby: str) -> None:
    here = f"/posts/{made(robo, lobby)['id']}"
    assert robo.call("PATCH", here, {"title": "Mine"}, if_match='"1"').status_code == 200
    for method, path, body in (
        ("PATCH", here, {"title": "Theirs"}),
        ("POST", f"{here}/move", {"local": "2026-03-09T10:00:00"}),
        ("POST", f"{here}/schedule", None),
        ("DELETE", here, None),
    ):
        late = robo.call(method, path, body, if_match='"1"')
        assert late.status_code == 412
        assert "saved this post in the meantime" in late.json()["detail"]
        without = robo.call(method, path, body)
        assert without.status_code == 428 and "If-Match" in without.json()["detail"]
    assert robo.get(here).json()["title"] == "Mine"
    assert robo.call("PATCH", here, {"title": "Any"}, if_match="*").status_code == 200


def test_every_problem_is_told_beside_its_field(robo: Program, lobby: str) -> None:
    answer = robo.call("POST", "/posts", {"zone": "Mars/Base", "local": "2026-03-03T10:00"})
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["title"]) == (422, "Unprocessable Entity")
    assert {one["field"] for one in problem["errors"]} == {"text", "zone"}
    for wrong, field in (
        ({"local": "2026-03-03T10:00:00+01:00"}, "local"),
        ({"stage": "scheduled"}, "stage"),
        ({"text": 7}, "text"),
        ({"surprise": 1}, "surprise"),
        ({"product": "nothing"}, "product"),
    ):
        told = robo.call("POST", "/posts", post_of(lobby) | wrong).json()
        assert [one["field"] for one in told["errors"]] == [field], told
    broken = robo.call("POST", "/posts", content="{", content_type="application/json")
    assert broken.status_code == 400 and "JSON" in broken.json()["detail"]


def test_lists_come_in_pages_that_lose_and_repeat_nothing(robo: Program, lobby: str) -> None:
    ids = [made(robo, lobby, title=f"Lid {number}")["id"] for number in range(7)]
    found, cursor = [], ""
    for _ in range(4):
        page = robo.get(f"/posts?limit=2&cursor={cursor}").json()
        found += [each["id"] for each in page["items"]]
        cursor = page["next"]
    assert found == ids and cursor is None
    assert robo.get("/posts?stage=scheduled").json()["items"] == []
    assert len(robo.get("/posts?campaign=Spring").json()["items"]) == 7
    for wrong in ("limit=0", "limit=201", "limit=many", "cursor=!", "stage=odd"):
        refused = robo.get(f"/posts?{wrong}")
        assert refused.status_code in {400, 422}
        assert refused.json()["errors"][0]["field"] == wrong.partition("=")[0]


def test_what_failed_is_there_with_the_network_s_words(robo: Program, writer: Writer) -> None:
    def fail(session: Session) -> None:
        scheduled(session)
        becomes(session, DeliveryState.REFUSED)
        deliveries(session)[0].note = "Too long for us."

    writer.run_blocking(fail)
    found = robo.get("/occurrences?since=2026-03-01T00:00:00Z&before=2026-04-01T00:00:00Z").json()
    assert [(each["state"], each["channels"][0]["note"]) for each in found["items"]] == [
        ("needs_look", "Too long for us.")
    ]
    assert robo.get("/occurrences?before=2026-03-01T00:00:00Z").json()["items"] == []
    assert robo.get("/occurrences?before=2026-03-01T00:00:00").status_code == 422


def test_what_has_gone_out_is_locked(robo: Program, writer: Writer) -> None:
    def send(session: Session) -> str:
        post = scheduled(session)
        becomes(session, DeliveryState.SENT)
        return str(post.id)

    here = f"/posts/{writer.run_blocking(send)}"
    for method, path, body in (
        ("PATCH", here, {"text": "Other words?"}),
        ("POST", f"{here}/move", {"local": "2026-03-09T10:00:00"}),
        ("POST", f"{here}/unschedule", None),
        ("DELETE", here, None),
    ):
        assert robo.call(method, path, body, if_match="*").status_code == 409


def test_one_of_a_series_is_moved_alone(robo: Program, lobby: str) -> None:
    post = made(robo, lobby, rrule="FREQ=WEEKLY;COUNT=3")
    here = f"/posts/{post['id']}"
    on = robo.call("POST", f"{here}/schedule", if_match="*").json()
    assert on["rrule"] == "FREQ=WEEKLY;COUNT=3"
    to = {"local": "2026-03-11T09:00:00", "on": "2026-03-10T14:30:00"}
    assert robo.call("POST", f"{here}/move", to, if_match="*").status_code == 200
    times = sorted(each["local"] for each in robo.get(f"{here}/occurrences").json()["items"])
    assert times == ["2026-03-03T14:30:00", "2026-03-11T09:00:00", "2026-03-17T14:30:00"]


def test_a_token_may_what_it_was_made_for_and_its_user_may(
    client: Client, writer: Writer, lobby: str
) -> None:
    reader = Program(client, writer, scopes=(Scope.READ,), name="Reader")
    writes = Program(client, writer, scopes=(Scope.READ, Scope.WRITE), name="Writer")
    marketer = Program(client, writer, role=Role.MARKETER, name="Marketer")
    boss = Program(client, writer, name="Boss")
    refused = reader.call("POST", "/posts", post_of(lobby))
    assert refused.status_code == 403 and "“write”" in refused.json()["detail"]
    here = f"/posts/{made(writes, lobby)['id']}"
    assert writes.call("POST", f"{here}/schedule", if_match="*").status_code == 403
    assert marketer.call("POST", f"{here}/schedule", if_match="*").status_code == 403
    assert boss.call("POST", f"{here}/schedule", if_match="*").status_code == 200
    planned = writes.call("PATCH", here, {"text": "Sneaky"}, if_match="*")
    assert planned.status_code == 403 and "“schedule”" in planned.json()["detail"]
    assert reader.get(here).json()["text"] == "Which lid do you use most?"


def test_without_a_good_token_nobody_is_let_in(
    client: Client, robo: Program, writer: Writer, clock: FrozenClock
) -> None:
    for given in ("", "Bearer ", "Bearer hubbub_nothing", f"Basic {robo.secret}", robo.secret):
        answer = client.get("/api/v1/posts", headers={"Authorization": given})
        assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")
    assert robo.get("/posts").status_code == 200
    clock.advance(timedelta(days=31))
    assert robo.get("/posts").status_code == 401


def test_a_token_ends_with_its_user(robo: Program, writer: Writer, clock: FrozenClock) -> None:
    def disable(session: Session) -> None:
        accounts.disable(session, session.scalars(sa.select(User)).one())

    def let_in_again(session: Session) -> None:
        session.scalars(sa.select(User)).one().disabled_at = None

    assert robo.get("/posts").status_code == 200
    writer.run_blocking(disable)
    assert robo.get("/posts").status_code == 401
    writer.run_blocking(let_in_again)
    assert robo.get("/posts").status_code == 401


def test_only_its_hash_is_kept_and_when_it_was_used(
    robo: Program, writer: Writer, database: Database, lobby: str, clock: FrozenClock
) -> None:
    post = made(robo, lobby)
    with database.reading() as session:
        token = session.scalars(sa.select(ApiToken)).one()
        assert token.last_used_at == clock.now()
        assert robo.secret.encode() not in token.token_hash and len(token.token_hash) == 32
        noted = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert ("token:Robo", "called") in {(each.actor, each.verb) for each in noted}
    assert robo.secret not in repr([each.details for each in noted])
    assert post["id"] in {str(each.subject_id) for each in noted}


def test_one_token_that_calls_too_often_is_slowed_and_others_are_not(
    client: Client, robo: Program, writer: Writer
) -> None:
    statuses = [robo.get("/campaigns").status_code for _ in range(301)]
    assert statuses[:300] == [200] * 300 and statuses[300] == 429
    told = robo.get("/campaigns")
    assert told.headers["retry-after"] == "60" and told.json()["status"] == 429
    assert Program(client, writer, name="Other").get("/campaigns").status_code == 200


def test_campaigns_are_made_renamed_and_kept_while_they_are_used(robo: Program, lobby: str) -> None:
    summer = robo.call("POST", "/campaigns", {"name": " Summer "}).json()
    assert summer["name"] == "Summer"
    here = f"/campaigns/{summer['id']}"
    assert robo.call("POST", "/campaigns", {"name": "Summer"}).status_code == 409
    post = made(robo, lobby, campaign="Summer")
    assert robo.get(here).json()["posts"] == 1
    assert robo.call("DELETE", here).status_code == 409
    assert robo.call("PATCH", here, {"name": "High summer"}).json()["name"] == "High summer"
    now = robo.get(f"/posts/{post['id']}").json()
    assert (now["campaign"], now["version"]) == ("High summer", 2)
    robo.call("DELETE", f"/posts/{post['id']}", if_match="*")
    assert robo.call("DELETE", here).status_code == 204


def test_channels_are_listed_with_why_nothing_goes_out_there(robo: Program, lobby: str) -> None:
    found = robo.get("/channels").json()["items"]
    assert [(each["id"], each["network"], each["paused"]) for each in found] == [
        (lobby, "webchat", "")
    ]
    assert robo.get(f"/channels/{lobby}").json() == found[0]


def test_everything_that_programs_may_call_is_described(client: Client) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    paths = described["paths"]
    assert paths["/api/v1/posts"].keys() == {"get", "post"}
    assert paths["/api/v1/posts/{id}"].keys() == {"get", "patch", "delete"}
    assert [path for path in paths if not path.startswith("/api/v1/")] == []
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    change = paths["/api/v1/posts/{id}"]["patch"]
    headers = {each["name"]: each["required"] for each in change["parameters"]}
    assert headers == {"id": True, "Idempotency-Key": False, "If-Match": True}
    assert "application/problem+json" in change["responses"]["default"]["content"]
    assert "rrule" in described["components"]["schemas"]["PostShape"]["properties"]


def test_a_cookie_opens_nothing_here(client: Client, writer: Writer) -> None:
    sign_in(client, writer, Role.OWNER)
    assert client.get("/calendar").status_code == 200
    assert client.get("/api/v1/posts").status_code == 401


def test_a_token_lasts_a_year_at_most(session: Session) -> None:
    user = person(session, Role.MARKETER)
    for days in (0, 367):
        with pytest.raises(InvalidInput, match="366"):
            api_tokens.make(session, user, "Robo", [Scope.READ], days=days)
