"""What people ask of the bot by a word, typed or given by their network."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import FrozenClock
from bot.db import Writer
from bot.engagement.commands import COMMANDS, asked
from bot.engagement.preferences import learn, not_before
from bot.engagement.telling import UNREACHED
from bot.members.models import Answers, Member, Often
from bot.networks import EventKind
from bot.outbox.models import Delivery, DeliveryState
from bot.suppliers.models import Act
from bot.understanding import Kind
from tests.engagement.community import SPEAK, Community


@pytest.fixture
def community(writer: Writer, clock: FrozenClock) -> Community:
    return Community(writer, clock)


@pytest.mark.parametrize(
    ("kind", "text", "data", "name", "words"),
    [
        (EventKind.MESSAGE, "/suggest a red lid", {}, "suggest", "a red lid"),
        (EventKind.MESSAGE, " /Suggest@shop_bot a lid ", {}, "suggest", "a lid"),
        (EventKind.COMMAND, "a red lid", {"command": "suggest"}, "suggest", "a red lid"),
        (EventKind.BUTTON, "1 +1", {"value": "voice:abc"}, "ideas", ""),
        (EventKind.BUTTON, "private", {"value": "prefer:private"}, "preferences", ""),
        (EventKind.MESSAGE, "/suggestive remarks", {}, None, ""),
        (EventKind.MESSAGE, "see /help", {}, None, ""),
        (EventKind.COMMAND, "", {"command": "dance"}, None, ""),
        (EventKind.BUTTON, "Person", {"value": "person"}, None, ""),
    ],
)
def test_a_command_is_found_in_what_is_said(
    kind: EventKind, text: str, data: dict[str, str], name: str | None, words: str
) -> None:
    found = asked(kind, text, data)
    assert (found and found.name) == name
    assert not found or found.words == words


async def test_what_is_suggested_by_command_surely_is_one(community: Community) -> None:
    (_, letter) = sorted(
        await community.say("/suggest the Lid Cup in a bigger size"), key=lambda one: one.channel
    )[::-1]
    suggestion = community.suggestion()
    assert suggestion.words == "the Lid Cup in a bigger size"
    assert suggestion.kind is Kind.SUGGESTION
    assert suggestion.product_id is not None
    assert letter.channel == "Brookstead"


async def test_without_words_the_next_message_is_the_suggestion(community: Community) -> None:
    (question,) = await community.say("/suggest")
    assert "next message" in question.text
    await community.say("Bananas", author="Bob")
    assert community.voices() == []
    await community.say("Bananas")
    assert community.suggestion().words == "Bananas"
    await community.say("Oranges")
    assert len(community.voices()) == 1


async def test_the_same_holds_when_both_come_at_once(community: Community) -> None:
    said = [community.network.event(text) for text in ("/suggest", "Bananas")]
    await community.hear(*said)
    await community.settle()
    assert community.suggestion().words == "Bananas"


async def test_what_was_asked_too_long_ago_is_not_waited_for(
    community: Community, clock: FrozenClock
) -> None:
    await community.say("/suggest")
    clock.advance(timedelta(hours=1))
    await community.say("Bananas")
    assert community.voices() == []


async def test_a_number_adds_my_voice_once(community: Community) -> None:
    await community.say("please make the Lid Cup bigger")
    (listed,) = await community.say("/ideas Lid Cup", author="Bob")
    assert "1. please make the Lid Cup bigger (1)" in listed.text
    (counted,) = await community.say("1", author="Bob")
    assert "2 stand behind" in counted.text
    (again,) = await community.say("1", author="Bob")
    assert "already" in again.text
    assert len(community.voices()) == 2


async def test_a_button_does_the_same(community: Community) -> None:
    await community.say("please make the Lid Cup bigger")
    value = f"voice:{community.suggestion().id.hex}"
    assert len(value.encode()) <= 64
    for _ in range(2):
        await community.say("1 +1", author="Bob", kind=EventKind.BUTTON, data={"value": value})
    assert len(community.voices()) == 2


async def test_who_supplies_it_has_no_vote(community: Community) -> None:
    await community.say("please make the Lid Cup bigger")
    office = community.network.event("1", kind=EventKind.BUTTON)
    value = {"value": f"voice:{community.suggestion().id.hex}"}
    assert office.author
    office = replace(office, author=replace(office.author, id="Brookstead"), data=value)
    await community.hear(office)
    await community.settle()
    assert len(community.voices()) == 1


async def test_what_was_said_in_private_is_not_listed(community: Community) -> None:
    await community.say("please make the Lid Cup bigger", private=True, channel="ada")
    (listed,) = await community.say("/ideas", author="Bob")
    assert "nothing open" in listed.text


async def test_a_vote_is_told_of_the_decision_too(community: Community) -> None:
    await community.say("please make the Lid Cup bigger")
    await community.say("/ideas", author="Bob")
    await community.say("1", author="Bob")
    before = len(await community.book.entries())
    await community.decide(Act.ACCEPT)
    await community.settle()
    told = (await community.book.entries())[before:]
    assert len(told) == 2
    assert all("please make the Lid Cup bigger" in one.text for one in told)


async def test_status_says_what_became_of_it(community: Community) -> None:
    await community.say("please make the Lid Cup bigger")
    (answer,) = await community.say("/status")
    assert "“please make the Lid Cup bigger”: with those who can act" in answer.text
    (nothing,) = await community.say("/status", author="Bob")
    assert "nothing yet" in nothing.text


async def test_status_asked_in_public_repeats_nothing_that_was_said_in_private(
    community: Community,
) -> None:
    await community.say("please make the Lid Cup bigger", private=True, channel="ada")
    (answer,) = await community.say("/status")
    assert "bigger" not in answer.text and "ask me there" in answer.text
    (alone,) = await community.say("/status", private=True, channel="ada")
    assert "please make the Lid Cup bigger" in alone.text


async def test_help_says_that_it_is_a_bot(community: Community) -> None:
    (answer,) = await community.say("/help")
    assert "bot, not a person" in answer.text
    assert all(f"/{one.name}" in answer.text for one in COMMANDS if one.name != "start")
    assert answer.action == "reply"
    (alone,) = await community.say("/help", private=True, channel="ada")
    assert alone.action == "direct"


async def test_a_language_is_remembered(community: Community) -> None:
    (answer,) = await community.say("/preferences deutsch")
    assert "auf Deutsch" in answer.text
    (thanks, *_) = await community.say("please make the Lid Cup bigger")
    assert "Dein Vorschlag" in thanks.text


async def test_who_wants_it_private_is_never_mentioned_in_public(community: Community) -> None:
    await community.say("/preferences private")
    before = len(await community.book.entries())
    await community.say("please make the Lid Cup bigger")
    await community.decide(Act.ACCEPT)
    await community.settle()
    said = (await community.book.entries())[before:]
    assert {one.action for one in said} == {"direct"}
    (listed,) = await community.say("/ideas", author="Bob")
    assert "Lid Cup" not in listed.text


async def test_who_has_blocked_us_is_on_the_list_of_who_could_not_be_told(
    community: Community,
) -> None:
    await community.say("please make the Lid Cup bigger", private=True, channel="ada")
    await community.say("", kind=EventKind.MEMBER_LEFT, private=True, channel="ada")
    await community.decide(Act.ACCEPT)
    before = len(await community.book.entries())
    await community.settle()
    assert len(await community.book.entries()) == before
    (untold,) = [one for one in community.all(Delivery) if one.note == UNREACHED]
    assert untold.state is DeliveryState.CANCELLED


async def test_who_wants_nothing_hears_nothing_but_what_they_ask(community: Community) -> None:
    await community.say("/preferences stop")
    said = await community.say("please make the Lid Cup bigger")
    await community.decide(Act.ACCEPT)
    await community.settle()
    assert [one.channel for one in said] == ["Brookstead"]
    assert await community.say("/status")
    assert await community.say("Talk to a person")


async def test_nothing_comes_unasked_at_night(community: Community, clock: FrozenClock) -> None:
    hour = clock.now().hour
    await community.say("please make the Lid Cup bigger")
    await community.say(f"/preferences quiet {hour}-{(hour + 2) % 24}")
    before = len(await community.book.entries())
    await community.decide(Act.ACCEPT)
    await community.settle()
    assert len(await community.book.entries()) == before
    clock.advance(timedelta(hours=2))
    await community.settle()
    assert len(await community.book.entries()) == before + 1


@pytest.mark.parametrize(
    ("words", "answers", "often", "language"),
    [
        ("private, rarely", Answers.PRIVATE, Often.ENDS, ""),
        ("öffentlich alles deutsch", Answers.HERE, Often.STEPS, "de"),
        ("STOP", Answers.NONE, Often.STEPS, ""),
    ],
)
def test_wishes_are_read_from_words(
    words: str, answers: Answers, often: Often, language: str
) -> None:
    member = Member(answers=Answers.HERE, often=Often.STEPS, language="")
    assert learn(member, words, SPEAK.languages)
    assert (member.answers, member.often, member.language) == (answers, often, language)


@pytest.mark.parametrize(
    ("now", "then"),
    [("21:59", "21:59"), ("22:00", "08:00"), ("03:00", "08:00"), ("08:00", "08:00")],
)
def test_quiet_hours_may_lie_around_midnight(now: str, then: str, clock: FrozenClock) -> None:
    member = Member(quiet_from=22, quiet_until=8)
    hour, minute = map(int, now.split(":"))
    moment = clock.now().replace(hour=hour, minute=minute, second=0, microsecond=0)
    later = not_before(member, moment, "UTC")
    assert f"{later:%H:%M}" == then
    assert moment <= later <= moment + timedelta(hours=10)
