"""Letting staff in and out."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.accounts import service
from bot.accounts.models import AuditEntry, EntryLink, Role, User, UserSession
from bot.accounts.tokens import hash_token
from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.errors import Conflict, InvalidInput, NotAllowed
from tests.db.test_leases import until_somebody_waits


def staff(session: Session, role: Role = Role.MARKETER, email: str = "mia@shop.example") -> User:
    service.invite(session, "Mia", email, role)
    return session.scalars(sa.select(User).where(User.email == email)).one()


def signed_in_staff(session: Session, role: Role = Role.MARKETER) -> tuple[User, str]:
    token = service.enter(session, service.invite(session, "Mia", "mia@shop.example", role))
    user = service.signed_in(session, token)
    assert user is not None
    return user, token


def test_a_link_lets_its_person_in(session: Session) -> None:
    token = service.invite(session, " Mia ", "Mia@Shop.example", Role.APPROVER)
    user = service.signed_in(session, service.enter(session, token))
    assert user is not None
    assert (user.name, user.email, user.role) == ("Mia", "mia@shop.example", Role.APPROVER)


def test_a_link_works_once(session: Session) -> None:
    token = service.invite(session, "Mia", "mia@shop.example", Role.MARKETER)
    service.enter(session, token)
    with pytest.raises(NotAllowed, match="Ask for a new one"):
        service.enter(session, token)


@pytest.mark.parametrize("hours", [24, 25, 1000])
def test_a_link_works_for_a_day(session: Session, clock: FrozenClock, hours: int) -> None:
    token = service.invite(session, "Mia", "mia@shop.example", Role.MARKETER)
    clock.advance(timedelta(hours=hours))
    with pytest.raises(NotAllowed):
        service.enter(session, token)


@pytest.mark.parametrize("token", ["", "x", "ü\0\ud800", "a" * 100_000])
def test_nobody_guesses_a_link(session: Session, token: str) -> None:
    staff(session)
    with pytest.raises(NotAllowed):
        service.enter(session, token)
    assert service.signed_in(session, token) is None


def test_a_new_link_voids_the_one_before(session: Session) -> None:
    first, second = (
        service.invite(session, "Mia", "mia@shop.example", Role.MARKETER) for _ in range(2)
    )
    with pytest.raises(NotAllowed):
        service.enter(session, first)
    assert service.enter(session, second)


async def test_of_200_who_use_one_link_at_once_one_wins(database: Database) -> None:
    with Writer(database) as one, Writer(database) as other:  # as two processes would
        token = await one.run(
            lambda session: service.invite(session, "Mia", "mia@shop.example", Role.MARKETER)
        )
        tries = [
            writer.run(lambda session: service.enter(session, token))
            for _ in range(100)
            for writer in (one, other)
        ]
        results = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one) for one in results].count(NotAllowed) == 199
    (winner,) = (one for one in results if isinstance(one, str))
    with database.reading() as session:
        assert service.signed_in(session, winner) is not None
        assert len(session.scalars(sa.select(UserSession)).all()) == 1


def test_only_hashes_are_stored(session: Session) -> None:
    link = service.invite(session, "Mia", "mia@shop.example", Role.MARKETER)
    token = service.enter(session, link)
    session.flush()
    assert session.scalars(sa.select(EntryLink.token_hash)).all() == [hash_token(link)]
    assert session.scalars(sa.select(UserSession.token_hash)).all() == [hash_token(token)]


def test_the_first_owner_gets_links_until_an_owner_has_entered(session: Session) -> None:
    lost, link = service.first_owner_link(session), service.first_owner_link(session)
    assert lost is not None
    assert link is not None
    with pytest.raises(NotAllowed):
        service.enter(session, lost)
    user = service.signed_in(session, service.enter(session, link))
    assert user is not None
    assert user.role is Role.OWNER
    assert service.first_owner_link(session) is None
    assert len(session.scalars(sa.select(User)).all()) == 1


def test_a_session_ends_by_itself(session: Session, clock: FrozenClock) -> None:
    _, token = signed_in_staff(session)
    clock.advance(service.SESSION_LASTS - timedelta(seconds=1))
    assert service.signed_in(session, token) is not None
    clock.advance(timedelta(seconds=1))
    assert service.signed_in(session, token) is None


def test_leaving_ends_one_session_and_revoking_ends_all(session: Session) -> None:
    user, first = signed_in_staff(session)
    _, second = signed_in_staff(session)
    _, third = signed_in_staff(session)
    service.leave(session, first)
    assert service.signed_in(session, first) is None
    assert service.signed_in(session, second) is not None
    service.revoke_sessions(session, user)
    assert service.signed_in(session, second) is None
    assert service.signed_in(session, third) is None
    assert service.TOPIC in session.topics


def test_who_is_disabled_is_out_and_stays_out(session: Session) -> None:
    staff(session, Role.OWNER, "olga@shop.example")
    user, token = signed_in_staff(session)
    link = service.invite(session, "Mia", "mia@shop.example", Role.MARKETER)
    service.disable(session, user)
    assert service.signed_in(session, token) is None
    with pytest.raises(NotAllowed):
        service.enter(session, link)


def test_the_last_owner_stays_one(session: Session) -> None:
    owner = staff(session, Role.OWNER)
    with pytest.raises(Conflict, match="only owner"):
        service.disable(session, owner)
    with pytest.raises(Conflict, match="only owner"):
        service.invite(session, "Mia", "mia@shop.example", Role.MARKETER)
    staff(session, Role.OWNER, "olga@shop.example")
    service.disable(session, owner)


@pytest.mark.parametrize(
    ("name", "email", "field"),
    [
        (" ", "mia@shop.example", "name"),
        ("Mia", "", "email"),
        ("Mia", "mia", "email"),
        ("Mia", "@", "email"),
        ("Mia", "mia@", "email"),
        ("Mia", "m ia@shop.example", "email"),
    ],
)
def test_an_invitation_says_what_is_wrong(
    session: Session, name: str, email: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        service.invite(session, name, email, Role.MARKETER)
    assert list(caught.value.fields) == [field]


def test_who_let_whom_in_is_on_record(session: Session) -> None:
    user, _ = signed_in_staff(session)
    session.flush()
    entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.actor, entry.verb, entry.subject, entry.subject_id) for entry in entries] == [
        ("hubbub", "invited", "user", user.id),
        ("user:Mia", "entered", "user", user.id),
    ]


def test_processes_that_start_at_once_make_one_owner(database: Database) -> None:
    def start() -> str | None:
        with database.session(database.writers) as session:
            link = service.first_owner_link(session)
            session.commit()
            return link

    with ThreadPoolExecutor() as pool, database.session(database.writers) as session:
        assert service.first_owner_link(session)
        other = pool.submit(start)
        until_somebody_waits(database)
        session.commit()
        assert other.result()
    with database.reading() as session:
        assert len(session.scalars(sa.select(User)).all()) == 1
