"""Magic links into the portal: one button, one use, seven days; only hashes are stored."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.accounts.models import User
from bot.accounts.service import TOPIC as SESSIONS
from bot.accounts.tokens import hash_token, new_token
from bot.channels.models import Channel
from bot.db import Session
from bot.errors import NotFound
from bot.networks import Action, Content
from bot.outbox.models import About, Delivery
from bot.outbox.service import enqueue
from bot.suppliers import letters
from bot.suppliers.mailboxes import mailbox
from bot.suppliers.models import PortalLink, PortalSession, Supplier
from bot.suppliers.portal import Partner, actor
from bot.suppliers.portal_models import Contact

LINK_LIVES = timedelta(days=7)
SESSION_LIVES = timedelta(days=30)
# Staff who look as a partner would: the button is pressed at once, and an hour is enough.
LENT_LINK_LIVES = timedelta(minutes=10)
LENT_LIVES = timedelta(hours=1)
# A fresh link can be asked for once in so long: a stranger with an old one can't flood a mailbox.
_RESEND_AFTER = timedelta(minutes=10)


# When somebody was last here is written down so often at most.
SEEN_EVERY = timedelta(minutes=5)

_Door = type[PortalLink] | type[PortalSession]


class LinkSpent(NotFound):
    """This link was used already or has run out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A partner's browser that is in: the cookie's token, and where they wanted to go."""

    token: str
    supplier_id: UUID
    case_id: UUID | None
    lives: timedelta = SESSION_LIVES


def make(
    session: Session,
    supplier: Supplier,
    case_id: UUID | None = None,
    *,
    lives: timedelta = LINK_LIVES,
    lent_to: UUID | None = None,
    contact: Contact | None = None,
) -> str:
    """A new link's token; it can't be read again. The page is ``/s/{token}``.

    ``contact``: whose own it is; without one it is for whoever reads the partner's mailbox.
    """
    token = new_token()
    now = session.now()
    session.put(
        PortalLink(
            supplier_id=supplier.id,
            case_id=case_id,
            token_hash=hash_token(token),
            created_at=now,
            expires_at=now + lives,
            lent_to=lent_to,
            contact_id=contact.id if contact else None,
        )
    )
    return token


def lend(session: Session, supplier: Supplier, case_id: UUID | None = None, *, by: User) -> str:
    """A link for staff who want to see what this partner sees; noted in the audit trail.

    It works only beside their own session, and so does what it opens.
    """
    record(session, by, "opened the portal of", supplier)
    return make(session, supplier, case_id, lives=LENT_LINK_LIVES, lent_to=by.id)


def finish(
    session: Session, delivery: Delivery, content: Content, *, public_url: str, shop: str
) -> Content:
    """The letter as it leaves: with the shop's name and a link made for this very sending.

    Call it inside a write just before the adapter's ``send``; what isn't to a partner stays as
    it is. The result is never stored.
    """
    if delivery.about is not About.CASE:
        return content
    text = content.text
    if letters.LINK in text:
        supplier, contact = _addressed(session, delivery)
        link = f"{public_url}/supplier"
        if supplier is not None:  # else they moved: nobody may enter from their old address
            link = f"{public_url}/s/{make(session, supplier, delivery.about_id, contact=contact)}"
        text = text.replace(letters.LINK, link)
    text = text.replace(letters.SHOP, shop)
    return replace(content, text=text, title=content.title.replace(letters.SHOP, shop))


def _addressed(session: Session, delivery: Delivery) -> tuple[Supplier | None, Contact | None]:
    """Whom a letter is for. One to a person of a partner has their id at the end of its key, since
    the same mailbox may be that of several partners' people. One to the partner's mailbox is for
    the person who has the same address, if one has."""
    here = session.scalars(sa.select(Contact).filter_by(channel_id=delivery.channel_id)).all()
    for contact in here:
        if delivery.key.endswith(contact.id.hex):
            gone = contact.removed_at is not None
            return (None, None) if gone else (session.need(Supplier, contact.supplier_id), contact)
    supplier = session.scalars(
        sa.select(Supplier).where(Supplier.channel_id == delivery.channel_id)
    ).first()
    if supplier is None:  # reached by another way, a fresh link goes to their mailbox all the same
        asked = sa.select(Supplier).where(Supplier.email == delivery.recipient)
        of_key = (one for one in session.scalars(asked) if delivery.key.endswith(one.id.hex))
        return next(of_key, None), None
    theirs = (one for one in here if one.supplier_id == supplier.id and one.removed_at is None)
    return supplier, next(theirs, None)


def peek(session: Session, token: str) -> Supplier:
    """Whose link it is, while it can still be used. Raises `LinkSpent`."""
    supplier = session.scalar(
        sa.select(Supplier)
        .join(PortalLink, PortalLink.supplier_id == Supplier.id)
        .where(
            PortalLink.token_hash == hash_token(token),
            PortalLink.used_at.is_(None),
            PortalLink.expires_at > session.now(),
        )
    )
    if supplier is None:
        raise LinkSpent
    return supplier


def redeem(session: Session, token: str, staff: User | None = None, *, device: str = "") -> Entered:
    """Use the link up. Of many who try at once one enters; the others get `LinkSpent`.

    A link that was lent is spent for everybody but the ``staff`` whose it is.
    """
    now = session.now()
    theirs = PortalLink.lent_to == staff.id if staff else sa.false()
    used = session.execute(
        sa.update(PortalLink)
        .where(
            PortalLink.workspace_id == session.workspace,
            PortalLink.token_hash == hash_token(token),
            PortalLink.used_at.is_(None),
            PortalLink.expires_at > now,
            PortalLink.lent_to.is_(None) | theirs,
        )
        .values(used_at=now)
        .returning(
            PortalLink.supplier_id, PortalLink.case_id, PortalLink.lent_to, PortalLink.contact_id
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if used is None:
        raise LinkSpent
    supplier = session.need(Supplier, used.supplier_id)
    if used.lent_to is not None and staff is not None:
        record(session, staff, "entered the portal of", supplier)
        return enter(session, supplier, used.case_id, lent_to=staff)
    contact = session.need(Contact, used.contact_id) if used.contact_id else None
    if contact and contact.removed_at is not None:
        raise LinkSpent
    record(session, actor(supplier, contact), "entered", supplier)
    return enter(session, supplier, used.case_id, contact=contact, device=device)


def enter(
    session: Session,
    supplier: Supplier,
    case_id: UUID | None = None,
    *,
    lent_to: User | None = None,
    contact: Contact | None = None,
    device: str = "",
) -> Entered:
    token = new_token()
    now, lives = session.now(), LENT_LIVES if lent_to else SESSION_LIVES
    session.put(
        PortalSession(
            supplier_id=supplier.id,
            token_hash=hash_token(token),
            created_at=now,
            expires_at=now + lives,
            lent_to=lent_to.id if lent_to else None,
            contact_id=contact.id if contact else None,
            device=device,
            seen_at=now,
        )
    )
    return Entered(token=token, supplier_id=supplier.id, case_id=case_id, lives=lives)


def partner_of(session: Session, token: str, staff: User | None = None) -> Partner | None:
    """Who has this cookie, while their session lasts and nobody has revoked it.

    A session that was lent needs the ``staff`` it was lent to, signed in as such this moment.
    """
    row = session.execute(
        sa.select(Supplier, PortalSession, Contact)
        .join(PortalSession, PortalSession.supplier_id == Supplier.id)
        .outerjoin(Contact, Contact.id == PortalSession.contact_id)
        .where(
            PortalSession.token_hash == hash_token(token),
            PortalSession.revoked_at.is_(None),
            PortalSession.expires_at > session.now(),
            Contact.removed_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    supplier, open_session, contact = row
    if open_session.lent_to is not None and (staff is None or staff.id != open_session.lent_to):
        return None
    return Partner(
        supplier=supplier,
        session_id=open_session.id,
        lent_to=staff if open_session.lent_to else None,
        contact=contact,
        seen_at=open_session.seen_at,
    )


def seen(session: Session, session_id: UUID) -> None:
    """They are here now; see `SEEN_EVERY`."""
    session.need(PortalSession, session_id).seen_at = session.now()


def leave(session: Session, session_id: UUID) -> None:
    session.need(PortalSession, session_id).revoked_at = session.now()
    session.announce(SESSIONS)


def revoke(session: Session, supplier: Supplier, *, by: str) -> None:
    """No link and no open page of the partner works any more, from the next request on."""
    shut(session, supplier.id, lambda _: sa.true())
    record(session, by, "signed out", supplier)


def revoke_mailbox(session: Session, supplier: Supplier, *, by: str) -> None:
    """`revoke` for what came by the partner's mailbox; named people stay."""
    shut(session, supplier.id, lambda of: of.contact_id.is_(None))
    record(session, by, "signed out", supplier)


def shut(session: Session, supplier: UUID, whose: Callable[[_Door], Any]) -> None:
    """End sessions of the partner and spend their unused links: those that ``whose`` names."""
    now = session.now()
    open_sessions = sa.update(PortalSession).where(
        PortalSession.workspace_id == session.workspace,
        PortalSession.supplier_id == supplier,
        PortalSession.revoked_at.is_(None),
        whose(PortalSession),
    )
    unused = sa.update(PortalLink).where(
        PortalLink.workspace_id == session.workspace,
        PortalLink.supplier_id == supplier,
        PortalLink.used_at.is_(None),
        whose(PortalLink),
    )
    session.execute(open_sessions.values(revoked_at=now))
    session.execute(unused.values(used_at=now))
    session.announce(SESSIONS)  # open streams look again at once


def find(session: Session, token: str) -> PortalLink | None:
    """The link, spent or not: lets nobody in by itself."""
    return session.scalar(sa.select(PortalLink).where(PortalLink.token_hash == hash_token(token)))


def send_again(session: Session, token: str) -> None:
    """Mail a fresh link to the partner, or to their person, whose spent link this is; silent about
    unknown ones, and about people who were removed."""
    link = find(session, token)
    if link is None:
        return
    supplier = session.need(Supplier, link.supplier_id)
    contact = session.need(Contact, link.contact_id) if link.contact_id else None
    if contact and contact.removed_at is not None:
        return
    name, id, place = (
        (contact.name, contact.id, contact.channel_id)
        if contact
        else (supplier.name, supplier.id, mailbox(session, supplier.email, supplier.name).id)
    )
    channel = session.need(Channel, place)
    turn = int(session.now().timestamp()) // int(_RESEND_AFTER.total_seconds())
    enqueue(
        session,
        key=f"link:{turn}:{id.hex}",
        channel=channel,
        action=Action.DIRECT,
        recipient=channel.remote_id,
        content=letters.link_letter(name),
        about=About.CASE,
        about_id=link.case_id,
    )
