"""Magic links: one use, seven days, nothing stored that lets anybody in."""

import os
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.networks import Capabilities, Content
from bot.outbox.models import Delivery
from bot.suppliers import links, service
from bot.suppliers.correspondence import sending as correspondence
from bot.suppliers.links import LinkSpent
from bot.suppliers.models import PortalLink, PortalSession, Supplier
from bot.suppliers.partners import add_supplier, edit_supplier
from tests.suppliers import shop

URL = "https://hub.example"
# How many try one link at once, from eight threads; `make races` lets ten thousand.
RACERS = int(os.environ.get("HUBBUB_TEST_RACERS", "40"))


@pytest.fixture
def alba(session: Session) -> Supplier:
    shop.open_shop(session)
    return add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])


def finished(session: Session, letter: Delivery) -> Content:
    content = Content.from_json(letter.content)
    content = correspondence.finish(session, letter, content, can=Capabilities(text_limit=5_000))
    return links.finish(session, letter, content, public_url=URL, shop="Corner shop")


def token_in(content: Content) -> str:
    return content.text.partition(f"{URL}/s/")[2].split()[0]


def test_the_letter_gets_its_link_when_it_leaves_and_another_one_each_time(
    session: Session, alba: Supplier
) -> None:
    case = service.open_case(session, shop.suggest(session))
    letter = session.scalars(sa.select(Delivery)).one()
    first, second = finished(session, letter), finished(session, letter)
    session.flush()
    assert token_in(first) != token_in(second)
    assert "the community of Corner shop" in first.text
    assert "{" not in first.text
    assert links.redeem(session, token_in(second)).case_id == case.id
    assert token_in(first) not in str(letter.content)


def test_no_token_lies_in_the_database(session: Session, alba: Supplier) -> None:
    token = links.make(session, alba)
    entered = links.enter(session, alba)
    session.flush()
    stored = [*session.scalars(sa.select(PortalLink.token_hash))]
    stored += session.scalars(sa.select(PortalSession.token_hash))
    assert len(token) >= 22  # 128 bits take 22 such characters
    assert not {token.encode(), entered.token.encode()} & set(stored)
    assert all(len(one) == 32 for one in stored)


def test_a_link_works_once(session: Session, alba: Supplier) -> None:
    token = links.make(session, alba)
    assert links.peek(session, token) is links.peek(session, token) is alba
    entered = links.redeem(session, token)
    partner = links.partner_of(session, entered.token)
    assert partner is not None
    assert partner.supplier is alba
    for look in (links.peek, links.redeem):
        with pytest.raises(LinkSpent):
            look(session, token)


@pytest.mark.parametrize("token", ["", "x", "\udcff", "a" * 100_000])
def test_an_invented_link_is_like_a_spent_one(session: Session, token: str) -> None:
    with pytest.raises(LinkSpent):
        links.redeem(session, token)
    assert links.partner_of(session, token) is None
    links.send_again(session, token)
    assert session.scalars(sa.select(Delivery)).all() == []


def test_links_last_seven_days_and_sessions_thirty(
    session: Session, alba: Supplier, clock: FrozenClock
) -> None:
    old = links.make(session, alba)
    entered = links.enter(session, alba)
    clock.advance(timedelta(days=7))
    with pytest.raises(LinkSpent):
        links.redeem(session, old)
    clock.advance(timedelta(days=22))
    assert links.partner_of(session, entered.token)
    clock.advance(timedelta(days=1))
    assert links.partner_of(session, entered.token) is None


def test_leaving_ends_this_browser_and_revoking_ends_all(session: Session, alba: Supplier) -> None:
    here, there = links.enter(session, alba), links.enter(session, alba)
    link = links.make(session, alba)
    partner = links.partner_of(session, here.token)
    assert partner is not None
    links.leave(session, partner.session_id)
    assert links.partner_of(session, here.token) is None
    assert links.partner_of(session, there.token)
    links.revoke(session, alba, by="user:Mo")
    assert links.partner_of(session, there.token) is None
    with pytest.raises(LinkSpent):
        links.redeem(session, link)


@pytest.mark.timeout(900)
def test_of_many_who_redeem_at_once_one_wins(writer: Writer) -> None:
    def setup(session: Session) -> str:
        return links.make(session, add_supplier(session, "Alba", "a@alba.example"))

    token = writer.run_blocking(setup)
    start = Barrier(8)
    outcomes: list[str] = []

    def race() -> None:
        with Writer(writer.database) as own:  # as another process would
            start.wait()
            for _ in range(RACERS // 8):
                error = own.submit(lambda session: links.redeem(session, token)).exception()
                outcomes.append(type(error).__name__)

    racers = [Thread(target=race) for _ in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(outcomes) == ["LinkSpent"] * (RACERS - 1) + ["NoneType"]


def test_whoever_has_only_a_spent_link_gets_a_fresh_one_by_mail_and_no_flood(
    session: Session, alba: Supplier
) -> None:
    token = links.make(session, alba)
    links.redeem(session, token)
    for _ in range(3):
        links.send_again(session, token)
    [letter] = session.scalars(sa.select(Delivery)).all()
    assert letter.channel_id == alba.channel_id
    fresh = token_in(finished(session, letter))
    assert links.redeem(session, fresh).supplier_id == alba.id


def test_a_letter_to_an_address_they_have_left_lets_nobody_in(
    session: Session, alba: Supplier
) -> None:
    service.open_case(session, shop.suggest(session))
    edit_supplier(session, alba, by="user:Mo", email="new@alba.example")
    content = finished(session, session.scalars(sa.select(Delivery)).one())
    assert f"{URL}/supplier\n" in content.text
    assert session.scalars(sa.select(PortalLink)).all() == []


def test_a_new_address_ends_what_came_by_the_old_one(session: Session, alba: Supplier) -> None:
    link, entered = links.make(session, alba), links.enter(session, alba)
    edit_supplier(session, alba, by="user:Mo", name="Alba & Co")
    assert links.partner_of(session, entered.token)
    edit_supplier(session, alba, by="user:Mo", email="new@alba.example")
    assert links.partner_of(session, entered.token) is None
    with pytest.raises(LinkSpent):
        links.redeem(session, link)
