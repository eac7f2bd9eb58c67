"""Letting staff in and out: one-time links and the browsers that have entered by them."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from bot.accounts import api_tokens, audit
from bot.accounts.models import EntryLink, Role, SecondFactor, User, UserSession
from bot.accounts.tokens import hash_token, new_token
from bot.db import Session
from bot.db.leases import take
from bot.errors import Conflict, InvalidInput, NotAllowed

LINK_LASTS = timedelta(hours=24)
MAILED_LINK_LASTS = timedelta(hours=1)
SESSION_LASTS = timedelta(days=30)
# So long somebody who has come in by a link may look for their phone.
HALF_IN_LASTS = timedelta(minutes=15)

# Announced when somebody may no longer be in: open streams then look again at once.
TOPIC = "sessions"

FIRST_OWNER = "owner@localhost"


def invite(session: Session, name: str, email: str, role: Role, *, by: User | str = "") -> str:
    """A one-time link's token for this person, who is made or given this name and role."""
    name, email = name.strip(), email.strip().lower()
    if not name:
        raise InvalidInput(fields={"name": "Please give a name."})
    if "@" not in email.strip("@") or any(letter.isspace() for letter in email):
        raise InvalidInput(fields={"email": "This doesn't look like an e-mail address."})
    user = session.scalar(sa.select(User).where(User.email == email))
    if user is None:
        user = session.put(User(name=name, email=email, role=role, created_at=session.now()))
    else:
        _keep_an_owner(session, user, role)
        user.name, user.role, user.disabled_at = name, role, None
    audit.record(session, by or audit.HUBBUB, "invited", user, role=role)
    return _new_link(session, user)


def first_owner_link(session: Session) -> str | None:
    """A link for the first owner, or None once any owner has entered.

    Of several processes that start at once, one makes the owner and the others wait for it.
    """
    take(session, "first owner", "", for_=timedelta())
    entered = sa.exists().where(
        UserSession.workspace_id == User.workspace_id, UserSession.user_id == User.id
    )
    owners = sa.select(User).where(User.role == Role.OWNER)
    if session.scalar(owners.where(entered).limit(1)) is not None:
        return None
    owner = session.scalar(owners.order_by(User.id).limit(1))
    if owner is None:
        return invite(session, "Owner", FIRST_OWNER, Role.OWNER)
    return _new_link(session, owner)


def _new_link(session: Session, user: User) -> str:
    """The newest link is the only one that works."""
    _void_links(session, user)
    return make_link(session, user, lasts=LINK_LASTS)


def make_link(session: Session, user: User, *, lasts: timedelta = MAILED_LINK_LASTS) -> str:
    """A further one-time link's token. Whoever asks for links by mail voids nobody's with it."""
    token, now = new_token(), session.now()
    link = EntryLink(
        user_id=user.id, token_hash=hash_token(token), created_at=now, expires_at=now + lasts
    )
    session.put(link)
    return token


def _void_links(session: Session, user: User) -> None:
    session.execute(
        sa.update(EntryLink)
        .where(
            EntryLink.workspace_id == session.workspace,
            EntryLink.user_id == user.id,
            EntryLink.used_at.is_(None),
        )
        .values(used_at=session.now())
    )


def enter(session: Session, token: str) -> str:
    """Trade a link's token for a session's. Of many who try one link at once, one wins.

    Raises `NotAllowed` when the link was used, has run out, or never was.
    """
    now = session.now()
    user_id = session.scalar(
        sa.update(EntryLink)
        .where(
            EntryLink.workspace_id == session.workspace,
            EntryLink.token_hash == hash_token(token),
            EntryLink.used_at.is_(None),
            EntryLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(EntryLink.user_id)
    )
    user = user_id and session.find(User, user_id)
    if not user or user.disabled_at is not None:
        raise NotAllowed("This link was used already, or is too old. Ask for a new one.")
    _void_links(session, user)
    session_token = new_token()
    lasts = HALF_IN_LASTS if _has_factor(session, user) else SESSION_LASTS
    session.put(
        UserSession(
            user_id=user.id,
            token_hash=hash_token(session_token),
            created_at=now,
            expires_at=now + lasts,
        )
    )
    audit.record(session, user, "entered", user)
    return session_token


def _has_factor(session: Session, user: User) -> bool:
    confirmed = sa.select(SecondFactor.confirmed_at).filter_by(user_id=user.id)
    return session.scalar(confirmed) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far somebody who came in by a link has got."""

    user: User
    session_id: UUID
    has_factor: bool
    proved: bool

    @property
    def half_in(self) -> bool:
        """They have yet to give their second factor, and may do nothing else."""
        return self.has_factor and not self.proved

    def is_in(self, *, factor_required: bool) -> bool:
        return not self.half_in and (self.has_factor or not factor_required)


def standing(session: Session, token: str) -> Standing | None:
    """Whose session this is, if it still is one."""
    row = session.execute(
        sa.select(User, UserSession.id, SecondFactor.confirmed_at, UserSession.proved_at)
        .join(
            UserSession,
            (UserSession.workspace_id == User.workspace_id) & (UserSession.user_id == User.id),
        )
        .outerjoin(
            SecondFactor,
            (SecondFactor.workspace_id == User.workspace_id) & (SecondFactor.user_id == User.id),
        )
        .where(
            UserSession.token_hash == hash_token(token),
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > session.now(),
            User.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    user, session_id, confirmed_at, proved_at = row
    return Standing(
        user=user,
        session_id=session_id,
        has_factor=confirmed_at is not None,
        proved=proved_at is not None,
    )


def signed_in(session: Session, token: str, *, factor_required: bool = False) -> User | None:
    """The user whose session this is, when they have given all that it takes."""
    found = standing(session, token)
    return found.user if found and found.is_in(factor_required=factor_required) else None


def mark_proved(session: Session, standing: Standing) -> None:
    """The second factor was given in this session."""
    row = session.need(UserSession, standing.session_id)
    row.proved_at = session.now()
    row.expires_at = session.now() + SESSION_LASTS


def renew(session: Session, standing: Standing) -> str:
    """Another token for the same session: the one from before the code opens nothing any more."""
    token = new_token()
    session.need(UserSession, standing.session_id).token_hash = hash_token(token)
    return token


def leave(session: Session, token: str) -> None:
    """End this one session; nothing happens when there is none."""
    _revoke(session, UserSession.token_hash == hash_token(token))


def revoke_sessions(
    session: Session, user: User, *, by: User | str = audit.HUBBUB, but: UUID | None = None
) -> None:
    """Put every browser of this person out (``but`` this session's), with the next request or
    within 5 s."""
    kept = sa.true() if but is None else UserSession.id != but
    _revoke(session, sa.and_(UserSession.user_id == user.id, kept))
    audit.record(session, by, "revoked sessions of", user)


def _revoke(session: Session, which: sa.ColumnElement[bool]) -> None:
    session.execute(
        sa.update(UserSession)
        .where(
            UserSession.workspace_id == session.workspace, UserSession.revoked_at.is_(None), which
        )
        .values(revoked_at=session.now())
    )
    session.announce(TOPIC)


def disable(session: Session, user: User, *, by: User | str = audit.HUBBUB) -> None:
    """Let this person in no more; what they did stays. Raises `Conflict` for the last owner."""
    _keep_an_owner(session, user, None)
    user.disabled_at = session.now()
    _void_links(session, user)
    api_tokens.revoke_all(session, user)
    revoke_sessions(session, user, by=by)


def _keep_an_owner(session: Session, user: User, role: Role | None) -> None:
    if user.role is not Role.OWNER or role is Role.OWNER or user.disabled_at is not None:
        return
    others = sa.select(User.id).where(
        User.role == Role.OWNER, User.disabled_at.is_(None), User.id != user.id
    )
    if session.scalar(others.limit(1)) is None:
        raise Conflict(f"{user.name} is the only owner. Make somebody else an owner first.")
