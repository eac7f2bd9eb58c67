"""Everybody hears of a decision, once, by a way that is open; or stands on a list. Nobody hears too
much: what exceeds the caps comes as one digest."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.engagement.closing import looking
from bot.engagement.closing.caps import Caps, Heard, Turn, room, turn
from bot.engagement.closing.models import Fallback, GoAhead, Notice, NoticeState, What, Why, Wishes
from bot.engagement.telling import tell_all
from bot.members.models import Member
from bot.outbox.models import Delivery, DeliveryState
from bot.suppliers.models import Act, Case
from bot.suppliers.service import decide
from tests.engagement.community import SPEAK, Community

CAPS = Caps(per_day=2, per_week=5)
SPEAKS = replace(SPEAK, caps=CAPS)
TODAY = date(2026, 3, 2)


@pytest.fixture
def community(writer: Writer, clock: FrozenClock) -> Community:
    return Community(writer, clock)


async def settle(community: Community, speak: Any = SPEAKS) -> None:
    """Until everything is told that may be told now, and sent."""
    busy = 1
    while busy:
        busy = await tell_all(community.writer, speak)
        busy += await looking.look_again(community.writer, speak)
        while await community.postman.deliver_due():
            busy += 1


def refuse(session: Session) -> None:
    """What the network says no to."""
    waiting = sa.select(Delivery).filter_by(state=DeliveryState.PENDING)
    for one in session.scalars(waiting.where(Delivery.key.startswith("told:"))):
        one.state, one.note = DeliveryState.REFUSED, "Unknown message."


async def decided(community: Community) -> None:
    """A decision whose answer the network refuses."""
    await community.decide(Act.ACCEPT)
    await tell_all(community.writer, SPEAK)
    await community.writer.run(refuse)


async def test_who_can_t_be_told_in_the_thread_is_told_in_the_chat_they_have_with_us(
    community: Community,
) -> None:
    await community.say("hello there", private=True, channel="ada-alone")
    await community.say("please make the Lid Cup bigger")
    await decided(community)
    before = len(await community.book.entries())
    await settle(community, SPEAK)
    (told,) = (await community.book.entries())[before:]
    assert (told.action, told.channel) == ("direct", "ada-alone")
    (notice,) = community.all(Notice)
    assert notice.state is NoticeState.SAID
    states = [one.state for one in community.all(Delivery) if one.key == notice.key]
    assert states == [DeliveryState.CANCELLED], "nobody can send the refused one too"


async def test_who_never_wrote_in_private_is_listed_and_told_when_they_do(
    community: Community, clock: FrozenClock
) -> None:
    await community.say("please make the Lid Cup bigger")
    await decided(community)
    await settle(community, SPEAK)
    (listed,) = community.all(Notice)
    assert (listed.state, listed.why) == (NoticeState.UNREACHED, Why.REFUSED)
    clock.advance(timedelta(minutes=1))
    await community.say("hello", private=True, channel="ada-alone")
    clock.advance(timedelta(hours=1))
    before = len(await community.book.entries())
    await settle(community, SPEAK)
    (told,) = (await community.book.entries())[before:]
    assert "has accepted" in told.text
    (listed,) = community.all(Notice)
    assert (listed.state, listed.why) == (NoticeState.SAID, None)


async def test_how_news_comes_is_chosen_by_words(community: Community) -> None:
    (shown,) = await community.say("/preferences digest 20, only here")
    assert "once a day, together" in shown.text
    (wish,) = community.all(Wishes)
    assert (wish.digest, wish.digest_hour, wish.fallback) == (True, 20, Fallback.NOWHERE)
    await community.say("/preferences Zusammenfassung aus überall")
    (wish,) = community.all(Wishes)
    assert (wish.digest, wish.fallback) == (False, Fallback.ANYWHERE)


async def test_what_many_would_hear_waits_for_staff(community: Community) -> None:
    speak = replace(SPEAK, ask_above=1)
    for name in ("Ada", "Bo"):
        await community.say("please make the Lid Cup bigger", author=name)
    await community.decide(Act.ACCEPT)
    await settle(community, speak)
    (asked,) = community.all(GoAhead)
    assert (asked.people, asked.agreed_at, community.all(Notice)) == (2, None, [])

    def agree(session: Session) -> None:
        session.need(GoAhead, asked.id).agreed_at = session.now()

    await community.writer.run(agree)
    await settle(community, speak)
    assert [one.state for one in community.all(Notice)] == [NoticeState.SAID] * 2


@pytest.mark.parametrize(
    ("waiting", "told", "at_digest_time", "whose"),
    [
        ([], 0, True, Turn.NOBODY),
        ([What.NEWS], 0, False, Turn.FIRST),
        ([What.NEWS, What.NEWS], 1, False, Turn.NOBODY),  # more than the day holds: together
        ([What.NEWS, What.NEWS], 1, True, Turn.ALL_NEWS),
        ([What.QUESTION, What.NEWS, What.NEWS], 1, True, Turn.FIRST),
        ([What.QUESTION], 2, True, Turn.NOBODY),
    ],
)
def test_whose_turn_it_is(
    waiting: list[What], told: int, at_digest_time: bool, whose: Turn
) -> None:
    heard = Heard()
    heard.days[TODAY] = told
    given = {"digest_time": at_digest_time, "wants_digest": False}
    assert turn(waiting, heard, CAPS, TODAY, **given) is whose
    heard.under_way = True
    assert turn(waiting, heard, CAPS, TODAY, **given) is Turn.NOBODY


def test_any_seven_days_in_a_row_count_as_a_week() -> None:
    heard = Heard()
    for ago in (0, 3, 6, 7):
        heard.days[TODAY - timedelta(days=ago)] = 1
    assert room(heard, Caps(per_day=9, per_week=4), TODAY) == 1


async def test_in_ninety_days_nobody_hears_too_much_and_nothing_is_lost(
    writer: Writer, clock: FrozenClock
) -> None:
    community, chance = Community(writer, clock), random.Random(7)
    for matter in range(4):
        for name in ("Ada", "Bo", "Cy"):
            text = f"please make the {'Lid Cup' if matter % 2 else 'Ember Pan'} {MATTERS[matter]}"
            await community.say(text, author=name, private=matter % 3 == 0, channel=f"c-{name}")
    await writer.run(link_two)
    for step in range(90 * 2):
        clock.advance(timedelta(hours=12))
        if step < 80 * 2 and chance.random() < 0.2:
            await writer.run(lambda session: decide_some(session, chance))
        if chance.random() < 0.1:  # the network is away: what is on its way is late
            await tell_all(writer, SPEAKS)
        else:
            await settle(community)
    notices = community.all(Notice)
    assert len(notices) > 60
    assert {one.state for one in notices} == {NoticeState.SAID}
    deliveries = {one.id: one for one in community.all(Delivery)}
    assert all(deliveries[one.delivery_id].state is DeliveryState.SENT for one in notices)
    assert any(one.key.startswith("digest:") for one in deliveries.values())
    person = {one.id: one.person_id for one in community.all(Member)}
    once = {(one.decision_id, person[one.member_id]) for one in notices}
    assert len(once) == len(notices), "once each, also who has two identities"
    most = most_heard(community, notices, deliveries)
    assert most == (CAPS.per_day, CAPS.per_week), (
        "the load reaches the caps, and never exceeds them"
    )


MATTERS = ("bigger", "lighter", "red", "cheaper", "quieter", "thicker", "foldable", "washable")


def link_two(session: Session) -> None:
    """Ada and Bo turn out to be one human."""
    ada, bo = (session.scalars(sa.select(Member).filter_by(name=n)).one() for n in ("Ada", "Bo"))
    bo.person_id = ada.person_id
    session.put(Wishes(person_id=ada.person_id, digest=False, digest_hour=20))


def decide_some(session: Session, chance: random.Random) -> None:
    """A partner says something about some of the cases."""
    cases = session.scalars(sa.select(Case).where(Case.supplier_id.is_not(None))).all()
    for case in chance.sample(list(cases), min(len(cases), chance.randint(1, 3))):
        day = session.now().date() + timedelta(days=30)
        act = Act.ASK if chance.random() < 0.1 else Act.PROMISE
        text = "Which one?" if act is Act.ASK else ""
        decide(session, case, act, text=text, promised_for=day, by="supplier:X")


def most_heard(
    community: Community, notices: list[Notice], deliveries: dict[UUID, Delivery]
) -> tuple[int, int]:
    """The most that one person heard on a day, and in seven days in a row."""
    persons = {one.id: one.person_id for one in community.all(Member)}
    heard: dict[UUID, dict[UUID, datetime]] = {}
    for one in notices:
        assert one.delivery_id is not None
        sent = deliveries[one.delivery_id].sent_at
        assert sent is not None
        heard.setdefault(persons[one.member_id], {})[one.delivery_id] = sent
    days, weeks = 0, 0
    for moments in heard.values():
        count = Counter(moment.date() for moment in moments.values())
        days = max(days, *count.values())
        for day in count:
            weeks = max(weeks, sum(count[day + timedelta(days=n)] for n in range(7)))
    return days, weeks
