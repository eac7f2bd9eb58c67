"""What people say becomes suggestions, cases and answers, once each."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from bot.clock import FrozenClock
from bot.db import Command, Session, Writer
from bot.inbox.models import Event, EventState
from bot.members.models import Member
from bot.networks import Author, EventKind
from bot.products.models import Product
from bot.suppliers.models import Case, Supplier
from tests.engagement.community import Community

WISH = "please make the lid dishwasher-safe"
WUNSCH = "Bitte macht den Deckel spülmaschinenfest"


@pytest.fixture
def community(writer: Writer, clock: FrozenClock) -> Community:
    return Community(writer, clock)


def texts(entries: list[Any], channel: str = "square") -> list[str]:
    return [entry.text for entry in entries if entry.channel == channel]


async def test_a_suggestion_under_a_post_goes_to_the_supplier_of_its_product(
    community: Community,
) -> None:
    post = await community.post_about("CUP-1")
    sent = await community.say(WISH, author="Ada", reply_to=post)
    (answer,), (letter,) = texts(sent), texts(sent, "Brookstead")
    assert f"Thank you, Ada! I've written down your suggestion for the Lid Cup: “{WISH}”" in answer
    assert "Brook & Daughters has it now" in answer
    assert "I'm Willow & Wren's bot" in answer
    assert f"> {WISH}" in letter
    assert {entry.thread for entry in sent} == {post, None}
    suggestion = community.suggestion()
    (case,), suppliers = community.all(Case), {one.id: one.name for one in community.all(Supplier)}
    products = {one.id: one.sku for one in community.all(Product)}
    assert (suggestion.words, products[suggestion.product_id]) == (WISH, "CUP-1")
    assert suppliers[case.supplier_id] == "Brook & Daughters"


async def test_who_says_it_too_joins_and_hears_of_the_others(community: Community) -> None:
    post = await community.post_about("CUP-1")
    await community.say(WISH, author="Ada", reply_to=post)
    second = await community.say(WISH, author="Bo", reply_to=post)
    third = await community.say(WISH, author="Cy", reply_to=post)
    assert "Somebody else said so too" in texts(second)[0]
    assert "2 others said so too" in texts(third)[0]
    assert texts(second + third, "Brookstead") == [], "one letter, however many say it"
    assert {voice.suggestion_id for voice in community.voices()} == {community.suggestion().id}
    assert len(community.voices()) == 3


async def test_who_says_it_again_counts_once(community: Community) -> None:
    post = await community.post_about("CUP-1")
    await community.say(WISH, author="Ada", reply_to=post)
    again = await community.say(WISH, author="Ada", reply_to=post)
    assert "I have that down already, Ada" in texts(again)[0]
    assert len(community.voices()) == 1


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        (WUNSCH, "Danke, Ada!"),
        ("Is the lid cup dishwasher-safe?", "Good question, Ada."),
        ("I love this lid cup, great job!", "That's lovely to hear, Ada"),
        ("person", "Ada. "),
        ("Mensch!", "Willow & Wren"),
        ("my lid cup leaks", "I'm sorry about that, Ada. I've noted the problem for the Lid Cup"),
    ],
)
async def test_each_kind_has_its_answer(community: Community, said: str, answered: str) -> None:
    (answer,) = texts(await community.say(said))
    assert answered in answer


@pytest.mark.parametrize(
    ("said", "wants"),
    [("Is it dishwasher-safe?", True), ("Person.", True), (WISH, False), ("Good morning!", False)],
)
async def test_who_needs_a_person_is_shown_to_one(
    community: Community, said: str, wants: bool
) -> None:
    await community.say(said)
    assert [message.wants_person for message in community.messages()] == [wants]


async def test_pressing_the_button_asks_for_a_person(community: Community) -> None:
    event = {"kind": EventKind.BUTTON, "data": {"value": "person"}}
    (answer,) = texts(await community.say("", **event))
    assert "Somebody from Willow & Wren" in answer


async def test_chatter_is_answered_only_in_private(community: Community) -> None:
    assert await community.say("Good morning everybody") == []
    (answer,) = await community.say("Good morning", author="Bo", private=True)
    assert "Hello Bo!" in answer.text
    assert (answer.action, answer.recipient) == ("direct", "bo")


async def test_that_it_is_a_bot_is_said_once_to_each(community: Community) -> None:
    said = [texts(await community.say(WISH, author=who))[0] for who in ("Ada", "Ada", "Bo")]
    assert ["I'm Willow & Wren's bot" in text for text in said] == [True, False, True]


@pytest.mark.parametrize(
    "author", [Author(id="us", is_self=True), Author(id="b", is_bot=True), None]
)
async def test_neither_bots_nor_ourselves_are_answered(
    community: Community, author: Author | None
) -> None:
    event = community.network.event(WISH)
    await community.hear(replace(event, author=author))
    await community.settle()
    assert await community.book.entries() == []
    assert community.events()[0].state is EventState.DONE
    assert community.all(Member) == []


@pytest.mark.parametrize("said", ["", "   ", "\0", "\ud83d", "{portal-link}", "a" * 100_000])
async def test_odd_texts_are_read_and_stop_nobody(community: Community, said: str) -> None:
    await community.hear(community.network.event(said), community.network.event(WISH, author="Bo"))
    await community.settle()
    assert {event.state for event in community.events()} == {EventState.DONE}
    assert WISH in {voice.words for voice in community.voices()}


async def test_a_conversation_is_read_in_order(community: Community) -> None:
    names = [f"P{number:03}" for number in range(250)]  # more than one batch
    await community.hear(*(community.network.event(WISH, author=name) for name in names))
    await community.settle()
    members = {member.id: member.name for member in community.all(Member)}
    assert [members[voice.member_id] for voice in community.voices()] == names


async def test_what_was_repeated_by_the_network_is_answered_once(community: Community) -> None:
    event = community.network.event(WISH)
    for _ in range(3):
        await community.hear(event)
        await community.settle()
    assert len(texts(await community.book.entries())) == 1


def oldest(session: Session) -> Event:
    return session.scalars(sa.select(Event).order_by(Event.id).limit(1)).one()


def can_not_be_read(session: Session) -> None:
    oldest(session).details = {}


def can_not_be_kept(session: Session) -> None:
    event = oldest(session)
    event.details = event.details | {"author": {"id": None, "name": None}}


@pytest.fixture
def quiet() -> Iterator[None]:
    """Tracebacks that are meant to happen."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("spoil", [can_not_be_read, can_not_be_kept])
async def test_what_can_not_be_handled_is_put_aside_and_those_behind_it_are_read(
    community: Community, spoil: Command[None]
) -> None:
    await community.hear(*(community.network.event(WISH, author=name) for name in ("Bad", "Bo")))
    await community.writer.run(spoil)
    for tries in (1, 2, 3):
        await community.listening.read_new()
        assert community.events()[0].tries == tries
    await community.settle()
    bad, good = community.events()
    assert (bad.state, good.state) == (EventState.QUARANTINED, EventState.DONE)
    assert "Hubbub stumbled over it" in bad.problem
    assert len(community.voices()) == 1


async def test_one_listens_and_another_takes_over(community: Community, clock: FrozenClock) -> None:
    other = community.another_listener("second")
    await community.hear(community.network.event(WISH, author="Ada"))
    assert await community.listening.read_new() == 1
    await community.hear(community.network.event(WISH, author="Bo"))
    assert await other.read_new() == 0
    clock.advance(timedelta(seconds=31))
    assert await other.read_new() == 1
    await community.hear(community.network.event(WISH, author="Cy"))
    assert await community.listening.read_new() == 0
    assert len(community.voices()) == 2
