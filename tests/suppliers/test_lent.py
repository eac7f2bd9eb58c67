"""Staff who look as a partner would: said on every page, noted under their own name, over soon."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.accounts import service as accounts
from bot.accounts.models import AuditEntry, Role, User
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.suppliers import guards, links, partner_queries
from bot.suppliers.models import Decision, PortalSession
from bot.web.access import SESSION_COOKIE
from tests.suppliers.conftest import Form, Shop
from tests.suppliers.test_portal import form_again
from tests.web.doorway import Client, sign_in

BANNER = "You are looking as Alba Ltd. What you do here is noted under your name, The marketer."


def lent_link(client: Client, stocked: Shop, as_staff: Form) -> str:
    answer = client.post(f"/partners/{stocked.alba.id}/portal", data=as_staff)
    return str(answer.headers["location"])


def look_as_alba(client: Client, stocked: Shop, as_staff: Form) -> None:
    link = lent_link(client, stocked, as_staff)
    entered = client.post(link, data=form_again(client, link.removeprefix("/s/")))
    assert entered.headers["location"] == "/supplier"


def test_every_page_of_the_portal_says_who_looks(
    client: Client, stocked: Shop, as_staff: Form
) -> None:
    look_as_alba(client, stocked, as_staff)
    for path in ("/supplier", f"/supplier/cases/{stocked.lid.id}"):
        assert BANNER in client.get(path).text
    german = client.get("/supplier", headers={"accept-language": "de"}).text
    assert "Sie sehen die Seiten von Alba Ltd" in german


def test_partners_themselves_see_no_such_thing(client: Client, as_alba: Form) -> None:
    assert "You are looking as" not in client.get("/supplier").text


def test_what_is_decided_is_noted_under_the_name_of_who_decided(
    client: Client, writer: Writer, stocked: Shop, as_staff: Form
) -> None:
    look_as_alba(client, stocked, as_staff)
    where = f"/supplier/cases/{stocked.lid.id}"
    form = as_staff | {"act": "accept", "version": str(stocked.lid.version)}
    assert client.post(where, data=form).status_code == 303
    assert "by Our shop, for you" in client.get(where).text
    with writer.database.reading() as session:
        decision = session.scalars(sa.select(Decision)).one()
        noted = session.scalars(sa.select(AuditEntry).filter_by(verb="accept")).one()
        heard = {row.supplier.name: row.heard_at for row in partner_queries.partners(session)}
    assert decision.decided_by == noted.actor == "user:The marketer, for Alba Ltd"
    assert decision.supplier_id == stocked.alba.id
    assert heard["Alba Ltd"] is None  # they themselves have not been heard from


def test_it_ends_after_an_hour(
    client: Client, stocked: Shop, as_staff: Form, clock: FrozenClock
) -> None:
    look_as_alba(client, stocked, as_staff)
    clock.advance(timedelta(minutes=59, seconds=59))
    assert client.get("/supplier").status_code == 200
    clock.advance(timedelta(seconds=1))
    assert client.get("/supplier").status_code == 403
    assert client.get("/partners").status_code == 200


def test_it_ends_when_they_stop_looking(
    client: Client, writer: Writer, stocked: Shop, as_staff: Form
) -> None:
    look_as_alba(client, stocked, as_staff)
    left = client.post("/supplier/leave", data=as_staff)
    assert left.headers["location"] == f"/partners/{stocked.alba.id}"
    with writer.database.reading() as session:
        assert session.scalars(sa.select(PortalSession.revoked_at)).one() is not None


@pytest.mark.parametrize("how", ["leaves", "is signed out", "is disabled"])
def test_it_ends_with_the_session_of_who_looks(
    client: Client, writer: Writer, stocked: Shop, as_staff: Form, how: str
) -> None:
    look_as_alba(client, stocked, as_staff)

    def end(session: Session) -> None:
        user = session.scalars(sa.select(User).filter_by(email="marketer@shop.example")).one()
        if how == "is disabled":
            accounts.disable(session, user)
        else:
            accounts.revoke_sessions(session, user)

    if how == "leaves":
        client.post("/leave", data=as_staff)
    else:
        writer.run_blocking(end)
    assert client.get("/supplier").status_code == 403


def test_the_link_opens_nothing_for_anybody_else(
    client: Client, writer: Writer, stocked: Shop, as_staff: Form
) -> None:
    link = lent_link(client, stocked, as_staff)
    token = link.removeprefix("/s/")
    client.cookies.delete(SESSION_COOKIE)
    assert client.post(link, data=form_again(client, token)).status_code == 403
    sign_in(client, writer, Role.OWNER)  # another one of the staff
    assert client.post(link, data=form_again(client, token)).status_code == 403
    assert guards.COOKIE not in client.cookies


def test_the_link_lasts_ten_minutes(
    client: Client, stocked: Shop, as_staff: Form, clock: FrozenClock
) -> None:
    link = lent_link(client, stocked, as_staff)
    clock.advance(links.LENT_LINK_LIVES)
    assert client.post(link, data=form_again(client, link.removeprefix("/s/"))).status_code == 403
