"""A process among others: seen while it beats, owner while it is seen."""

from datetime import timedelta

import pytest

from bot.clock import FrozenClock
from bot.db import Session
from bot.errors import InvalidInput
from bot.processes import Me, Part, queries
from bot.processes.parts import new_name
from bot.processes.service import Health, Key, beat, confirmed, join, leave
from tests.rooms import START

LEASE = timedelta(seconds=20)
SHOP, FANS = ("discord", "shop"), ("telegram", "fans")
WELL = {"discord/shop": ("ok", "It listens.")}


def process(name: str, part: Part = Part.CONNECT, key: str = "k") -> Me:
    return Me(name=name, part=part, key=key, started_at=START)


ADA, BO = process("ada"), process("bo")


def beats(session: Session, me: Me, *wanted: Key, health: Health | None = None) -> set[Key]:
    return set(beat(session, me, wanted, health or {}, lease=LEASE))


def alive(session: Session) -> list[str]:
    return [one.name for one in queries.processes(session, silence=LEASE) if one.alive]


def test_every_start_has_another_name() -> None:
    assert len({new_name() for _ in range(100)}) == 100  # one process id


def test_an_account_has_one_owner(session: Session) -> None:
    assert beats(session, ADA, SHOP, FANS) == {SHOP, FANS}
    assert beats(session, BO, SHOP, FANS) == set()
    assert queries.owners(session) == {"discord/shop": "ada", "telegram/fans": "ada"}
    assert not queries.free(session, [SHOP, FANS])


def test_who_beats_keeps_it_and_who_falls_silent_loses_it(
    session: Session, clock: FrozenClock
) -> None:
    beats(session, ADA, SHOP, FANS)
    clock.advance(LEASE / 2)
    beats(session, ADA, SHOP)
    beats(session, BO)
    clock.advance(LEASE / 2)
    assert alive(session) == ["ada", "bo"]
    assert queries.free(session, [SHOP, FANS])
    assert beats(session, BO, SHOP, FANS) == {FANS}
    clock.advance(LEASE / 2)
    assert alive(session) == ["bo"]
    assert beats(session, BO, SHOP, FANS) == {SHOP, FANS}
    assert beats(session, ADA, SHOP, FANS) == set(), "it has come too late"


def test_nobody_is_confirmed_who_was_overtaken(session: Session, clock: FrozenClock) -> None:
    beats(session, ADA, SHOP)
    assert confirmed(session, ADA, [SHOP, FANS]) == {SHOP}
    clock.advance(LEASE)
    assert confirmed(session, ADA, [SHOP, FANS]) == set(), "not even before anybody came"
    beats(session, BO, SHOP)
    assert confirmed(session, ADA, [SHOP]) == set()
    assert confirmed(session, BO, [SHOP]) == {SHOP}


def test_overtaken_and_owner_again_it_has_another_fence(
    session: Session, clock: FrozenClock
) -> None:
    fences = []
    for me in (ADA, BO, ADA):
        fences.append(beat(session, me, [SHOP], {}, lease=LEASE)[SHOP].fence)
        clock.advance(LEASE)
    assert fences == [1, 2, 3]


def test_who_leaves_gives_everything_up_at_once(session: Session) -> None:
    beats(session, ADA, SHOP)
    beats(session, BO)
    leave(session, ADA)
    assert alive(session) == ["bo"]
    assert beats(session, BO, SHOP) == {SHOP}


def test_it_announces_changes_and_not_every_beat(session: Session) -> None:
    def announced(me: Me, health: Health | None = None) -> bool:
        session.topics.clear()
        beats(session, me, SHOP, health=health)
        return "processes" in session.topics

    assert announced(ADA), "it is new"
    assert not announced(ADA)
    assert announced(ADA, WELL), "its health has changed"
    assert not announced(ADA, WELL)
    assert announced(ADA, {"discord/shop": ("off", "The token was revoked.")})


def test_how_an_account_does_is_its_owners_to_say_while_it_lives(
    session: Session, clock: FrozenClock
) -> None:
    beats(session, ADA, SHOP, health=WELL)
    assert queries.health(session, silence=LEASE) == WELL
    clock.advance(LEASE)
    assert queries.health(session, silence=LEASE) == {}


def test_one_with_another_secret_key_is_refused_while_others_live(
    session: Session, clock: FrozenClock
) -> None:
    join(session, ADA, silence=LEASE)
    join(session, BO, silence=LEASE)
    stranger = process("eve", key="another")
    with pytest.raises(InvalidInput, match="secret key"):
        join(session, stranger, silence=LEASE)
    clock.advance(LEASE)
    join(session, stranger, silence=LEASE)  # the key was changed while nobody ran


def test_the_dead_are_shown_for_an_hour(session: Session, clock: FrozenClock) -> None:
    beats(session, ADA)
    clock.advance(timedelta(minutes=50))
    beats(session, BO)
    names = [one.name for one in queries.processes(session, silence=LEASE)]
    assert names == ["bo", "ada"]
    clock.advance(timedelta(minutes=20))
    beats(session, BO)
    assert [one.name for one in queries.processes(session, silence=LEASE)] == ["bo"]


@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        ([Part.ALL], []),
        ([Part.WEB, Part.WORKER, Part.CONNECT], []),
        ([Part.WEB, Part.WEB], [Part.WORKER, Part.CONNECT]),
        ([Part.CONNECT, Part.WORKER], [Part.WEB]),
    ],
)
def test_what_nobody_does_is_found(parts: list[Part], missing: list[Part]) -> None:
    assert queries.missing(parts) == missing
