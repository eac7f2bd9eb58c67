"""Meeting people: the member a network shows, and the person behind."""

from collections.abc import Iterable

import sqlalchemy as sa

from bot.db import Session, insert_all, insert_new
from bot.members.models import Member, Person
from bot.networks import Author

Identity = tuple[str, str, str]  # network, account, the network's id of the person


def meet(session: Session, *, network: str, account: str, author: Author) -> Member:
    """The member of that network; somebody new becomes a person of their own."""
    return meet_all(session, [(network, account, author)])[network, account, author.id]


def meet_all(session: Session, people: Iterable[tuple[str, str, Author]]) -> dict[Identity, Member]:
    """The members behind those authors; each new one becomes a person, new names are learnt."""
    names = {(network, account, author.id): author.name for network, account, author in people}
    known = _known(session, names)
    if new := [identity for identity in names if identity not in known]:
        _add(session, new, names)
        known |= _known(session, new)
    for identity, member in known.items():
        if names[identity] and member.name != names[identity]:
            member.name = names[identity]
    return known


def _known(session: Session, identities: Iterable[Identity]) -> dict[Identity, Member]:
    """One statement a place: SQLite finds a list of row values by reading the whole table."""
    places: dict[tuple[str, str], list[str]] = {}
    for network, account, remote_id in identities:
        places.setdefault((network, account), []).append(remote_id)
    return {
        (network, account, member.remote_id): member
        for (network, account), ids in places.items()
        for member in session.scalars(
            sa.select(Member)
            .filter_by(network=network, account=account)
            .where(Member.remote_id.in_(ids))
        )
    }


def _add(session: Session, new: list[Identity], names: dict[Identity, str]) -> None:
    now = session.now()
    people = [{"id": session.ids.new(), "created_at": now} for _ in new]
    insert_all(session, Person, people)
    rows = [
        {
            "person_id": person["id"],
            "network": network,
            "account": account,
            "remote_id": remote_id,
            "name": names[network, account, remote_id],
            "first_seen_at": now,
        }
        for person, (network, account, remote_id) in zip(people, new, strict=True)
    ]
    insert_new(session, Member, rows, unique=("network", "account", "remote_id"))
