"""The second factor: one code, once, and not too many tries."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from pyotp import HOTP, TOTP

from bot.accounts import codes, second_factor, service
from bot.accounts.codes import Given, RecoveryCodes
from bot.accounts.models import AuditEntry, RecoveryCode, Role, SecondFactor, User
from bot.accounts.second_factor import Answer
from bot.accounts.service import Standing
from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.errors import Conflict
from tests import rooms

FRESH = codes.new_recovery_codes()
NOTHING = RecoveryCodes((), b"s" * 16, ())


def enter(session: Session, email: str = "mia@shop.example") -> tuple[str, Standing]:
    """A browser that came in by a link: its token, and how far it got."""
    link = service.invite(session, "Mia", email, Role.OWNER)
    token = service.enter(session, link)
    return token, standing(session, token)


def standing(session: Session, token: str) -> Standing:
    found = service.standing(session, token)
    assert found is not None
    return found


def phone(session: Session, user: User, steps: int = 0) -> str:
    """What the app shows now, or so many steps of 30 s later."""
    factor = second_factor.find(session, user.id)
    assert factor is not None
    return HOTP(factor.secret).at(int(session.now().timestamp()) // codes.STEP_SECONDS + steps)


def set_up(session: Session) -> tuple[User, str]:
    """Somebody with a second factor, and the token of the session it was set up in."""
    token, mia = enter(session)
    second_factor.begin(session, mia.user)
    given = Given(code=phone(session, mia.user))
    assert second_factor.confirm(session, mia, given, FRESH) is Answer.RIGHT
    return mia.user, token


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, for SHA-1 and six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890"
    for at, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert codes.step_of(secret, code, at=at, after=0) == at // 30
    assert "otpauth://totp/Fern%20%26%20Kettle:mia" in codes.address(
        secret, email="mia@shop.example", shop="Fern & Kettle"
    )


@pytest.mark.parametrize(
    ("late", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_one_step_off(late: int, right: bool) -> None:
    secret = codes.new_secret()
    code = TOTP(secret).at(1_000_000 + late * 30)
    assert (codes.step_of(secret, code, at=1_000_000, after=0) is not None) is right


def test_nobody_needs_a_code_before_it_is_confirmed(session: Session) -> None:
    token, mia = enter(session)
    second_factor.begin(session, mia.user)
    assert second_factor.pending(session, mia.user.id)
    assert service.signed_in(session, token)
    other, _ = enter(session)
    assert service.signed_in(session, other)


def test_from_then_on_every_session_needs_one(session: Session, clock: FrozenClock) -> None:
    before, _ = enter(session)
    user, token = set_up(session)
    assert service.signed_in(session, token) is not None
    assert service.signed_in(session, before) is None  # half in now
    assert second_factor.pending(session, user.id) is None  # never shown again
    clock.advance(timedelta(minutes=1))
    later, mia = enter(session)
    assert mia.half_in
    assert service.signed_in(session, later) is None
    assert second_factor.prove(session, mia, Given(code=phone(session, user))) is Answer.RIGHT
    assert service.signed_in(session, later) is user


def test_where_it_is_required_nobody_is_in_without(session: Session) -> None:
    token, _ = enter(session)
    assert service.signed_in(session, token, factor_required=True) is None
    _, token = set_up(session)
    assert service.signed_in(session, token, factor_required=True) is not None


def test_half_in_lasts_a_quarter_of_an_hour_and_in_lasts_thirty_days(
    session: Session, clock: FrozenClock
) -> None:
    user, _ = set_up(session)
    clock.advance(timedelta(minutes=1))
    slow, _ = enter(session)
    quick, mia = enter(session)
    second_factor.prove(session, mia, Given(code=phone(session, user)))
    clock.advance(service.HALF_IN_LASTS)
    assert service.standing(session, slow) is None
    clock.advance(service.SESSION_LASTS - service.HALF_IN_LASTS - timedelta(seconds=1))
    assert service.signed_in(session, quick)


def test_a_new_token_replaces_the_one_from_before_the_code(session: Session) -> None:
    _, token = set_up(session)
    fresh = service.renew(session, standing(session, token))
    session.flush()
    assert service.standing(session, token) is None
    assert service.signed_in(session, fresh)


def test_a_code_is_accepted_once_and_no_earlier_one_after_it(
    session: Session, clock: FrozenClock
) -> None:
    user, _ = set_up(session)
    clock.advance(timedelta(seconds=60))
    now, before = phone(session, user), phone(session, user, -1)
    assert second_factor.check(session, user, Given(code=now)) is Answer.RIGHT
    assert second_factor.check(session, user, Given(code=now)) is Answer.WRONG
    assert second_factor.check(session, user, Given(code=before)) is Answer.WRONG
    clock.advance(timedelta(seconds=30))
    assert second_factor.check(session, user, Given(code=now)) is Answer.WRONG
    assert second_factor.check(session, user, Given(code=phone(session, user))) is Answer.RIGHT


@pytest.mark.parametrize("kind", ["code", "recovery"])
def test_of_many_who_use_one_code_at_once_one_wins(
    database: Database, clock: FrozenClock, kind: str
) -> None:
    """Eight writers, as eight processes would."""
    with Writer(database) as writer:
        user, _ = writer.run_blocking(set_up)
        clock.advance(timedelta(minutes=1))
        code = writer.run_blocking(lambda session: phone(session, user))
    given = Given(code=code) if kind == "code" else codes.read(FRESH.shown[0], FRESH.salt)
    start, answers = Barrier(8), list[Answer]()

    def race() -> None:
        with Writer(database) as own:
            start.wait()
            answers.append(own.run_blocking(lambda s: second_factor.check(s, user, given)))

    racers = [Thread(target=race) for _ in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert answers.count(Answer.RIGHT) == 1, answers


def test_too_many_tries_have_to_wait_whatever_process_they_reach(
    database: Database, clock: FrozenClock
) -> None:
    def right(session: Session) -> Answer:
        return second_factor.check(session, user, Given(code=phone(session, user)))

    with Writer(database) as one, Writer(database) as other:
        user, _ = one.run_blocking(set_up)
        clock.advance(timedelta(minutes=1))
        wrong = Given(code="000000")
        answers = [
            writer.run_blocking(lambda session: second_factor.check(session, user, wrong))
            for writer in (one, other) * 4
        ]
        assert answers == [Answer.WRONG] * 5 + [Answer.TOO_OFTEN] * 3
        clock.advance(timedelta(minutes=14))
        assert other.run_blocking(right) is Answer.TOO_OFTEN
        clock.advance(timedelta(minutes=1))
        assert other.run_blocking(right) is Answer.RIGHT


def test_a_recovery_code_works_once_however_it_is_typed(session: Session) -> None:
    user, _ = set_up(session)
    salt = second_factor.salt_of(session, user.id)
    first = FRESH.shown[0]
    for typed in (f" {first.upper()} ", first.replace("-", " ")):
        again = typed != f" {first.upper()} "
        answer = second_factor.check(session, user, codes.read(typed, salt))
        assert answer is (Answer.WRONG if again else Answer.RIGHT)
    assert second_factor.codes_left(session, user.id) == 9


def test_recovery_codes_lie_hashed_and_differ(session: Session) -> None:
    set_up(session)
    stored = session.scalars(sa.select(RecoveryCode.code_hash)).all()
    assert len(set(stored)) == len(set(FRESH.shown)) == 10
    assert all(len(one) == 32 for one in stored)
    assert not {code.replace("-", "").encode() for code in FRESH.shown} & set(stored)


NO_CODES = ("", "12345", "1234567", "١٢٣٤٥٦", "abcde-fghij!", "x" * 100_000, "\0")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("typed", NO_CODES)
def test_what_is_no_code_is_just_wrong(session: Session, typed: str) -> None:
    user, _ = set_up(session)
    assert second_factor.check(session, user, codes.read(typed, FRESH.salt)) is Answer.WRONG


def test_new_recovery_codes_end_the_old_ones(session: Session, clock: FrozenClock) -> None:
    user, _ = set_up(session)
    clock.advance(timedelta(minutes=1))
    fresh = codes.new_recovery_codes()
    given = Given(code=phone(session, user))
    assert second_factor.renew_codes(session, user, given, fresh) is Answer.RIGHT
    old, new = codes.read(FRESH.shown[1], fresh.salt), codes.read(fresh.shown[1], fresh.salt)
    assert second_factor.check(session, user, old) is Answer.WRONG
    assert second_factor.check(session, user, new) is Answer.RIGHT


def test_taking_it_off_needs_a_code_and_ends_other_sessions(
    session: Session, clock: FrozenClock
) -> None:
    user, token = set_up(session)
    other, _ = enter(session)
    mia = standing(session, token)
    assert second_factor.take_off(session, mia, Given(code="000000")) is Answer.WRONG
    clock.advance(timedelta(minutes=1))
    code = Given(code=phone(session, user))
    assert second_factor.take_off(session, mia, code) is Answer.RIGHT
    assert session.scalars(sa.select(SecondFactor)).all() == []
    assert service.signed_in(session, token) is user
    assert service.standing(session, other) is None  # half in: it must not become a whole one
    with pytest.raises(Conflict, match="no second factor"):
        second_factor.take_off(session, mia, code)


def test_a_lost_phone_is_reset_without_a_code(session: Session) -> None:
    user, token = set_up(session)
    assert second_factor.reset(session, user)
    assert service.standing(session, token) is None
    assert not second_factor.reset(session, user)
    again, _ = enter(session)
    assert service.signed_in(session, again) is user


def test_setting_up_twice_keeps_the_first_and_ends_after_a_while(
    session: Session, clock: FrozenClock
) -> None:
    _, mia = enter(session)
    second_factor.begin(session, mia.user)
    first = second_factor.pending(session, mia.user.id)
    second_factor.begin(session, mia.user)
    assert second_factor.pending(session, mia.user.id) == first
    clock.advance(second_factor.SET_UP_LASTS)
    assert second_factor.pending(session, mia.user.id) is None
    with pytest.raises(Conflict, match="Begin again"):
        second_factor.confirm(session, mia, Given(code="000000"), NOTHING)
    second_factor.begin(session, mia.user)
    assert second_factor.pending(session, mia.user.id) not in {None, first}


def test_who_has_one_cannot_begin_another(session: Session) -> None:
    user, _ = set_up(session)
    with pytest.raises(Conflict, match="Take it off first"):
        second_factor.begin(session, user)


def test_everything_about_it_is_on_record(session: Session) -> None:
    user, _ = set_up(session)
    second_factor.check(session, user, Given(code="000000"))
    second_factor.check(session, user, codes.read(FRESH.shown[0], FRESH.salt))
    second_factor.reset(session, user)
    session.flush()
    verbs = list(session.scalars(sa.select(AuditEntry.verb).order_by(AuditEntry.id)))
    assert verbs[2:] == [
        "gave the second factor",
        "set up a second factor",
        "gave a wrong code",
        "used a recovery code",
        "revoked sessions of",
        "reset the second factor of",
    ]


def test_without_the_keys_a_phone_can_still_be_reset(database_url: str) -> None:
    database = rooms.open_database(database_url)  # without keys
    with database.session(database.writers) as session:
        _, mia = enter(session)
        assert not second_factor.reset(session, mia.user)
    database.close()
