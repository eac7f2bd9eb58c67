"""The loop is closed: everybody who spoke hears what was decided, once, where they spoke."""

from datetime import date
from typing import Any

import pytest

from bot.clock import FrozenClock
from bot.db import Writer
from bot.engagement.telling import tell, tell_all, untold
from bot.suggestions.models import Suggestion
from bot.suppliers.models import Act, Answer
from tests.engagement.community import SPEAK, Community
from tests.engagement.test_listening import WISH, WUNSCH


@pytest.fixture
def community(writer: Writer, clock: FrozenClock) -> Community:
    return Community(writer, clock)


async def told(community: Community) -> list[Any]:
    """What was sent into the square by a decision."""
    before = len(await community.book.entries())
    await community.settle()
    return [e for e in (await community.book.entries())[before:] if e.channel == "square"]


@pytest.mark.parametrize(
    ("act", "what", "words"),
    [
        (Act.ACCEPT, {}, "has accepted"),
        (Act.DECLINE, {"text": "It would crack."}, "The reason: It would crack."),
        (Act.PROMISE, {"promised_for": date(2026, 6, 1)}, "for June 1, 2026"),
        (Act.DELIVER, {"text": "In shops now."}, "In shops now. Thank you for speaking up!"),
        (Act.ASK, {"text": "Which lid?"}, "A question from Brook & Daughters"),
    ],
)
async def test_everybody_hears_it_once_in_their_thread(
    community: Community, act: Act, what: dict[str, Any], words: str
) -> None:
    post = await community.post_about("CUP-1")
    for name in ("Ada", "Bo"):
        await community.say(WISH, author=name, reply_to=post)
    await community.say(WISH, author="Ada", reply_to=post)
    await community.decide(act, **what)
    answers = await told(community)
    assert [entry.thread for entry in answers] == [post, post]
    assert all(words in entry.text for entry in answers)
    if act is not Act.ASK:
        assert ["Ada" in entry.text for entry in answers] == [True, False]
    assert await told(community) == []


async def test_an_acknowledgement_alone_is_no_news(community: Community) -> None:
    await community.say(f"{WISH} on the lid cup")
    await community.decide(Act.ACKNOWLEDGE)
    assert await told(community) == []
    with community.writer.database.reading() as session:
        assert untold(session) == []


async def test_each_hears_it_in_their_language_and_where_they_spoke(community: Community) -> None:
    post = await community.post_about("CUP-1")
    await community.say(WUNSCH, author="Ada", reply_to=post)
    await community.say(WUNSCH, author="Bo", reply_to=post, private=True)
    await community.decide(Act.ACCEPT)
    public, private = await told(community)
    assert "Gute Nachricht, Ada" in public.text and "Gute Nachricht, Bo" in private.text
    assert (public.action, private.action) == ("reply", "direct")
    assert (public.recipient, private.recipient) == (None, "bo")


async def test_what_is_answered_to_a_question_goes_to_the_case(community: Community) -> None:
    post = await community.post_about("CUP-1")
    await community.say(WISH, author="Ada", reply_to=post)
    await community.decide(Act.ASK, text="Which colour would you change it to?")
    (question,) = await told(community)
    (thanks,) = await community.say("The blue one please", reply_to=question.message)
    assert "I've passed your answer on to Brook & Daughters" in thanks.text
    assert [answer.words for answer in community.all(Answer)] == ["The blue one please"]
    assert len(community.all(Suggestion)) == 1, "it opens nothing new"


async def a_crowd(community: Community, people: int) -> None:
    said = f"{WISH} on the lid cup"
    names = [f"P{number:03}" for number in range(people)]
    await community.hear(*(community.network.event(said, author=name) for name in names))
    await community.settle()
    assert len(community.voices()) == people


async def test_a_crowd_is_told_though_the_first_who_told_it_died(community: Community) -> None:
    await a_crowd(community, 450)
    await community.decide(Act.ACCEPT)
    with community.writer.database.reading() as session:
        (decision,) = untold(session)
    assert await community.writer.run(lambda session: tell(session, decision, SPEAK)) == 200
    await community.deliver()  # and then the process dies; the next begins from the start
    assert await tell_all(community.writer, SPEAK) == 1
    await community.settle()
    heard = [e.recipient or e.text for e in await community.book.entries() if "accepted" in e.text]
    assert len(heard) == len(set(heard)) == 450
