"""Taking partners in."""

from typing import Any

import pytest

from bot.channels.models import Channel, ChannelKind
from bot.db import Session
from bot.errors import InvalidInput, NotFound
from bot.suppliers import service
from bot.suppliers.models import Coverage
from bot.suppliers.partners import add_supplier, cover, edit_supplier, uncover
from tests.suppliers import shop


def test_a_new_partner_is_reached_by_mail(session: Session) -> None:
    supplier = add_supplier(session, " Alba Ltd ", "care@alba.example", zone="Europe/Berlin")
    channel = session.need(Channel, supplier.channel_id)
    assert supplier.name == "Alba Ltd"
    assert (channel.network, channel.account) == ("email", "default")
    assert (channel.remote_id, channel.kind) == ("care@alba.example", ChannelKind.DIRECT)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "Taken"}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "email"),
        ({"email": "a@b.example, c@d.example"}, "email"),
        ({"email": "a <a@b.example>"}, "email"),
        ({"email": "@b.example"}, "email"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"answer_within_hours": 0}, "answer_within_hours"),
        ({"answer_within_hours": 5_000}, "answer_within_hours"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    session: Session, values: dict[str, Any], field: str
) -> None:
    add_supplier(session, "Taken", "a@b.example")
    with pytest.raises(InvalidInput) as raised:
        add_supplier(session, **({"name": "New", "email": "a@b.example"} | values))
    assert list(raised.value.fields) == [field]


def test_a_product_has_one_owner(session: Session) -> None:
    shop.open_shop(session)
    add_supplier(session, "Alba Ltd", "a@alba.example", brands=["alba"], products=["T-1"])
    with pytest.raises(InvalidInput) as raised:
        add_supplier(session, "Other", "b@b.example", brands=["Alba", "Nix"], products=["T-1"])
    assert raised.value.problems == (
        "Alba is covered by Alba Ltd already.",
        'There is no brand "Nix" in the catalogue.',
        "Tea tin is covered by Alba Ltd already.",
    )


def test_a_new_address_is_a_new_mailbox(session: Session) -> None:
    supplier = add_supplier(session, "Alba Ltd", "old@alba.example")
    before = supplier.channel_id
    edit_supplier(session, supplier, by="user:Mo", email="new@alba.example", name="Alba Ltd")
    assert supplier.channel_id != before
    assert session.need(Channel, supplier.channel_id).remote_id == "new@alba.example"


def test_what_somebody_covers_now_is_handed_over(session: Session) -> None:
    shop.open_shop(session)
    case = service.open_case(session, shop.suggest(session))
    assert case.supplier_id is None
    supplier = add_supplier(session, "Alba Ltd", "a@alba.example", brands=["Alba"])
    assert case.supplier_id == supplier.id


def test_coverage_is_taken_back_only_from_who_has_it(session: Session) -> None:
    shop.open_shop(session)
    one = add_supplier(session, "One", "a@a.example", brands=["Alba"])
    other = add_supplier(session, "Other", "b@b.example")
    [coverage] = session.query(Coverage).all()
    with pytest.raises(NotFound):
        uncover(session, other, coverage.id, by="user:Mo")
    uncover(session, one, coverage.id, by="user:Mo")
    cover(session, other, brands=["Alba"])
    assert [row.supplier_id for row in session.query(Coverage)] == [other.id]
