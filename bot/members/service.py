"""Meeting people: the member a network shows, and the person behind."""

import sqlalchemy as sa

from bot.db import Session, insert_new
from bot.members.models import Member, Person
from bot.networks import Author


def meet(session: Session, *, network: str, account: str, author: Author) -> Member:
    """The member of that network; somebody new becomes a person of their own."""
    where = sa.select(Member).filter_by(network=network, account=account, remote_id=author.id)
    member = session.scalar(where)
    if member is None:
        person = session.put(Person(created_at=session.now()))
        values = {
            "person_id": person.id,
            "network": network,
            "account": account,
            "remote_id": author.id,
            "name": author.name,
            "first_seen_at": session.now(),
        }
        made = insert_new(session, Member, [values], unique=("network", "account", "remote_id"))
        if not made:  # another process met them a moment ago
            session.delete(person)
        member = session.scalars(where).one()
    elif author.name and member.name != author.name:
        member.name = author.name
    return member
