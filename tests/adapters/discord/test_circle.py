"""The whole circle on Discord: a post, replies and a thread under it, and the answer there."""

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
from bot.networks import Health
from bot.outbox.models import About, Delivery
from bot.settings import Settings
from bot.suppliers.models import Act, Case
from bot.suppliers.service import decide
from content_calendar import service as calendar
from content_calendar.draft import Draft
from tests.adapters.ear import wait_for
from tests.flows.running import open_a_shop
from tests.stand_ins.discord import DiscordStandIn
from tests.stand_ins.discord.guild import BOT_ID, FORUM, TEXT, person
from tests.stand_ins.faults import Shown

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
async def hubbub(tmp_path: Path, server: DiscordStandIn) -> AsyncIterator[Hubbub]:
    await asyncio.to_thread(open_a_shop, tmp_path)
    settings = Settings(data=tmp_path, networks={"discord": dict(server.settings())})
    async with living(settings) as hubbub:
        adapter = hubbub.adapters["discord", BOT_ID]
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        yield hubbub


async def test_a_reply_to_a_post_closes_the_circle(hubbub: Hubbub, server: DiscordStandIn) -> None:
    await publish(hubbub, TEXT)
    await wait_for(lambda: bool(shown(server, QUESTION)))
    (post,) = shown(server, QUESTION)
    assert post.channel == TEXT

    ada = await server.say(WISH, reply_to=post.id)
    ben = await server.say("Yes, " + WISH, author="ben", reply_to=post.id)
    await wait_for(lambda: len(shown(server, "for the Trail Lid Cup")) == 2)
    assert {each.reply_to for each in shown(server, "for the Trail Lid Cup")} == {ada, ben}
    assert await hubbub.writer.run(what_is_answered) == {About.POST}

    await hubbub.writer.run(accept)
    await wait_for(lambda: len(shown(server, "has accepted")) == 2)
    assert {each.reply_to for each in shown(server, "has accepted")} == {ada, ben}
    assert len(shown(server, QUESTION)) == 1


async def test_what_is_said_below_a_forums_post_is_answered_there(
    hubbub: Hubbub, server: DiscordStandIn
) -> None:
    await publish(hubbub, FORUM)
    await wait_for(lambda: bool(shown(server, QUESTION)))
    (post,) = shown(server, QUESTION)
    assert (post.channel, post.thread) == (FORUM, post.id)

    ada = await server.say(WISH, channel=post.id)
    await wait_for(lambda: bool(shown(server, "for the Trail Lid Cup")))
    (answer,) = shown(server, "for the Trail Lid Cup")
    assert (answer.thread, answer.reply_to) == (post.id, ada)
    assert await hubbub.writer.run(what_is_answered) == {About.POST}

    await hubbub.writer.run(accept)
    await wait_for(lambda: bool(shown(server, "has accepted")))
    (told,) = shown(server, "has accepted")
    assert (told.thread, told.reply_to) == (post.id, ada)


async def test_what_is_said_in_a_thread_that_people_open_under_a_post_is_answered_there(
    hubbub: Hubbub, server: DiscordStandIn
) -> None:
    await publish(hubbub, TEXT)
    await wait_for(lambda: bool(shown(server, QUESTION)))
    (post,) = shown(server, QUESTION)
    server.happen("THREAD_CREATE", server.guild.thread(post.id, TEXT, "Lids", person("ada")["id"]))
    ada = await server.say(WISH, channel=post.id)
    await wait_for(lambda: bool(shown(server, "for the Trail Lid Cup")))
    (answer,) = shown(server, "for the Trail Lid Cup")
    assert (answer.channel, answer.thread, answer.reply_to) == (TEXT, post.id, ada)
    assert await hubbub.writer.run(what_is_answered) == {About.POST}


async def test_what_is_suggested_by_a_command_is_answered_to_that_person_alone(
    hubbub: Hubbub, server: DiscordStandIn
) -> None:
    words = [{"name": "words", "type": 3, "value": "Trail Lid Cup: " + WISH}]
    waits = await server.ask({"id": "1", "name": "suggest", "type": 1, "options": words})
    await wait_for(lambda: bool(waits.original))
    (answer,) = shown(server, "for the Trail Lid Cup")
    assert (answer.id, answer.recipient) == (waits.original, person("ada")["id"])
    server.methods.waiting.clear()  # a quarter of an hour later
    await hubbub.writer.run(accept)
    await wait_for(lambda: bool(shown(server, "has accepted")))
    (told,) = shown(server, "has accepted")
    assert told.channel in server.guild.private
    assert told.recipient == person("ada")["id"]


def shown(server: DiscordStandIn, words: str) -> list[Shown]:
    return [each for each in server.shown() if words in each.text.replace("\\", "")]


async def publish(hubbub: Hubbub, channel: str) -> None:
    """A post that was planned for a moment ago."""

    def command(session: Session) -> None:
        place = ensure(session, network="discord", account=BOT_ID, remote_id=channel)
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
