"""The first comment leaves by the outbox, once, whoever dies in between."""

from datetime import timedelta

import pytest

from adapters.sandbox import Fault
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.networks import Capabilities
from content_calendar import service
from content_calendar.comments import follow
from content_calendar.draft import Draft
from content_calendar.models import Stage
from tests.content_calendar.calendars import wall
from tests.outbox.post import Office, a_channel

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def planned(session: Session) -> None:
    draft = Draft(
        text="Which lid?",
        channel_ids=(a_channel(session).id,),
        local=wall("2026-03-02T09:00"),
        first_comment="The lids: https://kettle.example",
    )
    can = {"sandbox": Capabilities(text_limit=500)}
    service.create(session, draft, by=None, capabilities=can, stage=Stage.SCHEDULED)


@on_sqlite
async def test_it_stands_below_its_post_and_comes_once(writer: Writer, clock: FrozenClock) -> None:
    office = Office(writer, clock)
    await writer.run(planned)
    assert await writer.run(follow) == 0  # the post is not there yet
    await office.deliver_all()
    for _ in range(2):  # a second process, or the same after it was killed
        await writer.run(follow)
        await office.deliver_all()
    post, comment = await office.entries()
    assert (post.text, comment.text) == ("Which lid?", "The lids: https://kettle.example")
    assert comment.reply_to == post.message


@on_sqlite
async def test_it_waits_for_a_post_that_is_not_known_to_be_there(
    writer: Writer, clock: FrozenClock
) -> None:
    office = Office(writer, clock)
    await writer.run(planned)
    await office.deliver(Fault.UNAVAILABLE)
    assert await writer.run(follow) == 0
    office.later(timedelta(minutes=5))
    await office.deliver_all()
    assert await writer.run(follow) == 1
