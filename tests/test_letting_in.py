"""The mail that brings staff back in: to those who may, not too often, with a link made late."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot import letting_in
from bot.accounts import service
from bot.accounts.models import EntryLink, Role, User
from bot.clock import FrozenClock
from bot.db import Session
from bot.errors import NotAllowed
from bot.main import Hubbub
from bot.networks import Content
from bot.outbox.models import Delivery
from bot.settings import Settings
from bot.suppliers import mail_queries

URL = "https://hub.example"


@pytest.fixture
def mia(session: Session) -> User:
    service.invite(session, "Mia", "mia@shop.example", Role.OWNER)
    return session.scalars(sa.select(User)).one()


def ask(session: Session, email: str = "mia@shop.example") -> list[Delivery]:
    letting_in.ask(session, email, account="default")
    session.flush()
    return list(session.scalars(sa.select(Delivery).order_by(Delivery.id)))


def finished(session: Session, mail: Delivery) -> Content:
    content = Content.from_json(mail.content)
    return letting_in.finish(session, mail, content, public_url=URL, shop="Corner shop")


def link_in(content: Content) -> str:
    return content.text.partition(f"{URL}/enter/")[2].split()[0]


def test_a_link_is_made_as_the_mail_leaves_and_lets_in_once(session: Session, mia: User) -> None:
    [mail] = ask(session, " MIA@shop.example ")
    content = finished(session, mail)
    token = link_in(content)
    assert token not in str(mail.content)
    assert "{" not in content.text + content.title
    assert "Corner shop" in content.title
    assert service.signed_in(session, service.enter(session, token)) is mia
    with pytest.raises(NotAllowed):
        service.enter(session, token)


def test_who_asks_for_links_voids_nobodys(session: Session, mia: User) -> None:
    invited = service.invite(session, "Mia", "mia@shop.example", Role.OWNER)
    finished(session, ask(session)[0])
    assert service.enter(session, invited)


def test_coming_in_ends_all_the_other_links(session: Session, mia: User) -> None:
    [mail] = ask(session)
    first, second = link_in(finished(session, mail)), link_in(finished(session, mail))
    service.enter(session, second)
    with pytest.raises(NotAllowed):
        service.enter(session, first)


def test_it_lasts_an_hour(session: Session, mia: User, clock: FrozenClock) -> None:
    token = link_in(finished(session, ask(session)[0]))
    clock.advance(timedelta(hours=1))
    with pytest.raises(NotAllowed):
        service.enter(session, token)


@pytest.mark.parametrize("email", ["", "nobody@shop.example", "mia@shop.example\0", "%", "x" * 999])
def test_strangers_get_nothing(session: Session, mia: User, email: str) -> None:
    assert ask(session, email) == []


def test_one_mail_in_ten_minutes(session: Session, mia: User, clock: FrozenClock) -> None:
    assert [len(ask(session)) for _ in range(5)] == [1] * 5
    clock.advance(letting_in.AGAIN_AFTER)
    assert len(ask(session)) == 2


def test_who_may_not_come_in_any_more_gets_a_mail_that_opens_nothing(
    session: Session, mia: User
) -> None:
    service.invite(session, "Olga", "olga@shop.example", Role.OWNER)
    [mail] = ask(session)
    service.disable(session, mia)
    session.flush()
    before = len(session.scalars(sa.select(EntryLink)).all())
    assert f"{URL}/enter\n" in finished(session, mail).text
    assert len(session.scalars(sa.select(EntryLink)).all()) == before
    assert ask(session) == [mail]


def test_partners_pages_show_nothing_of_it(session: Session, mia: User) -> None:
    ask(session)
    assert mail_queries.newest(session, shop="Corner shop") == []


@pytest.mark.parametrize(
    ("email", "mails"),
    [({}, False), ({"host": "127.0.0.1", "security": "none", "sender": "a@b.example"}, True)],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_links_are_mailed_only_where_a_server_is_configured(
    database_url: str, tmp_path: object, email: dict[str, str], mails: bool
) -> None:
    settings = Settings(data=str(tmp_path), database=database_url, networks={"email": email})
    hubbub = Hubbub(settings)
    assert (hubbub.house.mail_entry is not None) is mails
    hubbub.database.close()
