"""What is said in one place about a post in another is read in that post's light."""

from typing import Any

import pytest

from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.engagement.reading import Understood, read
from bot.inbox.service import receive
from bot.networks import EventKind, InboundEvent
from bot.outbox.models import About
from tests.engagement.community import Community


@pytest.fixture
def community(writer: Writer, clock: FrozenClock) -> Community:
    return Community(writer, clock)


async def understood(community: Community, *events: InboundEvent) -> list[Understood]:
    def command(session: Session) -> list[Understood]:
        receive(session, events)
        return read(session, most=10, languages=("en",))

    return await community.writer.run(command)


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        (EventKind.MESSAGE, {"about": "forwarded"}),
        (EventKind.POLL_VOTE, {"about": "forwarded", "options": [1]}),
        (EventKind.MESSAGE, {"origin": True}),
    ],
    ids=["comment", "vote", "told with it"],
)
async def test_it_answers_the_post_elsewhere(
    community: Community, kind: EventKind, about: dict[str, Any]
) -> None:
    post = await community.post_about("CUP-1")
    origin = {"channel": "square", "message": post}
    forwarded = community.network.event(
        kind=EventKind.IGNORED, channel="talk", key="forwarded", data={"origin": origin}
    )
    data = {**about, "origin": origin} if "origin" in about else about
    said = community.network.event(
        "please make it bigger", channel="talk", thread="forwarded", kind=kind, data=data
    )
    *_, one = await understood(community, forwarded, said)
    assert one.answers is not None
    assert one.answers.about is About.POST
    assert one.channel == "talk"  # where it is answered


@pytest.mark.parametrize("data", [{}, {"about": "never-heard-of"}])
async def test_what_is_about_nothing_of_ours_answers_nothing(
    community: Community, data: dict[str, str]
) -> None:
    await community.post_about("CUP-1")
    said = community.network.event("please make it bigger", channel="talk", data=data)
    (one,) = await understood(community, said)
    assert one.answers is None
