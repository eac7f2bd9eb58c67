"""Every message, in and out, can be explained: received, understood, answered, tried, refused."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from adapters.sandbox import Fault
from bot.channels import service as channels
from bot.channels.models import Channel
from bot.db import Session
from bot.inbox.models import Event
from bot.inbox.service import receive
from bot.networks import Action, Content, NotUnderstood
from bot.outbox.claiming import claim
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.service import enqueue
from bot.suggestions.models import Suggestion
from bot.suppliers.models import Act, Case
from bot.watching.asking import explain
from bot.watching.story import Step, Story, Subject
from tests.engagement.community import Community
from tests.engagement.test_listening import WISH


def story(community: Community, id: UUID | str) -> Story:
    with community.writer.database.reading() as session:
        answer = explain(session, str(id))
    assert answer.story is not None, answer.several
    return answer.story


def all_steps(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from all_steps(step.steps)


def told(story: Story) -> str:
    """All of it, as one text to look in."""
    return "\n".join(
        " | ".join(filter(None, (step.text, step.quote, step.hint)))
        for step in all_steps(story.steps)
    )


def deliveries(community: Community, about: About) -> list[Delivery]:
    return [one for one in community.all(Delivery) if one.about is about]


async def test_a_message_is_told_from_the_front_door_to_the_answer(community: Community) -> None:
    post = await community.post_about("CUP-1")
    await community.say(WISH, author="Ada", reply_to=post)
    (event,) = community.events()
    found = story(community, event.id)
    assert found.subjects == [Subject.MESSAGE, Subject.EVENT]
    assert (found.title, found.href) == (WISH, f"/inbox/{event.id}")
    text = told(found)
    assert f"Came in from sandbox, account main | {WISH}" in text
    assert f"Stored under the key {event.dedupe_key}." in text
    assert "Said by Ada in square" in text
    assert "Suggestion, " in text and "About the product Lid Cup." in text and "Because of:" in text
    assert f"It became a suggestion | {WISH}" in text
    assert "A case for Brook & Daughters" in text
    assert "The bot's answer in square: sent" in text
    assert "Try 1: the network has it" in text
    moments = [step.at for step in found.steps[:2]]
    assert moments == [event.received_at, event.occurred_at]


async def test_all_kinds_of_ids_lead_somewhere(community: Community) -> None:
    post = await community.post_about("CUP-1")
    await community.say(WISH, author="Ada", reply_to=post)
    (event,), (suggestion,), (case,) = (community.all(kind) for kind in (Event, Suggestion, Case))
    (answer,) = deliveries(community, About.ACKNOWLEDGEMENT)
    message = community.messages()[0].remote_id
    expected = {
        str(event.id): (event.id, Subject.MESSAGE),
        event.id.hex: (event.id, Subject.MESSAGE),
        event.id.hex[:31]: (event.id, Subject.MESSAGE),
        f" {str(event.id).upper()}\n": (event.id, Subject.MESSAGE),
        event.dedupe_key: (event.id, Subject.EVENT),
        message: (event.id, Subject.MESSAGE),
        str(suggestion.id): (suggestion.id, Subject.SUGGESTION),
        str(case.id): (case.id, Subject.CASE),
        str(answer.id): (answer.id, Subject.DELIVERY),
        answer.remote_id: (answer.id, Subject.DELIVERY),
        answer.key: (answer.id, Subject.DELIVERY),
    }
    for text, (id, subject) in expected.items():
        found = story(community, text)
        assert (found.id, subject in found.subjects) == (id, True), text


@pytest.mark.parametrize(
    "text", ["", "  ", "nothing", str(UUID(int=7)), "0" * 40, "a" * 5, "%", "é\0"]
)
def test_what_nothing_is_called_leads_nowhere(community: Community, text: str) -> None:
    with community.writer.database.reading() as session:
        answer = explain(session, text)
    assert (answer.story, list(answer.several)) == (None, [])


async def test_a_beginning_that_fits_several_names_them(community: Community) -> None:
    for number in range(3):
        await community.hear(community.network.event(f"number {number}"))
    ids = [event.id for event in community.events()]
    with community.writer.database.reading() as session:
        answer = explain(session, ids[0].hex[:8])
    assert answer.story is None
    assert {one.id for one in answer.several} >= set(ids)


async def test_every_try_and_the_networks_words_are_told(community: Community) -> None:
    await community.hear(community.network.event("How much is the lid cup?", author="Ada"))
    community.network.fail_next(Fault.UNAVAILABLE, Fault.REFUSE)
    await community.settle()
    (answer,) = deliveries(community, About.ACKNOWLEDGEMENT)
    text = told(story(community, answer.id))
    assert "Try 1: the network was not reached" in text
    assert f"Waiting to be tried again | {answer.note}" in text
    community.clock.advance(timedelta(minutes=1))
    await community.deliver()
    (answer,) = deliveries(community, About.ACKNOWLEDGEMENT)
    text = told(story(community, answer.id))
    assert f"Try 2: the network refused it | {answer.note} | by first, in 0.0 s" in text
    assert "It waits for your word | Change it, try again, or drop it." in text


async def test_a_quarantined_event_says_why(community: Community) -> None:
    garbled = NotUnderstood(
        network="sandbox", account="main", dedupe_key="k1", raw=b"{", reason="No author."
    )
    await community.writer.run(lambda session: receive(session, [garbled]))
    (event,) = community.events()
    found = story(community, event.id)
    assert (found.subjects, found.href) == ([Subject.EVENT], "/inbox/quarantine")
    assert "It could not be read and was put aside, whole | No author." in told(found)


async def test_a_suggestion_tells_of_letters_decisions_and_answers(community: Community) -> None:
    post = await community.post_about("CUP-1")
    await community.say(WISH, author="Ada", reply_to=post)
    community.clock.advance(timedelta(hours=1))
    await community.decide(Act.DECLINE, text="The seal would melt.")
    await community.settle()
    text = told(story(community, community.suggestion().id))
    for words in (
        "Ada was the first to say it",
        "A letter to a partner in Brookstead: sent",
        "declined it | The seal would melt.",
        "What became of a suggestion in square: sent",
    ):
        assert words in text


class Waiting:
    """One delivery, and what its story says it waits for."""

    def __init__(self, community: Community) -> None:
        self.community = community

    async def put(self, key: str, **what: Any) -> UUID:
        def command(session: Session) -> UUID:
            square = channels.ensure(session, network="sandbox", account="main", remote_id="square")
            given = {
                "channel": square,
                "action": Action.REPLY,
                "content": Content(text=key),
                "about": About.ACKNOWLEDGEMENT,
                **what,
            }
            return enqueue(session, key=key, **given).id

        return await self.community.writer.run(command)

    def says(self, id: UUID) -> list[str]:
        return [step.text for step in story(self.community, id).steps[2:]]


@pytest.fixture
def waiting(community: Community) -> Waiting:
    return Waiting(community)


async def test_what_a_delivery_waits_for_is_said(community: Community, waiting: Waiting) -> None:
    turn = await waiting.put("turn", thread="t")
    behind = await waiting.put("behind", thread="t")
    later = await waiting.put("later", due_at=community.clock.now() + timedelta(hours=1))
    its_turn = "Waiting for its turn: something else in this conversation leaves first"
    assert waiting.says(turn) == ["It is its turn"]
    assert waiting.says(behind) == [its_turn]
    assert waiting.says(later) == ["Waiting until its time"]
    await community.writer.run(
        lambda session: channels.pause(
            session, session.scalars(sa.select(Channel).filter_by(remote_id="square")).one(), "No."
        )
    )
    assert waiting.says(turn) == ["Waiting: the channel is paused"]
    assert waiting.says(behind) == ["Waiting: the channel is paused", its_turn]


async def test_what_is_under_way_names_its_process_and_then_its_silence(
    community: Community, waiting: Waiting
) -> None:
    id = await waiting.put("hello")
    accounts = {("sandbox", "main"): community.network.capabilities}
    terms = community.postman._terms
    await community.writer.run(
        lambda session: claim(session, owner="box:7", accounts=accounts, terms=terms)
    )
    assert waiting.says(id) == ["Try 1 is under way, by box:7"]
    community.clock.advance(terms.lease + timedelta(seconds=1))
    assert waiting.says(id) == ["It was leaving"]
    community.network.fail_next(Fault.TIME_OUT)
    await community.deliver()
    assert waiting.says(id)[:1] == ["Try 1: the process fell silent"]


async def test_the_burst_guard_is_named(community: Community, waiting: Waiting) -> None:
    ids = [await waiting.put(f"p{n}", action=Action.PUBLISH, thread=f"{n}") for n in range(6)]
    await community.deliver()
    last = [id for id in ids if waiting.says(id)[-1].startswith("Waiting, so that")]
    assert len(last) == 1


@pytest.mark.parametrize("state", [DeliveryState.UNKNOWN, DeliveryState.HELD])
async def test_what_asks_for_a_person_says_where(
    community: Community, waiting: Waiting, state: DeliveryState
) -> None:
    id = await waiting.put("hello")
    await community.writer.run(
        lambda session: session.execute(sa.update(Delivery).values(state=state, note="Look."))
    )
    last = story(community, id).steps[-1]
    assert (last.quote, last.href) == ("Look.", "/needs-a-look")


async def test_what_is_said_to_be_its_turn_is_what_is_claimed(
    community: Community, waiting: Waiting
) -> None:
    """The words of the page and the deeds of the outbox never differ."""
    now = community.clock.now()
    keys = [f"{thread}{number}" for thread in "abc" for number in range(3)]
    ids = {key: await waiting.put(key, thread=key[0]) for key in keys}
    changes: dict[str, dict[str, Any]] = {
        "a0": {"due_at": now + timedelta(hours=1)},  # not yet: it lets others pass
        "b0": {"due_at": now + timedelta(hours=1), "attempt": 1, "note": "Later."},
        "c0": {"state": DeliveryState.SENT},
    }
    await community.writer.run(
        lambda session: [
            session.execute(sa.update(Delivery).filter_by(key=key).values(**values))
            for key, values in changes.items()
        ]
    )
    first = {key for key, id in ids.items() if waiting.says(id) == ["It is its turn"]}
    accounts = {("sandbox", "main"): community.network.capabilities}
    claims = await community.writer.run(
        lambda session: claim(
            session, owner="x", accounts=accounts, terms=community.postman._terms, most=99
        )
    )
    assert {one.outgoing.key for one in claims} == first == {"a1", "c1"}


async def test_a_story_is_json_for_programs(community: Community) -> None:
    await community.say(WISH, author="Ada")
    (event,) = community.events()
    found = json.loads(json.dumps(story(community, event.id).as_json()))
    assert (found["is"], found["id"]) == (["message", "event"], str(event.id))
    assert found["steps"][0]["at"] == event.received_at.isoformat()
    assert any(step.get("steps") for step in found["steps"])
