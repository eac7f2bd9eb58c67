"""What a partner answers by mail or in a chat: proved to be theirs, read, decided, confirmed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.accounts.models import User
from bot.db import Session
from bot.db.sealed import CannotUnseal
from bot.errors import Conflict, InvalidInput
from bot.inbox.models import Event as Incoming
from bot.networks import Content
from bot.suppliers import letters, service
from bot.suppliers.correspondence import tags, words
from bot.suppliers.correspondence.facts import Facts, facts, plain
from bot.suppliers.correspondence.models import Means, Reply, Standing, Way
from bot.suppliers.correspondence.sending import Event, key_of, send
from bot.suppliers.models import Act, Case, Supplier
from bot.suppliers.portal import FOR
from bot.suppliers.portal_models import Contact
from bot.suppliers.words import say_date

TOPIC = "partners"
# More answers of ours to one case in a day are no conversation with a person.
_MOST_A_DAY = 12
_MOST_KEPT = 20_000  # characters

_NO_TAG = "It came to the bare address, so nobody knows which matter it is about."
_FORGED = "Its reply address was not made by us, or for another partner."
_EXPIRED = "That letter is older than 90 days. Answer this one instead."
_SEALED = "The key that would prove it can't be opened. The owner finds out why with: hubbub check."
_STRANGER = "It came from an address that is not this partner's."
_TOO_OFTEN = "So many answers to one matter came today that this may be a machine."
_NO_WORD = "It does not begin with one of the words that decide. The shop reads it all the same."


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """An answer as it came in. ``id``: of its event; ``message`` and ``thread`` by the network's
    ids. ``automatic``: why a machine wrote it; ``problem``: why it can't be read."""

    id: UUID
    way: Way
    message: str
    thread: str | None
    sender: str
    text: str
    at: datetime
    automatic: str = ""
    problem: str = ""


def by_mail(session: Session, came: Came, tag: str) -> Reply:
    """An answer to a reply address. The address is the proof, and it must come from the partner."""
    reply = _keep(session, came)
    read = tags.read(tag)
    case = session.find(Case, read.case) if read else None
    try:
        if read and case and case.supplier_id and _is_genuine(session, case.supplier_id, read):
            reply.case_id, reply.supplier_id = case.id, case.supplier_id
            reply.version = read.version
    except CannotUnseal:  # what others say must not wait until the keys are back
        return _end(session, reply, Standing.HELD, _SEALED)
    if came.automatic:
        return _end(session, reply, Standing.AUTOMATIC, came.automatic)
    if read is None or case is None or reply.supplier_id is None:
        return _end(session, reply, Standing.HELD, _FORGED if tag else _NO_TAG)
    supplier = session.need(Supplier, reply.supplier_id)
    if came.sender.casefold() not in addresses(session, supplier):
        return _end(session, reply, Standing.HELD, _STRANGER)
    if came.problem:
        return _end(session, reply, Standing.HELD, came.problem)
    if _is_a_flood(session, case):
        return _end(session, reply, Standing.HELD, _TOO_OFTEN)
    if read.until < session.now().date():
        return _refuse(session, reply, case, supplier, came, _EXPIRED)
    return _answer(session, reply, case, supplier, came, words.read(came.text))


def in_chat(
    session: Session, came: Came, case: Case, version: int | None, pressed: Act | None = None
) -> Reply:
    """An answer in the private chat of the case's partner: the network tells who says it."""
    assert case.supplier_id is not None
    reply, supplier = _keep(session, came), session.need(Supplier, case.supplier_id)
    reply.case_id, reply.supplier_id, reply.version = case.id, supplier.id, version
    if _is_a_flood(session, case):
        return _end(session, reply, Standing.HELD, _TOO_OFTEN)
    said = words.Said(act=pressed) if pressed else words.read(came.text)
    return _answer(session, reply, case, supplier, came, said)


def take_as_theirs(session: Session, reply: Reply, *, by: User) -> None:
    """Staff say that what was held is the partner's. Raises `Conflict` or `InvalidInput` where it
    can't be decided as it stands."""
    _only_held(reply)
    case = session.find(Case, reply.case_id) if reply.case_id else None
    if case is None or case.supplier_id is None or case.supplier_id != reply.supplier_id:
        raise Conflict("Nobody knows which matter this is about. Answer it on the partner's page.")
    said = words.read(reply.text)
    if said is None:
        raise InvalidInput("It does not begin with one of the words that decide.")
    supplier = session.need(Supplier, case.supplier_id)
    _decide(session, reply, case, said, by=f"user:{by.name}{FOR}{supplier.name}")
    _confirm(session, reply, case, supplier, said, None)
    record(session, by, "took as theirs", reply)


def put_aside(session: Session, reply: Reply, *, by: User) -> None:
    """Nothing follows from it; it stays to be read."""
    if reply.standing is Standing.DROPPED:
        raise Conflict("Somebody has taken care of this already.")
    record(session, by, "put aside", reply, was=reply.standing.value)
    _end(session, reply, Standing.DROPPED, reply.why)


def bring_back(session: Session, reply: Reply, *, by: User) -> None:
    """It waits for a person again."""
    if reply.standing is not Standing.DROPPED:
        raise Conflict("Somebody has taken care of this already.")
    record(session, by, "brought back", reply)
    _end(session, reply, Standing.HELD, reply.why)


def addresses(session: Session, supplier: Supplier) -> frozenset[str]:
    """From which a partner may answer by mail, in small letters: theirs and their people's."""
    people = session.scalars(
        sa.select(Contact.email).where(
            Contact.supplier_id == supplier.id, Contact.removed_at.is_(None)
        )
    )
    return frozenset(email.casefold() for email in (supplier.email, *people))


def _only_held(reply: Reply) -> None:
    if reply.standing is not Standing.HELD:
        raise Conflict("Somebody has taken care of this already.")


def _keep(session: Session, came: Came) -> Reply:
    return session.put(
        Reply(
            id=came.id,
            way=came.way,
            remote_id=came.message if came.way is Way.MAIL else came.id.hex,
            sender=came.sender,
            text=came.text[:_MOST_KEPT],
            came_at=came.at,
            standing=Standing.HELD,
        )
    )


def _is_genuine(session: Session, supplier: UUID, read: tags.Tag) -> bool:
    means = session.scalar(sa.select(Means).filter_by(supplier_id=supplier))
    return means is not None and tags.is_genuine(means.reply_key, read, supplier)


def _is_a_flood(session: Session, case: Case) -> bool:
    today = sa.select(sa.func.count()).where(
        Reply.case_id == case.id, Reply.came_at > session.now() - timedelta(days=1)
    )
    return (session.scalar(today) or 0) > _MOST_A_DAY


def _answer(
    session: Session,
    reply: Reply,
    case: Case,
    supplier: Supplier,
    came: Came,
    said: words.Said | None,
) -> Reply:
    if said is None:
        return _explain(session, reply, case, supplier, came)
    try:
        _decide(session, reply, case, said, by=f"supplier:{supplier.name}")
    except (Conflict, InvalidInput) as error:
        return _refuse(session, reply, case, supplier, came, str(error))
    _confirm(session, reply, case, supplier, said, came)
    return reply


def _decide(session: Session, reply: Reply, case: Case, said: words.Said, *, by: str) -> None:
    service.decide(
        session,
        case,
        said.act,
        text=said.text,
        promised_for=said.promised_for,
        by=by,
        version=reply.version,
    )
    reply.act = said.act
    _end(session, reply, Standing.DONE)


def _confirm(
    session: Session,
    reply: Reply,
    case: Case,
    supplier: Supplier,
    said: words.Said,
    came: Came | None,
) -> None:
    letter = letters.decided_letter(
        known := facts(session, case, supplier),
        said.act,
        supplier=supplier.name,
        day=say_date(said.promised_for) if said.promised_for else "",
        text=plain(said.text),
    )
    _tell(session, reply, case, supplier, letter, known, came)


def _explain(session: Session, reply: Reply, case: Case, supplier: Supplier, came: Came) -> Reply:
    """No word that we know: staff read it, and they are told the words once for each case."""
    earlier = sa.select(Reply.id).filter_by(case_id=case.id, supplier_id=supplier.id, helped=True)
    if session.scalar(earlier.limit(1)) is None:
        reply.helped = True
        known = facts(session, case, supplier)
        letter = letters.not_decided_letter(known, _NO_WORD, supplier=supplier.name)
        _tell(session, reply, case, supplier, letter, known, came)
    return _end(session, reply, Standing.NOTED)


def _refuse(
    session: Session, reply: Reply, case: Case, supplier: Supplier, came: Came, why: str
) -> Reply:
    session.refresh(case)
    known = facts(session, case, supplier)
    letter = letters.not_decided_letter(known, why, supplier=supplier.name)
    _tell(session, reply, case, supplier, letter, known, came)
    return _end(session, reply, Standing.REFUSED, why)


def _tell(
    session: Session,
    reply: Reply,
    case: Case,
    supplier: Supplier,
    letter: Content,
    known: Facts,
    came: Came | None,
) -> None:
    """Where they are reached; in the same conversation, if that is where they wrote."""
    send(
        session,
        supplier,
        letter,
        case.id,
        key=key_of(case.id, case.version, reply.id.hex),
        what=Event.CLOSED if known.allowed == () else Event.OPENED,
        since=came.at if came else None,
        thread=came.thread if came else None,
        reply_to=came.message if came else None,
    )


def _end(session: Session, reply: Reply, standing: Standing, why: str = "") -> Reply:
    reply.standing, reply.why = standing, why
    if standing is not Standing.HELD:
        # Its bytes quote our letter, and with it what people said: nobody needs them any more.
        session.execute(sa.update(Incoming).filter_by(id=reply.id).values(raw=b""))
    session.announce(TOPIC)
    return reply
