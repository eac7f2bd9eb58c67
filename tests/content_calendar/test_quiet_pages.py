"""Staff see on every page that Hubbub is quiet, what waits, and an owner lets it go."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from adapters.sandbox import Like
from bot import main, pages
from bot.accounts.models import AuditEntry, Role
from bot.clock import FrozenClock
from bot.db import Session
from bot.networks import Action
from bot.outbox import quiet
from bot.outbox.models import About, Delivery, DeliveryState, Restoration
from bot.settings import Settings
from bot.web.app import create_app
from bot.web.stream import Streams
from tests.outbox.post import Office
from tests.web.doorway import Client, csrf, sign_in, visiting

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BANNER = "Nothing leaves until an owner says so."


class Staff:
    """A browser of each role, before a Hubbub whose back-up was restored an hour ago."""

    def __init__(self, hubbub: main.Hubbub, client: Client) -> None:
        self.hubbub, self.client = hubbub, client

    def as_(self, role: Role) -> Client:
        self.client.cookies.clear()
        sign_in(self.client, self.hubbub.writer, role)
        return self.client

    def post(self, role: Role, path: str, **form: str) -> Any:
        client = self.as_(role)
        return client.post(path, data=csrf(client) | form)

    def read(self, statement: Any) -> Any:
        with self.hubbub.database.reading() as session:
            return session.scalars(statement).all()

    def states(self) -> dict[str, DeliveryState]:
        return {one.key: one.state for one in self.read(sa.select(Delivery))}


@pytest.fixture
async def staff(database_url: str, clock: FrozenClock, tmp_path: Path) -> Any:
    hubbub = main.Hubbub(Settings(data=tmp_path, database=database_url), clock=clock)
    hubbub.open()
    office = Office(hubbub.writer, clock, like=Like.TELEGRAM)
    await office.put("sent since", action=Action.PUBLISH, about=About.POST)
    await office.put("to come", due_at=clock.now() + timedelta(days=2))
    made_at = clock.now()
    clock.advance(timedelta(hours=1))
    await hubbub.writer.run(lambda session: quiet.begin(session, made_at))
    streams = Streams(hubbub.database, hubbub.writer.news)
    app = create_app(pages.routes(hubbub.plugins, hubbub.house), hubbub.house, streams=streams)
    with visiting(app) as client:
        yield Staff(hubbub, client)
    hubbub.close()


@SQLITE
def test_every_staff_page_says_so_and_no_consumer_s(staff: Staff) -> None:
    client = staff.as_(Role.MARKETER)
    for path in ("/calendar", "/inbox", "/settings", "/needs-a-look", "/quiet"):
        assert BANNER in client.get(path).text
    staff.client.cookies.clear()
    assert BANNER not in staff.client.get("/chat").text


@SQLITE
def test_what_waits_is_listed_by_whether_it_may_have_gone(staff: Staff) -> None:
    page = staff.as_(Role.MARKETER).get("/quiet").text
    before, _, after = page.partition("Leaves when it is due")
    assert ("sent since" in before, "to come" in before) == (True, False)
    assert ("sent since" in after, "to come" in after) == (False, True)
    assert "no posts, no letters to partners, and no answers" in page
    assert "Only an owner can do that." in page


@SQLITE
def test_a_marketer_drops_and_holds_and_can_t_release(staff: Staff) -> None:
    [one] = staff.read(sa.select(Delivery).filter_by(key="to come"))
    assert staff.post(Role.MARKETER, f"/quiet/{one.id}/drop").status_code == 303
    assert staff.post(Role.MARKETER, "/quiet/hold").status_code == 303
    assert staff.states() == {
        "sent since": DeliveryState.HELD,
        "to come": DeliveryState.CANCELLED,
    }
    for role in (Role.MARKETER, Role.APPROVER):
        assert staff.post(role, "/quiet/release").status_code == 403
    assert staff.read(sa.select(Restoration))[0].released_at is None


@pytest.mark.parametrize(
    ("chosen", "becomes"), [("hold", DeliveryState.HELD), ("go", DeliveryState.PENDING)]
)
def test_an_owner_releases_it(staff: Staff, chosen: str, becomes: DeliveryState) -> None:
    staff.post(Role.OWNER, "/quiet/release", overdue=chosen)
    assert staff.states() == {"sent since": becomes, "to come": DeliveryState.PENDING}
    assert BANNER not in staff.as_(Role.OWNER).get("/calendar").text
    [entry] = staff.read(sa.select(AuditEntry).filter_by(verb="released"))
    assert entry.actor == "user:The owner"
    page = staff.client.get("/quiet").text
    assert "Nothing is held back" in page


@SQLITE
def test_a_second_release_and_a_late_drop_are_told_so(staff: Staff) -> None:
    [one] = staff.read(sa.select(Delivery).filter_by(key="to come"))
    staff.post(Role.OWNER, "/quiet/release")
    assert staff.post(Role.OWNER, "/quiet/release").headers["location"] == "/quiet"
    staff.post(Role.MARKETER, f"/quiet/{one.id}/drop")
    assert staff.states()["to come"] is DeliveryState.PENDING
    assert len(staff.read(sa.select(AuditEntry).filter_by(verb="released"))) == 1


@SQLITE
def test_many_that_wait_are_counted_though_not_all_are_shown(staff: Staff) -> None:
    def many(session: Session) -> None:
        first = session.scalars(sa.select(Delivery).filter_by(key="sent since")).one()
        values = {c.name: getattr(first, c.name) for c in Delivery.__table__.columns}
        for number in range(250):
            again = {"id": session.ids.new(), "key": f"more {number}"}
            session.execute(sa.insert(Delivery).values(values | again))

    staff.hubbub.writer.run_blocking(many)
    page = staff.as_(Role.MARKETER).get("/quiet").text
    assert "251" in page
    assert "There are more." in page
