"""A partner's own people: invited by a link of their own, and shut out at once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.accounts.service import TOPIC as SESSIONS
from bot.channels.models import Channel
from bot.db import Session
from bot.errors import Conflict, InvalidInput, NotFound
from bot.networks import Action, Content
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.service import cancel, enqueue
from bot.suppliers import letters, links
from bot.suppliers.mailboxes import is_address, mailbox
from bot.suppliers.models import PortalSession, Supplier
from bot.suppliers.portal_models import Contact

MOST = 50  # people of one partner
# Of those who were removed too: nobody sends letters to the whole world from a portal.
_MOST_EVER = 200
# A further letter can be asked for once in so long.
_AGAIN_AFTER = timedelta(minutes=10)


def add(session: Session, supplier: Supplier, name: str, email: str, *, by: str) -> Contact:
    """A person of the partner, who gets a letter with a link of their own.

    Whoever was removed earlier may be added again. Raises `InvalidInput` by field.
    """
    name, email = " ".join(name.split()), email.strip()
    theirs = session.scalars(sa.select(Contact).filter_by(supplier_id=supplier.id)).all()
    known = next((one for one in theirs if one.email.lower() == email.lower()), None)
    fields = {}
    if not 1 <= len(name) <= 80:
        fields["name"] = "Give a name of at most 80 characters."
    if not is_address(email):
        fields["email"] = "This is not an e-mail address."
    elif known is not None and known.removed_at is None:
        fields["email"] = "Somebody with this address is here already."
    if sum(one.removed_at is None for one in theirs) >= MOST or len(theirs) >= _MOST_EVER:
        fields["name"] = f"{MOST} people are enough: remove somebody first."
    if fields:
        raise InvalidInput(fields=fields)
    contact = known or session.put(
        Contact(
            supplier_id=supplier.id,
            name=name,
            email=email,
            channel_id=mailbox(session, email, name).id,
            added_at=session.now(),
            added_by=by,
        )
    )
    contact.name, contact.added_at, contact.removed_at = name, session.now(), None
    session.flush()
    # Nothing from before comes back to life, not even what was opened while they were removed.
    links.shut(session, supplier.id, lambda of: of.contact_id == contact.id)
    record(session, by, "added", contact, name=name, to=supplier.name)
    invite(session, supplier, contact)
    session.announce("partners")
    return contact


def invite(session: Session, supplier: Supplier, contact: Contact) -> None:
    """A letter with a link of their own; asked for again within minutes it is still one.

    Raises `Conflict` for somebody who was removed.
    """
    if contact.removed_at is not None:
        raise Conflict(f"{contact.name} was removed. Add them again first.")
    channel = session.need(Channel, contact.channel_id)
    turn = (session.now() - contact.added_at) // _AGAIN_AFTER
    enqueue(
        session,
        key=f"invite:{contact.added_at.timestamp():.6f}:{turn}:{contact.id.hex}",
        channel=channel,
        action=Action.DIRECT,
        recipient=channel.remote_id,
        content=_invitation(contact.name, supplier.name),
        about=About.CASE,
    )


def _invitation(name: str, supplier: str) -> Content:
    text = f"""Hello {name},

you were named as one of the people who answer for {supplier} at {letters.SHOP}. Here you read
what customers say, in their own words, and answer them. You need no password:
{letters.LINK}

The link works once, for seven days, and is meant for you alone. What you decide is noted under
your name.

{letters.SHOP}
"""
    return Content(text=text, title=f"Your own way into the page of {supplier} at {letters.SHOP}")


def own(session: Session, supplier: UUID, contact: UUID) -> Contact:
    """The partner's person, removed or not. Raises `NotFound` for anybody else's."""
    found = session.find(Contact, contact)
    if found is None or found.supplier_id != supplier:
        raise NotFound
    return found


def remove(session: Session, contact: Contact, *, by: str) -> None:
    """They are out from the next request on, and no letter of theirs lets them in again."""
    if contact.removed_at is not None:
        return
    contact.removed_at = session.now()
    links.shut(session, contact.supplier_id, lambda of: of.contact_id == contact.id)
    waiting = sa.select(Delivery).where(
        Delivery.channel_id == contact.channel_id,
        Delivery.state.in_((DeliveryState.PENDING, DeliveryState.HELD)),
        Delivery.key.endswith(contact.id.hex),
    )
    for letter in session.scalars(waiting).all():
        cancel(session, letter)
    record(session, by, "removed", contact, name=contact.name)
    session.announce("partners")


def end_session(session: Session, supplier: Supplier, id: UUID, *, by: str) -> None:
    """One browser is out at once; twice is as good. Raises `NotFound` for anybody else's."""
    found = session.find(PortalSession, id)
    if found is None or found.supplier_id != supplier.id:
        raise NotFound
    if found.revoked_at is not None:
        return
    found.revoked_at = session.now()
    record(session, by, "ended a session of", supplier, device=found.device)
    session.announce(SESSIONS, "partners")


def copies(
    session: Session, letters_to: Iterable[tuple[Supplier, Mapping[str, Any], Content]]
) -> list[dict[str, Any]]:
    """The same letters for each person of those partners, to their own mailboxes, also where the
    partner is reached by another way: each gets their own link when it leaves. Takes and gives
    drafts of the outbox."""
    drafts = list(letters_to)
    people: dict[UUID, list[tuple[Contact, Channel]]] = {}
    for contact, channel in session.execute(
        sa.select(Contact, Channel)
        .join(Channel, Channel.id == Contact.channel_id)
        .where(
            Contact.supplier_id.in_({supplier.id for supplier, _, _ in drafts}),
            Contact.removed_at.is_(None),
        )
        .order_by(Contact.id)
    ):
        people.setdefault(contact.supplier_id, []).append((contact, channel))
    return [
        _copy(session, supplier, draft, letter, contact, channel)
        for supplier, draft, letter in drafts
        for contact, channel in people.get(supplier.id, ())
        if channel.id != draft["channel_id"]
    ]


def _copy(
    session: Session,
    supplier: Supplier,
    draft: Mapping[str, Any],
    letter: Content,
    contact: Contact,
    channel: Channel,
) -> dict[str, Any]:
    text = letter.text.replace(f"Hello {supplier.name},", f"Hello {contact.name},", 1)
    return {
        **draft,
        "id": session.ids.new(),
        "key": f"{draft['key']}:{contact.id.hex}",
        "channel_id": channel.id,
        "content": replace(letter, text=text).to_json(),
        "conversation": f"{channel.id.hex}:{channel.remote_id}",
        "recipient": channel.remote_id,
    }
