"""Private chats of partners: made theirs by a code, and nobody else's word counts there."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.accounts import service as accounts
from bot.accounts.models import Role, User
from bot.channels.models import Channel
from bot.clock import FrozenClock
from bot.db import Session
from bot.networks import Capabilities, Content
from bot.outbox.models import Delivery
from bot.suppliers import service
from bot.suppliers.correspondence import chats
from bot.suppliers.correspondence.answering import Came
from bot.suppliers.correspondence.chats import CODE_LIVES, Place
from bot.suppliers.correspondence.models import Reply, Way
from bot.suppliers.correspondence.sending import finish
from bot.suppliers.models import Case, CaseState, Supplier
from bot.suppliers.partners import add_supplier, edit_supplier
from tests.suppliers import shop

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TOMS = Place(network="sandbox", account="main", channel="dm-7", person="tom")


@pytest.fixture
def alba(session: Session) -> Supplier:
    shop.open_shop(session)
    return add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])


@pytest.fixture
def mia(session: Session) -> User:
    accounts.invite(session, "Mia", "mia@shop.example", Role.MARKETER)
    return session.scalars(sa.select(User)).one()


def say(
    session: Session, text: str, place: Place = TOMS, *, to: Delivery | None = None, value: str = ""
) -> bool:
    came = Came(
        id=session.ids.new(),
        way=Way.CHAT,
        message="1",
        thread=None,
        sender=place.person,
        text=text,
        at=session.now(),
    )
    answered = to.id if to else None
    taken = chats.may_be_for_us(text, value) or to is not None
    return taken and chats.take(session, came, place=place, answered=answered, value=value)


@pytest.fixture
def linked(session: Session, alba: Supplier, mia: User) -> Supplier:
    assert say(session, f"  {chats.make_code(session, alba, by=mia).upper()} ")
    return alba


def opened(session: Session, words: str = "a better lid") -> tuple[Case, Delivery]:
    case = service.open_case(session, shop.suggest(session, words))
    letter = session.scalars(
        sa.select(Delivery).filter_by(about_id=case.id).order_by(Delivery.id.desc()).limit(1)
    ).one()
    return case, letter


def test_a_code_makes_the_chat_theirs_and_letters_go_to_the_person_there(
    session: Session, linked: Supplier
) -> None:
    _, letter = opened(session)
    channel = session.need(Channel, letter.channel_id)
    assert (channel.network, channel.remote_id, letter.recipient) == ("sandbox", "dm-7", "tom")
    can = Capabilities(text_limit=2_000, button_limit=2)
    content = finish(session, letter, Content.from_json(letter.content), can=can)
    assert [button.label for button in content.buttons] == ["Accept", "Done"]
    assert "Or press a button." in content.text and not can.problems(content)
    without = finish(
        session, letter, Content.from_json(letter.content), can=Capabilities(text_limit=2_000)
    )
    assert without.buttons == () and "button" not in without.text


def test_a_code_works_once_and_for_a_week(
    session: Session, alba: Supplier, mia: User, clock: FrozenClock
) -> None:
    old = chats.make_code(session, alba, by=mia)
    code = chats.make_code(session, alba, by=mia)
    assert not say(session, old)
    assert not say(session, f"{code}x")
    clock.advance(CODE_LIVES + timedelta(seconds=1))
    assert not say(session, code)
    fresh = chats.make_code(session, alba, by=mia)
    assert say(session, fresh)
    assert not say(session, fresh)
    assert fresh not in str(session.execute(sa.select(Delivery)).all())


def test_one_chat_is_one_partners(session: Session, linked: Supplier, mia: User) -> None:
    nord = add_supplier(session, "Nord", "hello@nord.example")
    assert not say(session, chats.make_code(session, nord, by=mia))
    assert nord.channel_id != linked.channel_id


def test_only_that_person_in_that_chat_decides(session: Session, linked: Supplier) -> None:
    case, letter = opened(session)
    value = f"case:accept:{case.id.hex}:1"
    for place in (
        replace(TOMS, person="eve"),
        replace(TOMS, channel="square"),
        replace(TOMS, account="other"),
    ):
        assert not say(session, "accept", place, to=letter)
        assert not say(session, "", place, value=value)
    assert session.scalars(sa.select(Reply)).all() == []
    assert say(session, "", value=value)
    assert case.state is CaseState.ACCEPTED


@pytest.mark.parametrize(
    "value",
    ["case:", "case:accept:x:1", "case:fly:0:1", "case:accept:{id}:one", "case:accept:{id}"],
)
def test_a_button_that_is_none_of_ours_decides_nothing(
    session: Session, linked: Supplier, value: str
) -> None:
    case, _ = opened(session)
    assert not say(session, "", value=value.replace("{id}", case.id.hex))
    assert case.state is CaseState.OPEN


def test_a_word_alone_counts_only_while_one_matter_is_open(
    session: Session, linked: Supplier
) -> None:
    first, _ = opened(session)
    assert not say(session, "How is everybody?")
    assert say(session, "accept")
    assert first.state is CaseState.ACCEPTED
    opened(session, "a longer cord")
    assert not say(session, "done")
    assert first.state is CaseState.ACCEPTED


def test_another_address_does_not_move_who_is_reached_in_a_chat(
    session: Session, linked: Supplier
) -> None:
    before = linked.channel_id
    edit_supplier(session, linked, by="user:Mia", email="new@alba.example")
    assert linked.channel_id == before
