"""Staff's second factor: set up, asked for, used once a code, taken off.

A wrong code is an answer, not an error: it counts as a try, and what is raised is rolled back.
"""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from bot.accounts import audit, codes, service
from bot.accounts.codes import Given, RecoveryCodes
from bot.accounts.models import RecoveryCode, SecondFactor, User
from bot.accounts.service import Standing
from bot.db import Session, insert_new
from bot.errors import Conflict

# So long a secret that nobody has confirmed is shown.
SET_UP_LASTS = timedelta(minutes=15)
# So many tries in so long, by all processes together.
MOST_TRIES, TRIES_IN = 5, timedelta(minutes=15)


class Answer(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    TOO_OFTEN = "too often"


def find(session: Session, user_id: UUID) -> SecondFactor | None:
    return session.scalar(sa.select(SecondFactor).filter_by(user_id=user_id))


def _need(session: Session, user: User, *, confirmed: bool = False) -> SecondFactor:
    factor = find(session, user.id)
    if factor is None or (confirmed and factor.confirmed_at is None):
        raise Conflict("You have no second factor yet. Set one up first.")
    return factor


def begin(session: Session, user: User) -> None:
    """Make a secret for the phone; it protects nothing before `confirm`.

    A second call while it is fresh keeps it. Raises `Conflict` when one is set up already.
    """
    now, secret = session.now(), codes.new_secret()
    values = {"user_id": user.id, "secret": secret, "made_at": now, "last_step": 0, "salt": b""}
    values |= {"tries": 0, "tries_since": now}
    insert_new(session, SecondFactor, [values], unique=("user_id",))
    factor = _need(session, user)
    if factor.confirmed_at is not None:
        raise Conflict("Your second factor is set up already. Take it off first to change it.")
    if pending(session, user.id) is None:
        factor.secret, factor.made_at = secret, now


def pending(session: Session, user_id: UUID) -> str | None:
    """The secret that is being set up: nobody sees it any more once it is confirmed."""
    factor = find(session, user_id)
    if factor is None or factor.confirmed_at or factor.made_at <= session.now() - SET_UP_LASTS:
        return None
    return factor.secret


def confirm(session: Session, standing: Standing, given: Given, fresh: RecoveryCodes) -> Answer:
    """The phone shows the right code: from now on the user's sessions need one.

    This session has given it; every other one is half in. Raises `Conflict` when there is nothing
    to confirm (any more).
    """
    user = standing.user
    if pending(session, user.id) is None:
        raise Conflict("This took too long. Begin again, and scan the new picture.")
    answer = check(session, user, given)
    if answer is Answer.RIGHT:
        factor = _need(session, user)
        factor.confirmed_at = session.now()
        _replace_codes(session, factor, fresh)
        audit.record(session, user, "set up a second factor", user)
        service.mark_proved(session, standing)
        session.announce(service.TOPIC)
    return answer


def prove(session: Session, standing: Standing, given: Given) -> Answer:
    """Give the code in a session that is half in; when it is right, the session is in."""
    answer = check(session, standing.user, given)
    if answer is Answer.RIGHT:
        service.mark_proved(session, standing)
    return answer


def check(session: Session, user: User, given: Given) -> Answer:
    """Whether the code is right, which uses it up. Commit it whatever the answer: tries count."""
    if not _may_try(session, user):
        return Answer.TOO_OFTEN
    if given.code:
        right = _use_code(session, user, given.code)
    else:
        right = _use_recovery(session, user, given.recovery)
    if not right:
        audit.record(session, user, "gave a wrong code", user)
        return Answer.WRONG
    session.execute(_of(user).values(tries=0))
    how = "gave the second factor" if given.code else "used a recovery code"
    audit.record(session, user, how, user)
    return Answer.RIGHT


def _may_try(session: Session, user: User) -> bool:
    """Count this try, unless there were too many. One statement, so that no two tries are one."""
    now = session.now()
    over = (SecondFactor.tries == 0) | (SecondFactor.tries_since <= now - TRIES_IN)
    counted = session.scalar(
        _of(user)
        .where(over | (SecondFactor.tries < MOST_TRIES))
        .values(
            tries=sa.case((over, 1), else_=SecondFactor.tries + 1),
            tries_since=sa.case((over, now), else_=SecondFactor.tries_since),
        )
        .returning(SecondFactor.id)
    )
    return counted is not None


def _use_code(session: Session, user: User, code: str) -> bool:
    """Accept it once: whoever raises ``last_step`` first has it."""
    factor = find(session, user.id)
    if factor is None:
        return False
    step = codes.step_of(factor.secret, code, at=session.now().timestamp(), after=factor.last_step)
    if step is None:
        return False
    used = _of(user).where(SecondFactor.last_step < step).values(last_step=step)
    return session.scalar(used.returning(SecondFactor.id)) is not None


def _use_recovery(session: Session, user: User, code_hash: bytes) -> bool:
    used = (
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.workspace_id == session.workspace,
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == code_hash,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=session.now())
        .returning(RecoveryCode.id)
    )
    return session.scalar(used) is not None


def _of(user: User) -> sa.Update:
    return (
        sa.update(SecondFactor)
        .where(SecondFactor.workspace_id == user.workspace_id, SecondFactor.user_id == user.id)
        .execution_options(synchronize_session=False)
    )


def salt_of(session: Session, user_id: UUID) -> bytes:
    """For hashing what they type as a recovery code; empty where there are none."""
    return session.scalar(sa.select(SecondFactor.salt).filter_by(user_id=user_id)) or b""


def codes_left(session: Session, user_id: UUID) -> int:
    left = sa.select(sa.func.count()).select_from(RecoveryCode)
    return session.scalar(left.filter_by(user_id=user_id, used_at=None)) or 0


def renew_codes(session: Session, user: User, given: Given, fresh: RecoveryCodes) -> Answer:
    """Ten new recovery codes instead of the old ones, for a right code.

    Raises `Conflict` without a second factor.
    """
    factor = _need(session, user, confirmed=True)
    answer = check(session, user, given)
    if answer is Answer.RIGHT:
        _replace_codes(session, factor, fresh)
        audit.record(session, user, "made new recovery codes", user)
    return answer


def _replace_codes(session: Session, factor: SecondFactor, fresh: RecoveryCodes) -> None:
    _forget(session, RecoveryCode, factor.user_id)
    factor.salt = fresh.salt
    for code_hash in fresh.hashes:
        session.put(RecoveryCode(user_id=factor.user_id, code_hash=code_hash))


def take_off(session: Session, standing: Standing, given: Given) -> Answer:
    """The user's own wish, for a right code. Their other sessions end: they may be half in.

    Raises `Conflict` where there is none.
    """
    user = standing.user
    _need(session, user, confirmed=True)
    answer = check(session, user, given)
    if answer is Answer.RIGHT:
        _remove(session, user)
        service.revoke_sessions(session, user, by=user, but=standing.session_id)
        audit.record(session, user, "took off the second factor", user)
    return answer


def reset(session: Session, user: User, *, by: User | str = audit.HUBBUB) -> bool:
    """For a lost phone: no code is needed any more, and every session of the user ends.

    Gives whether there was anything to reset.
    """
    there = find_id(session, user.id) is not None
    _remove(session, user)
    service.revoke_sessions(session, user, by=by)
    audit.record(session, by, "reset the second factor of", user)
    return there


def find_id(session: Session, user_id: UUID) -> UUID | None:
    """That there is one, without opening its secret: the keys may be lost too."""
    return session.scalar(sa.select(SecondFactor.id).filter_by(user_id=user_id))


def _remove(session: Session, user: User) -> None:
    _forget(session, RecoveryCode, user.id)
    _forget(session, SecondFactor, user.id)


def _forget(
    session: Session, table: type[RecoveryCode] | type[SecondFactor], user_id: UUID
) -> None:
    session.execute(
        sa.delete(table).where(table.workspace_id == session.workspace, table.user_id == user_id)
    )
