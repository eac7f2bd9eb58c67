"""Private chats of partners: making one theirs by a code, and what is answered there."""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.accounts.models import User
from bot.accounts.tokens import hash_token
from bot.channels.models import Channel, ChannelKind
from bot.channels.service import ensure
from bot.db import Session
from bot.outbox.models import Delivery
from bot.suppliers import acts, letters
from bot.suppliers.correspondence import words
from bot.suppliers.correspondence.answering import Came, in_chat
from bot.suppliers.correspondence.models import Means
from bot.suppliers.correspondence.sending import Event, need_means, send, version_of
from bot.suppliers.models import Act, Case, Supplier

CODE_LIVES = timedelta(days=7)

# 32 letters and digits that nobody confuses: 16 of them are 80 bits.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE = re.compile(rf"\s*partner-([{_LETTERS}]{{16}})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A private chat and who speaks there with us, by the network's own ids."""

    network: str
    account: str
    channel: str
    person: str


def make_code(session: Session, supplier: Supplier, *, by: User) -> str:
    """What the partner sends to the bot in a private chat, to be reached there. It can't be read
    again; a new one voids the last."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(16))
    means = need_means(session, supplier.id)
    means.code_hash, means.code_until = hash_token(code), session.now() + CODE_LIVES
    record(session, by, "made a chat code for", supplier)
    session.announce("partners")
    return f"partner-{code}"


def may_be_for_us(text: str, value: str) -> bool:
    """Cheap: whether it is worth asking the tables whose chat this is."""
    pressed = value.startswith(f"{letters.PRESSED}:")
    return pressed or _CODE.fullmatch(text) is not None or words.read(text) is not None


def take(session: Session, came: Came, *, place: Place, answered: UUID | None, value: str) -> bool:
    """Whether it was a partner's, and is taken in. ``answered``: the letter that it replies to."""
    if found := _CODE.fullmatch(came.text):
        return _link(session, found[1].casefold(), place)
    supplier = _partner_at(session, place)
    if supplier is None:
        return False
    if value.startswith(f"{letters.PRESSED}:"):
        return _pressed(session, came, supplier, value)
    if answered is None:
        return _without_reply(session, came, supplier)
    letter = session.need(Delivery, answered)
    case = session.find(Case, letter.about_id) if letter.about_id else None
    if case is None or case.supplier_id != supplier.id:
        return False
    in_chat(session, came, case, version_of(letter))
    return True


def _link(session: Session, code: str, place: Place) -> bool:
    means = session.scalar(sa.select(Means).filter_by(code_hash=hash_token(code)))
    if means is None or means.code_until is None or means.code_until < session.now():
        return False
    channel = ensure(
        session,
        network=place.network,
        account=place.account,
        remote_id=place.channel,
        kind=ChannelKind.DIRECT,
    )
    supplier = session.need(Supplier, means.supplier_id)
    others = sa.select(Supplier.id).filter_by(channel_id=channel.id)
    if session.scalars(others.where(Supplier.id != supplier.id)).first() is not None:
        return False  # whose a letter there is could not be told
    means.code_hash = means.code_until = None
    means.person = place.person
    supplier.channel_id = channel.id
    record(session, f"supplier:{supplier.name}", "chose a private chat", supplier)
    key = f"linked:{supplier.id.hex}:{session.ids.new().hex}"
    send(session, supplier, letters.linked_letter(supplier.name), None, key=key, what=Event.TEST)
    session.announce("partners", "outbox")
    return True


def _partner_at(session: Session, place: Place) -> Supplier | None:
    """Whose chat it is, if it is that person who speaks there."""
    return session.scalar(
        sa.select(Supplier)
        .join(
            Channel,
            sa.and_(
                Channel.workspace_id == Supplier.workspace_id, Channel.id == Supplier.channel_id
            ),
        )
        .join(
            Means,
            sa.and_(Means.workspace_id == Supplier.workspace_id, Means.supplier_id == Supplier.id),
        )
        .where(
            Channel.network == place.network,
            Channel.account == place.account,
            Channel.remote_id == place.channel,
            Means.person == place.person,
        )
    )


def _pressed(session: Session, came: Came, supplier: Supplier, value: str) -> bool:
    """A button of ours: ``case:accept:<case>:<version>``."""
    try:
        _, act, case_id, version = value.split(":")
        pressed, case = Act(act), session.find(Case, UUID(hex=case_id))
        as_of = int(version)
    except ValueError:
        return False
    if case is None or case.supplier_id != supplier.id:
        return False
    in_chat(session, came, case, as_of, pressed)
    return True


def _without_reply(session: Session, came: Came, supplier: Supplier) -> bool:
    """A word that decides, said to nothing in particular: clear while only one case is open."""
    open_cases = session.scalars(
        sa.select(Case)
        .filter_by(supplier_id=supplier.id)
        .where(Case.state.not_in(acts.ENDS))
        .limit(2)
    ).all()
    if len(open_cases) != 1:
        return False
    in_chat(session, came, open_cases[0], open_cases[0].version)
    return True
