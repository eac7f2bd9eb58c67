"""What people do beside talking, and what happens to the places where they talk."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.channels.models import Channel
from bot.clock import FrozenClock
from bot.db import Writer
from bot.engagement.happenings import Resonance, resonance
from bot.engagement.reaching import alone
from bot.inbox.models import Message
from bot.members.models import Member
from bot.networks import Action, Capabilities, EventKind, Windows
from bot.outbox.models import Delivery
from tests.engagement.community import Community
from tests.engagement.test_forgetting import later


@pytest.fixture
def community(writer: Writer, clock: FrozenClock) -> Community:
    return Community(writer, clock)


async def happen(community: Community, kind: EventKind, **what: Any) -> None:
    message = what.pop("message", None)
    event = community.network.event(kind=kind, **what)
    await community.hear(replace(event, message=message or event.message))
    await community.settle()


def came(community: Community, post: str) -> Resonance | None:
    with community.writer.database.reading() as session:
        ours = session.scalars(sa.select(Delivery).filter_by(remote_id=post)).one()
        return resonance(session, [ours.id]).get(ours.id)


def channel(community: Community, remote_id: str) -> Channel | None:
    found = [one for one in community.all(Channel) if one.remote_id == remote_id]
    return found[0] if found else None


async def test_reactions_are_counted_once_a_person(community: Community) -> None:
    post = await community.post_about("CUP-1")
    for author in ("Ada", "Ada", "Bob"):
        await happen(
            community, EventKind.REACTION, author=author, message=post, data={"emoji": "👍"}
        )
    assert came(community, post) == Resonance(reactions=(("👍", 2),))
    await happen(community, EventKind.REACTION_REMOVED, message=post, data={"emoji": "👍"})
    assert came(community, post) == Resonance(reactions=(("👍", 1),))


async def test_a_reaction_to_what_is_not_ours_counts_nowhere(community: Community) -> None:
    post = await community.post_about("CUP-1")
    await happen(community, EventKind.REACTION, message="another", data={"emoji": "👍"})
    assert came(community, post) is None


async def test_the_latest_vote_counts(community: Community) -> None:
    post = await community.post_about("CUP-1")

    def with_poll(session: Any) -> None:
        ours = session.scalars(sa.select(Delivery).filter_by(remote_id=post)).one()
        poll = {"question": "Which?", "options": ["Red", "Green"], "multiple": False, "hours": 24}
        ours.content = ours.content | {"poll": poll}

    await community.writer.run(with_poll)
    for author, options in (("Ada", [0]), ("Bob", [1]), ("Ada", [1])):
        await happen(
            community, EventKind.POLL_VOTE, author=author, message=post, data={"options": options}
        )
    assert came(community, post) == Resonance(votes=(("Red", 0), ("Green", 2)))
    await happen(community, EventKind.POLL_VOTE, message=post, data={"options": []})
    assert came(community, post) == Resonance(votes=(("Red", 0), ("Green", 1)))


async def test_a_hidden_message_is_not_quoted_to_others(community: Community) -> None:
    said = community.network.event("please make the Lid Cup bigger")
    await community.hear(said, later(said, EventKind.HIDDEN))
    await community.settle()
    (message,) = community.messages()
    assert message.hidden_at is not None
    (listed,) = await community.say("/ideas", author="Bob")
    assert "Lid Cup" not in listed.text


async def test_who_joins_is_counted_and_left_in_peace(community: Community) -> None:
    await community.post_about("CUP-1")
    before = len(await community.book.entries())
    await happen(community, EventKind.MEMBER_JOINED)
    await happen(community, EventKind.MEMBER_LEFT)
    square = channel(community, "square")
    assert square is not None
    assert (square.joined, square.parted) == (1, 1)
    assert len(await community.book.entries()) == before


async def test_what_still_waits_for_who_has_blocked_us_does_not_leave(
    community: Community,
) -> None:
    said = community.network.event("please help", private=True, channel="ada")
    gone = community.network.event(kind=EventKind.MEMBER_LEFT, private=True, channel="ada")
    await community.hear(said, gone)
    await community.settle()
    assert await community.book.entries() == []
    (answer, *_) = await community.say("hello again", private=True, channel="ada")
    assert answer.action == "direct"


async def test_a_place_gets_the_name_that_its_network_tells(community: Community) -> None:
    await community.say("hello", channel="-100", data={"name": "Tea lovers"})
    found = channel(community, "-100")
    assert found is not None
    assert found.name == "Tea lovers"


@pytest.mark.parametrize("met_before", [False, True])
async def test_a_place_that_moves_takes_along_what_waits(
    community: Community, met_before: bool
) -> None:
    await community.say("please make the Lid Cup bigger", channel="old")
    if met_before:
        await community.say("please make the Lid Cup red", channel="new", author="Bob")
    waiting = community.network.event("please make the Lid Cup lighter", channel="old")
    await community.hear(waiting)
    while await community.listening.read_new():
        pass
    await happen(community, EventKind.CHANNEL_MOVED, channel="old", data={"to": "new"})
    assert channel(community, "old") is None
    moved = channel(community, "new")
    assert moved is not None
    assert {one.channel_id for one in community.messages()} == {moved.id}
    answer = next(one for one in await community.book.entries() if one.reply_to == waiting.message)
    assert answer.channel == "new"


async def test_the_same_move_told_twice_changes_nothing(community: Community) -> None:
    await community.say("hello there", channel="old")
    for _ in range(2):
        await happen(community, EventKind.CHANNEL_MOVED, channel="old", data={"to": "new"})
    assert len([one for one in community.all(Channel) if one.remote_id == "new"]) == 1


DAY = Windows(first=False, open_for=timedelta(hours=24), once_within=timedelta(days=7))


@pytest.mark.parametrize(
    ("private", "after", "reached"),
    [
        (True, timedelta(hours=1), "ada"),
        (True, timedelta(hours=25), None),
        (False, timedelta(days=6), "square"),  # once, in answer to their comment
        (False, timedelta(days=8), None),
    ],
)
async def test_the_network_s_windows_are_kept(
    community: Community, clock: FrozenClock, private: bool, after: timedelta, reached: str | None
) -> None:
    await community.say("hi", private=private, channel="ada" if private else "square")
    clock.advance(after)
    can = Capabilities(text_limit=100, windows=DAY)
    with community.writer.database.reading() as session:
        message, member = session.scalars(sa.select(Message)).one(), None
        member = session.need(Member, message.member_id)
        spot = alone(session, session.need(Channel, message.channel_id), message, member, can)
    assert (spot and spot.channel.remote_id) == reached
    if spot:
        assert spot.action is Action.DIRECT
