"""The portal and the staff's pages about partners, in a house of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from litestar import Litestar

from adapters.email import plugin as email
from bot.accounts.models import Role
from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.networks import Services
from bot.settings import Settings, Web
from bot.suppliers import guards, links, service
from bot.suppliers.models import Case, Supplier
from bot.suppliers.partners import add_supplier
from bot.suppliers.views import routes
from bot.web.app import create_app
from bot.web.house import Doorkeepers, House
from tests.suppliers import shop
from tests.web.doorway import Client, csrf, sign_in, visiting

Form = dict[str, str]


@pytest.fixture
def app(database: Database, writer: Writer, clock: FrozenClock, tmp_path: Path) -> Litestar:
    services = Services(clock=clock)
    house = House(
        settings=Settings(data=tmp_path, web=Web(trusted_proxies=("127.0.0.1",))),
        database=database,
        writer=writer,
        news=writer.news,
        clock=clock,
        secret=b"k" * 32,
        adapters={("email", "default"): email.build(email.settings(), services)},
        doorkeepers=Doorkeepers(partner=guards.doorkeeper),
    )
    return create_app(routes, house)


@pytest.fixture
def client(app: Litestar) -> Iterator[Client]:
    with visiting(app) as client:
        yield client


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Two suppliers with a case each, and a case of nobody."""

    alba: Supplier
    nord: Supplier
    lid: Case
    tin: Case
    nobodys: Case


@pytest.fixture
def stocked(writer: Writer) -> Shop:
    def stock(session: Session) -> Shop:
        shop.open_shop(session)
        alba = add_supplier(session, "Alba Ltd", "care@alba.example", brands=["Alba"])
        nord = add_supplier(session, "Nord", "hello@nord.example", brands=["Nord"])
        lid = shop.suggest(session, "Ana Lopez: a better lid", people=("Ana Lopez", "Ben", "Cleo"))
        tin = shop.suggest(session, "a tin that closes", sku="T-1", people=("Dora",))
        lost = shop.suggest(session, "a bench outside", sku=None, people=("Eli",))
        cases = [service.open_case(session, one) for one in (lid, tin, lost)]
        return Shop(alba=alba, nord=nord, lid=cases[0], tin=cases[1], nobodys=cases[2])

    return writer.run_blocking(stock)


@pytest.fixture
def as_alba(client: Client, writer: Writer, stocked: Shop) -> Form:
    """Alba's browser is in; gives what its forms hold."""
    entered = writer.run_blocking(lambda session: links.enter(session, stocked.alba))
    client.cookies.set(guards.COOKIE, entered.token)
    return form_of(client)


@pytest.fixture
def as_staff(client: Client, writer: Writer, stocked: Shop) -> Form:
    sign_in(client, writer, Role.MARKETER)
    return form_of(client)


def form_of(client: Client) -> Form:
    """The hidden field that our forms hold."""
    client.get("/s/nothing")
    return csrf(client)
