"""One human, several accounts: joined by a code that they send from the second one."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import record
from bot.accounts.tokens import hash_token
from bot.db import Session, insert_new
from bot.engagement.closing.models import Notice, Wishes
from bot.engagement.models import DataLink
from bot.engagement.persons.models import Link, LinkCode, VoiceAside, WrongCode
from bot.errors import Conflict, NotAllowed
from bot.inbox.models import Signal
from bot.members.models import Member
from bot.suggestions.models import Voice
from bot.suppliers.models import Supplier

# Where the code goes in the answer: none lies in the outbox, see `reveal`.
CODE = "{link-code}"
LIVES = timedelta(minutes=10)
# So many codes an account may ask for in an hour, and so many wrong ones it may send. 30 letters
# and digits that nobody confuses, eight of them: 6.5e11 codes, 5 tries an hour.
_WITHIN, _MOST_ASKED, _MOST_WRONG = timedelta(hours=1), 5, 5
_LETTERS, _LENGTH = "ABCDEFGHJKMNPQRSTVWXYZ23456789", 8


class TooOften(NotAllowed):
    """This was asked, or a wrong code sent, too often in the last hour."""


def offer(session: Session, member: Member) -> LinkCode:
    """A code for this account, which is made when the answer leaves; earlier ones die.

    Raises `TooOften`.
    """
    since = session.now() - _WITHIN
    asked = sa.select(sa.func.count()).select_from(LinkCode)
    lately = asked.where(LinkCode.member_id == member.id, LinkCode.made_at > since)
    if (session.scalar(lately) or 0) >= _MOST_ASKED:
        raise TooOften
    _end(session, LinkCode.member_id == member.id)
    return _put(session, member_id=member.id)


def offer_partner(session: Session, supplier: Supplier, *, by: str) -> str:
    """A code for one of a partner's people, to be shown once; an earlier one of theirs dies."""
    _end(session, LinkCode.supplier_id == supplier.id)
    row = _put(session, supplier_id=supplier.id)
    record(session, by, "made a code for one of their people", supplier)
    return _fill(session, row)


def _put(session: Session, **whose: UUID) -> LinkCode:
    now = session.now()
    return session.put(LinkCode(**whose, made_at=now, expires_at=now + LIVES))


def _end(session: Session, whose: sa.ColumnElement[bool]) -> None:
    mine = LinkCode.workspace_id == session.workspace
    unclaimed = sa.update(LinkCode).where(mine, whose, LinkCode.claimed_at.is_(None))
    session.execute(unclaimed.values(expires_at=session.now(), code_hash=None))


def reveal(session: Session, member: Member) -> str:
    """The code as it leaves for who asked; "–" where it is dead by now. Never stored."""
    row = session.scalar(
        sa.select(LinkCode)
        .where(LinkCode.member_id == member.id, LinkCode.claimed_at.is_(None))
        .order_by(LinkCode.id.desc())
        .limit(1)
    )
    return _fill(session, row) if row is not None and row.expires_at > session.now() else "–"


def _fill(session: Session, row: LinkCode) -> str:
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    row.code_hash, row.expires_at = hash_token(code), session.now() + LIVES
    session.flush()
    return f"{code[:4]}-{code[4:]}"


def claim(session: Session, member: Member, typed: str) -> LinkCode | None:
    """The code that they sent, used up by it; None for one that is none, or is dead, or their own.

    Raises `TooOften` after so many wrong ones, whatever this one is.
    """
    since = session.now() - _WITHIN
    wrong = sa.select(sa.func.count()).select_from(WrongCode)
    lately = wrong.where(WrongCode.member_id == member.id, WrongCode.at > since)
    if (session.scalar(lately) or 0) >= _MOST_WRONG:
        raise TooOften
    found = _alive(session, typed)
    if found is None or (found.member_id and _person(session, found) == member.person_id):
        session.put(WrongCode(member_id=member.id, at=session.now()))
        return None
    found.claimed_by, found.claimed_at = member.id, session.now()
    session.flush()
    return found


def void(session: Session, typed: str) -> None:
    """Everybody could read this code: nobody uses it any more."""
    if found := _alive(session, typed):
        found.code_hash, found.expires_at = None, session.now()


def _alive(session: Session, typed: str) -> LinkCode | None:
    code = "".join(letter for letter in typed.upper() if letter.isalnum())
    return session.scalar(
        sa.select(LinkCode)
        .where(
            LinkCode.code_hash == hash_token(code),
            LinkCode.claimed_at.is_(None),
            LinkCode.expires_at > session.now(),
        )
        .with_for_update()
    )


def _person(session: Session, code: LinkCode) -> UUID | None:
    return code.member_id and session.need(Member, code.member_id).person_id


def claimed(session: Session, member: Member) -> LinkCode | None:
    """The code that they sent a moment ago, and to which they have not said yes."""
    return session.scalar(
        sa.select(LinkCode)
        .where(
            LinkCode.claimed_by == member.id,
            LinkCode.member_id.is_not(None),
            LinkCode.done_at.is_(None),
            LinkCode.claimed_at > session.now() - LIVES,
        )
        .order_by(LinkCode.id.desc())
        .limit(1)
    )


def join(session: Session, member: Member, to: Member) -> Link | None:
    """Who has ``member`` is who has ``to``: counted once from now on. None: they were already.

    What each wants to hear, and where, stays as they said it there.
    """
    former, person = member.person_id, to.person_id
    if former == person or member.erased_at or to.erased_at:
        return None
    members = accounts(session, former)
    link = session.put(
        Link(
            person_id=person,
            former_id=former,
            members=[one.id.hex for one in members],
            linked_at=session.now(),
            undone_by="",
        )
    )
    _put_aside(session, link)
    theirs = Voice.workspace_id == session.workspace
    moved = sa.update(Voice).where(theirs, Voice.person_id == former).values(person_id=person)
    session.execute(moved)
    session.execute(sa.delete(DataLink).filter_by(person_id=former))
    for one in members:
        one.person_id = person
    _keep_wishes(session, former, person)
    _tell_of(session, "linked", link, f"member:{member.id.hex}")
    return link


def _keep_wishes(session: Session, former: UUID, person: UUID) -> None:
    """How they want to hear from us: as it was said on this side, else as on the other."""
    theirs = session.scalar(sa.select(Wishes).filter_by(person_id=former))
    if theirs is not None:
        said = {"digest": theirs.digest, "digest_hour": theirs.digest_hour}
        row = {"person_id": person, "fallback": theirs.fallback, **said}
        insert_new(session, Wishes, [row], unique=("person_id",))


def _put_aside(session: Session, link: Link) -> None:
    """Where both stand behind the same, the first voice goes on counting."""
    both = sa.select(Voice.suggestion_id).where(Voice.person_id == link.former_id)
    either = Voice.person_id.in_((link.person_id, link.former_id))
    first: dict[UUID, UUID] = {}
    said = sa.select(Voice).where(either, Voice.suggestion_id.in_(both)).order_by(Voice.id)
    for voice in session.scalars(said).all():
        if voice.suggestion_id not in first:
            first[voice.suggestion_id] = voice.id
            continue
        told = sa.update(Notice).where(Notice.workspace_id == session.workspace)
        session.execute(
            told.where(Notice.voice_id == voice.id).values(voice_id=first[voice.suggestion_id])
        )
        session.put(
            VoiceAside(
                link_id=link.id,
                suggestion_id=voice.suggestion_id,
                member_id=voice.member_id,
                message_id=voice.message_id,
                signal_id=voice.signal_id,
                said_at=voice.said_at,
            )
        )
        session.delete(voice)
    session.flush()


def newest(session: Session, person: UUID) -> Link | None:
    """The link that can be undone now."""
    return session.scalar(
        sa.select(Link)
        .where(Link.person_id == person, Link.undone_at.is_(None))
        .order_by(Link.id.desc())
        .limit(1)
    )


def undo(session: Session, link: Link, *, by: str) -> None:
    """They are two again, as before; both voices count. Raises `Conflict` where it can't be."""
    last = newest(session, link.person_id)
    if link.undone_at is not None or last is None or last.id != link.id:
        raise Conflict("Somebody undid this already, or linked more since. Look at it again.")
    ids = [UUID(hex=id) for id in link.members]
    for one in session.scalars(sa.select(Member).where(Member.id.in_(ids))):
        one.person_id = link.former_id
    mine = Voice.workspace_id == session.workspace
    back = sa.update(Voice).where(mine, Voice.person_id == link.person_id, Voice.member_id.in_(ids))
    session.execute(back.values(person_id=link.former_id))
    session.execute(sa.delete(DataLink).filter_by(person_id=link.person_id))
    _take_back(session, link)
    link.undone_at, link.undone_by = session.now(), by
    _tell_of(session, "separated", link, by)


def _take_back(session: Session, link: Link) -> None:
    aside = session.execute(
        sa.select(VoiceAside, Member.person_id, Signal.words)
        .join(Member, Member.id == VoiceAside.member_id)
        .join(Signal, Signal.id == VoiceAside.signal_id)
        .where(VoiceAside.link_id == link.id)
    ).all()
    rows = [
        {
            "suggestion_id": one.suggestion_id,
            "person_id": person,
            "member_id": one.member_id,
            "message_id": one.message_id,
            "signal_id": one.signal_id,
            "words": words,
            "said_at": one.said_at,
        }
        for one, person, words in aside
    ]
    insert_new(session, Voice, rows, unique=("suggestion_id", "person_id"))
    session.execute(sa.delete(VoiceAside).filter_by(link_id=link.id))


def _tell_of(session: Session, verb: str, link: Link, by: str) -> None:
    record(session, by, verb, link)
    session.announce("messages", "suggestions", "cases")


def accounts(session: Session, person: UUID) -> Sequence[Member]:
    """All of a person's, the first first."""
    theirs = sa.select(Member).filter_by(person_id=person).order_by(Member.id)
    return session.scalars(theirs).all()


def of(person: UUID) -> sa.Select[Link]:
    """Every link into a person, the newest first; also what was undone."""
    return sa.select(Link).where(Link.person_id == person).order_by(Link.id.desc())


def moved(session: Session, link: Link) -> Sequence[Member]:
    """The accounts that it joined to the person."""
    ids = [UUID(hex=id) for id in link.members]
    return session.scalars(sa.select(Member).where(Member.id.in_(ids)).order_by(Member.id)).all()
