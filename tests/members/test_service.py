"""People are met once, however often and under whatever names they come."""

import sqlalchemy as sa

from bot.db import Session
from bot.members.models import Member, Person
from bot.members.service import meet, meet_all
from bot.networks import Author

ADA = Author(id="7", name="Ada")


def count(session: Session, kind: type[Member] | type[Person]) -> int | None:
    return session.scalar(sa.select(sa.func.count()).select_from(kind))


def test_somebody_new_becomes_a_person(session: Session) -> None:
    member = meet(session, network="discord", account="main", author=ADA)
    assert session.need(Person, member.person_id).created_at == session.now()
    assert (member.name, member.first_seen_at) == ("Ada", session.now())


def test_who_comes_again_is_the_same(session: Session) -> None:
    first = meet(session, network="discord", account="main", author=ADA)
    assert meet(session, network="discord", account="main", author=ADA).id == first.id
    assert (count(session, Member), count(session, Person)) == (1, 1)


def test_the_same_id_elsewhere_is_somebody_else(session: Session) -> None:
    places = [("discord", "main"), ("discord", "second"), ("telegram", "main")]
    found = meet_all(session, [(network, account, ADA) for network, account in places])
    assert len({member.person_id for member in found.values()}) == 3


def test_new_names_are_learnt_and_missing_ones_forget_nothing(session: Session) -> None:
    meet(session, network="discord", account="main", author=ADA)
    for name, known_as in (("Ada L.", "Ada L."), ("", "Ada L.")):
        author = Author(id="7", name=name)
        assert meet(session, network="discord", account="main", author=author).name == known_as


def test_many_are_met_at_once_each_once(session: Session) -> None:
    crowd = [("discord", "main", Author(id=str(n % 150), name=f"P{n % 150}")) for n in range(400)]
    found = meet_all(session, crowd)
    assert len(found) == count(session, Member) == count(session, Person) == 150
    assert found["discord", "main", "149"].name == "P149"
