"""The whole circle on Telegram: a channel's post, comments in its discussion group, the answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.channels.service import ensure
from bot.db import Session
from bot.inbox.models import Message
from bot.main import Hubbub
from bot.outbox.models import About, Delivery
from bot.settings import Settings
from bot.suppliers.models import Act, Case
from bot.suppliers.service import decide
from content_calendar import service as calendar
from content_calendar.draft import Draft
from tests.adapters.ear import wait_for
from tests.flows.running import open_a_shop
from tests.stand_ins.faults import Shown
from tests.stand_ins.telegram import TelegramStandIn
from tests.stand_ins.telegram.chats import CHANNEL, DISCUSSION, GROUP

QUESTION = "What would make the Trail Lid Cup better?"
WISH = "please make the lid dishwasher-safe"


@asynccontextmanager
async def living(settings: Settings) -> AsyncIterator[Hubbub]:
    hubbub = Hubbub(settings)
    hubbub.open()
    working = asyncio.create_task(hubbub.work())
    try:
        yield hubbub
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        hubbub.close()


@pytest.fixture
async def hubbub(tmp_path: Path, server: TelegramStandIn) -> AsyncIterator[Hubbub]:
    await asyncio.to_thread(open_a_shop, tmp_path)
    settings = Settings(data=tmp_path, networks={"telegram": dict(server.settings())})
    async with living(settings) as hubbub:
        yield hubbub


async def test_comments_under_a_channels_post_close_the_circle(
    hubbub: Hubbub, server: TelegramStandIn
) -> None:
    await publish(hubbub, str(CHANNEL))
    await wait_for(lambda: bool(shown(server, QUESTION)))
    (post,) = shown(server, QUESTION)
    assert post.channel == str(CHANNEL)

    forwarded = next(id for chat, id in server.chats.messages if chat == DISCUSSION)
    ada = await server.say(WISH, channel=str(DISCUSSION), reply_to=str(forwarded))
    ben = await server.say("Yes, " + WISH, channel=str(DISCUSSION), author="ben", reply_to=ada)
    await wait_for(lambda: len(shown(server, "Trail Lid Cup", DISCUSSION)) == 2)
    answers = {each.reply_to: each for each in shown(server, "Trail Lid Cup", DISCUSSION)}
    assert set(answers) == {ada, ben}
    assert all(each.thread == str(forwarded) for each in answers.values())
    assert await hubbub.writer.run(what_is_answered) == {About.POST}

    await hubbub.writer.run(accept)
    await wait_for(lambda: len(shown(server, "has accepted", DISCUSSION)) == 2)
    told = {each.reply_to for each in shown(server, "has accepted", DISCUSSION)}
    assert told == {ada, ben}
    assert len(shown(server, QUESTION)) == 1


async def test_a_reply_in_a_group_is_acknowledged_in_its_thread(
    hubbub: Hubbub, server: TelegramStandIn
) -> None:
    await publish(hubbub, str(GROUP))
    await wait_for(lambda: bool(shown(server, QUESTION)))
    (post,) = shown(server, QUESTION)
    ada = await server.say(WISH, reply_to=post.id)
    await wait_for(lambda: bool(shown(server, "for the Trail Lid Cup")))
    (answer,) = shown(server, "for the Trail Lid Cup")
    assert (answer.reply_to, answer.thread) == (ada, post.id)


def shown(server: TelegramStandIn, words: str, channel: int | None = None) -> list[Shown]:
    return [
        each
        for each in server.shown()
        if words in each.text and channel in (None, int(each.channel))
    ]


async def publish(hubbub: Hubbub, channel: str) -> None:
    """A post that was planned for a moment ago."""

    def command(session: Session) -> None:
        place = ensure(session, network="telegram", account="123456", remote_id=channel)
        at = session.now() - timedelta(seconds=1)
        draft = Draft(
            title="Lids",
            text=QUESTION,
            channel_ids=(place.id,),
            local=at.replace(tzinfo=None, microsecond=0),
            zone="UTC",
        )
        limits = {name: one.capabilities for (name, _), one in hubbub.adapters.items()}
        post = calendar.create(session, draft, by=None, capabilities=limits)
        calendar.publish_now(session, post.id, post.version, by=None, capabilities=limits)

    await hubbub.writer.run(command)


def what_is_answered(session: Session) -> set[About]:
    said = sa.select(Delivery.about).join(Message, Message.answers_id == Delivery.id)
    return set(session.scalars(said))


def accept(session: Session) -> None:
    case = session.scalars(sa.select(Case)).one()
    decide(session, case, Act.ACCEPT, by="supplier:Brook & Daughters")
