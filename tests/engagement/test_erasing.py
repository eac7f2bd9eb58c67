"""Who wants to be forgotten is nowhere any more; what was counted still counts."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from bot.all_models import metadata
from bot.clock import FrozenClock
from bot.db import Writer
from bot.engagement import erasing, mydata
from bot.engagement.models import Erasure, Expecting
from bot.engagement.mydata import LinkSpent
from bot.engagement.telling import finish_erasures
from bot.members.models import Member
from bot.networks import Content, EventKind
from bot.outbox.models import About, Delivery
from bot.outbox.postman import Postman
from bot.suppliers.models import Act
from tests.engagement.community import Community

NAME = "Ottilie"
SECRETS = (NAME, NAME.casefold(), "Elm Street")


@pytest.fixture
def community(writer: Writer, clock: FrozenClock) -> Community:
    return Community(writer, clock)


def still_there(community: Community) -> dict[str, Any]:
    with community.writer.database.readers.connect() as connection:
        return {
            table.name: tuple(row)
            for table in metadata.sorted_tables
            for row in connection.execute(sa.select(table))
            if any(secret in str(tuple(row)) for secret in SECRETS)
        }


async def live(community: Community) -> None:
    post = await community.post_about("CUP-1")
    said = "please make the Lid Cup purple like my house in Elm Street"
    await community.say(said, author=NAME, reply_to=post)
    await community.say(f"{said}!", author=NAME, private=True, channel=NAME.casefold())
    reaction = community.network.event(kind=EventKind.REACTION, author=NAME, data={"emoji": "👍"})
    await community.hear(replace(reaction, message=post))
    await community.decide(Act.ACCEPT)
    await community.settle()


@pytest.mark.parametrize("private", [False, True])
async def test_asked_twice_it_is_all_gone(community: Community, private: bool) -> None:
    await live(community)
    people, voices = len(community.all(Member)), len(community.voices())
    where = {"private": True, "channel": NAME.casefold()} if private else {}
    (sure,) = await community.say("/mydata erase", author=NAME, **where)
    assert "can't be undone" in sure.text
    (done,) = await community.say("/mydata erase yes", author=NAME, **where)
    assert "is erased" in done.text
    assert done.action == "direct"
    assert not [one for one in community.all(Erasure) if one.done_at]
    assert await finish_erasures(community.writer) == 1
    assert still_there(community) == {}
    assert (len(community.all(Member)), len(community.voices())) == (people, voices)


async def test_without_asking_again_nothing_happens(community: Community) -> None:
    await live(community)
    (answer,) = await community.say("/mydata erase yes", author=NAME)
    assert "can't be undone" in answer.text
    assert community.all(Erasure) == []


async def test_nobody_erases_somebody_else(community: Community) -> None:
    await live(community)
    await community.say("/mydata erase", author=NAME)
    (asked,) = community.all(Expecting)
    data = {"value": f"erase:{asked.id.hex}"}
    (answer,) = await community.say("Yes", author="Bob", kind=EventKind.BUTTON, data=data)
    assert "too long ago" in answer.text
    assert community.all(Erasure) == []
    await community.say("Yes", author=NAME, kind=EventKind.BUTTON, data=data)
    assert len(community.all(Erasure)) == 1


async def test_what_they_say_afterwards_is_somebody_new_s(community: Community) -> None:
    await community.say("/mydata erase", author=NAME)
    both = ("/mydata erase yes", "please make the Lid Cup bigger")
    await community.hear(*(community.network.event(text, author=NAME) for text in both))
    await community.settle()
    await finish_erasures(community.writer)
    await community.say("please make the Lid Cup red", author=NAME)
    assert len([one for one in community.all(Member) if one.name == NAME]) == 1


async def test_a_network_may_ask_for_it(community: Community) -> None:
    await live(community)
    code = "CODE-1"
    event = community.network.event(kind=EventKind.FORGET, author=NAME, data={"code": code})
    await community.hear(event)
    with community.writer.database.reading() as session:
        assert erasing.state_of(session, code) is False
        assert erasing.state_of(session, "invented") is None
    await community.settle()
    await finish_erasures(community.writer)
    with community.writer.database.reading() as session:
        assert erasing.state_of(session, code) is True
    assert still_there(community) == {}


async def test_the_export_has_everything_and_its_link_works_once(community: Community) -> None:
    await live(community)

    def finish(session: Any, delivery: Delivery, content: Content) -> Content:
        return mydata.finish(session, delivery, content, public_url="http://shop.example")

    community.postman = Postman(
        writer=community.writer,
        adapters={("sandbox", "main"): community.network},
        clock=community.clock,
        owner="first",
        finish=finish,
    )
    (link,) = await community.say("/mydata export", author=NAME)
    assert link.action == "direct"
    token = link.text.rpartition("/mydata/")[2]
    (kept,) = [one for one in community.all(Delivery) if one.about is About.DATA]
    assert token not in str(kept.content)
    found = await community.writer.run(lambda session: mydata.redeem(session, token))
    assert "Elm Street" in str(found)
    assert NAME in str(found)
    with pytest.raises(LinkSpent):
        await community.writer.run(lambda session: mydata.redeem(session, token))
