"""Magic links into the portal: one button, one use, seven days; only hashes are stored."""

from dataclasses import dataclass, replace
from datetime import timedelta
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
from bot.suppliers.models import PortalLink, PortalSession, Supplier
from bot.suppliers.portal import Partner

LINK_LIVES = timedelta(days=7)
SESSION_LIVES = timedelta(days=30)
# Staff who look as a partner would: the button is pressed at once, and an hour is enough.
LENT_LINK_LIVES = timedelta(minutes=10)
LENT_LIVES = timedelta(hours=1)
# A fresh link can be asked for once in so long: a stranger with an old one can't flood a mailbox.
_RESEND_AFTER = timedelta(minutes=10)


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
) -> str:
    """A new link's token; it can't be read again. The page is ``/s/{token}``."""
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
        supplier = session.scalars(
            sa.select(Supplier).where(Supplier.channel_id == delivery.channel_id)
        ).first()
        link = f"{public_url}/supplier"
        if supplier is not None:  # else they moved: nobody may enter from their old address
            link = f"{public_url}/s/{make(session, supplier, delivery.about_id)}"
        text = text.replace(letters.LINK, link)
    text = text.replace(letters.SHOP, shop)
    return replace(content, text=text, title=content.title.replace(letters.SHOP, shop))


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


def redeem(session: Session, token: str, staff: User | None = None) -> Entered:
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
        .returning(PortalLink.supplier_id, PortalLink.case_id, PortalLink.lent_to)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if used is None:
        raise LinkSpent
    supplier = session.need(Supplier, used.supplier_id)
    if used.lent_to is not None and staff is not None:
        record(session, staff, "entered the portal of", supplier)
        return enter(session, supplier, used.case_id, lent_to=staff)
    record(session, f"supplier:{supplier.name}", "entered", supplier)
    return enter(session, supplier, used.case_id)


def enter(
    session: Session,
    supplier: Supplier,
    case_id: UUID | None = None,
    *,
    lent_to: User | None = None,
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
        )
    )
    return Entered(token=token, supplier_id=supplier.id, case_id=case_id, lives=lives)


def partner_of(session: Session, token: str, staff: User | None = None) -> Partner | None:
    """Who has this cookie, while their session lasts and nobody has revoked it.

    A session that was lent needs the ``staff`` it was lent to, signed in as such this moment.
    """
    row = session.execute(
        sa.select(Supplier, PortalSession.id, PortalSession.lent_to)
        .join(PortalSession, PortalSession.supplier_id == Supplier.id)
        .where(
            PortalSession.token_hash == hash_token(token),
            PortalSession.revoked_at.is_(None),
            PortalSession.expires_at > session.now(),
        )
    ).one_or_none()
    if row is None:
        return None
    supplier, session_id, lent_to = row
    if lent_to is None:
        return Partner(supplier=supplier, session_id=session_id)
    if staff is None or staff.id != lent_to:
        return None
    return Partner(supplier=supplier, session_id=session_id, lent_to=staff)


def leave(session: Session, session_id: UUID) -> None:
    session.need(PortalSession, session_id).revoked_at = session.now()
    session.announce(SESSIONS)


def revoke(session: Session, supplier: Supplier, *, by: str) -> None:
    """No link and no open page of the partner works any more, from the next request on."""
    now = session.now()
    open_sessions = sa.update(PortalSession).where(
        PortalSession.workspace_id == session.workspace,
        PortalSession.supplier_id == supplier.id,
        PortalSession.revoked_at.is_(None),
    )
    unused = sa.update(PortalLink).where(
        PortalLink.workspace_id == session.workspace,
        PortalLink.supplier_id == supplier.id,
        PortalLink.used_at.is_(None),
    )
    session.execute(open_sessions.values(revoked_at=now))
    session.execute(unused.values(used_at=now))
    record(session, by, "signed out", supplier)
    session.announce(SESSIONS)  # open streams look again at once


def find(session: Session, token: str) -> PortalLink | None:
    """The link, spent or not: lets nobody in by itself."""
    return session.scalar(sa.select(PortalLink).where(PortalLink.token_hash == hash_token(token)))


def send_again(session: Session, token: str) -> None:
    """Mail a fresh link to the partner whose spent link this is; silent about unknown ones."""
    link = find(session, token)
    if link is None:
        return
    supplier = session.need(Supplier, link.supplier_id)
    channel = session.need(Channel, supplier.channel_id)
    turn = int(session.now().timestamp()) // int(_RESEND_AFTER.total_seconds())
    enqueue(
        session,
        key=f"link:{supplier.id.hex}:{turn}",
        channel=channel,
        action=Action.DIRECT,
        recipient=channel.remote_id,
        content=letters.link_letter(supplier.name),
        about=About.CASE,
        about_id=link.case_id,
    )
