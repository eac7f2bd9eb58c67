"""After a restore nothing is said a second time: not by the outbox, the inbox, partners' decisions
or the calendar."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.sandbox import Like
from bot.channels.models import Overdue
from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.db.backup import make
from bot.db.upgrade import upgrade
from bot.engagement import telling
from bot.engagement.listening import Listening
from bot.engagement.telling import Voices
from bot.inbox.service import receive
from bot.networks import Action
from bot.outbox import quiet
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.service import retry
from bot.restoring import put_back
from bot.suppliers.models import Act, Case
from bot.suppliers.partners import add_supplier
from bot.suppliers.service import decide, hand_over
from content_calendar.models import Post, Series, Stage
from content_calendar.planning import materialise
from tests.outbox.post import Office, a_channel

SPEAK = Voices(languages=("en",), shop="Willow & Wren")
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POST = {"action": Action.PUBLISH, "about": About.POST}
HOUR = timedelta(hours=1)


class Shop:
    """One installation that is backed up, goes on, is lost, and is restored."""

    def __init__(self, database: Database, clock: FrozenClock, folder: Path) -> None:
        self.database, self.clock, self.folder = database, clock, folder
        self.writer = Writer(database).start()
        self.office = Office(self.writer, clock, like=Like.TELEGRAM)
        self.listening = Listening(self.writer, clock, "first", SPEAK)

    def back_up(self) -> Path:
        path = self.folder / f"{self.clock.now():%H%M%S}.zip"
        make(self.database, path)
        return path

    def restore(self, path: Path) -> None:
        """The network and its book stay as they are: the world remembers what was said."""
        self.writer.stop()
        put_back(path, self.database, replace=True)
        self.writer = Writer(self.database).start()
        office = Office(self.writer, self.clock, book=self.office.book, network=self.office.network)
        self.office = office
        self.listening = Listening(self.writer, self.clock, "second", SPEAK)

    async def hear(self, text: str, key: str) -> None:
        event = self.office.network.event(text, author="P1", key=key)
        await self.writer.run(lambda session: receive(session, [event]))

    async def live(self) -> None:
        """Everything that a running Hubbub does by itself, until nothing is left to do."""
        while await self.listening.read_new():
            pass
        await telling.tell_all(self.writer, SPEAK)
        await self.writer.run(materialise)
        await self.office.deliver_all()

    async def release(self, *, hold: bool = True) -> None:
        def run(session: Session) -> None:
            if hold:
                quiet.hold(session, "test")
            quiet.release(session, "test")

        await self.writer.run(run)

    async def said(self) -> list[str]:
        """What stands on the network, each time that it stands there."""
        return [entry.text for entry in await self.office.entries()]

    def states(self) -> dict[str, DeliveryState]:
        with self.database.reading() as session:
            found = session.execute(sa.select(Delivery.key, Delivery.state)).all()
            return dict(found)


@pytest.fixture
def shop(database_url: str, clock: FrozenClock, tmp_path: Path) -> Iterator[Shop]:
    database = Database(database_url, clock=clock)
    upgrade(database)
    shop = Shop(database, clock, tmp_path)
    yield shop
    shop.writer.stop()
    database.close()


async def test_nothing_leaves_on_any_channel_until_a_person_says_so(shop: Shop) -> None:
    await shop.office.put("answer")
    await shop.office.put("post", **POST)
    await shop.office.put("letter", about=About.CASE)
    shop.restore(shop.back_up())
    await shop.hear("please make the lid dishwasher-safe", "new")
    shop.clock.advance(HOUR)
    await shop.live()
    assert await shop.said() == []
    await shop.release(hold=False)
    await shop.live()
    await shop.live()  # the letter's turn comes when the post before it has had its own
    # The post is late by now: its channel's rule is to ask. The answer to what was said after the
    # restore has certainly not been given.
    assert shop.states()["post"] is DeliveryState.HELD
    assert len(await shop.said()) == 3


async def test_what_was_sent_after_the_back_up_is_not_sent_again(shop: Shop) -> None:
    await shop.office.put("answer")
    await shop.office.put("post", **POST)
    path = shop.back_up()
    await shop.live()
    assert len(await shop.said()) == 2
    shop.clock.advance(HOUR)
    shop.restore(path)
    await shop.live()
    await shop.release()
    await shop.live()
    assert len(await shop.said()) == 2
    assert set(shop.states().values()) == {DeliveryState.HELD}


@SQLITE
async def test_what_was_on_its_way_is_asked_of_a_person(shop: Shop) -> None:
    """Networks remember a key for minutes, not until somebody has restored a back-up."""
    await shop.office.put("answer")
    [one] = await shop.office.postman._claim(1)
    path = shop.back_up()
    await shop.office.postman._deliver(one)
    shop.clock.advance(HOUR)
    shop.restore(path)
    assert shop.states() == {"answer": DeliveryState.UNKNOWN}
    await shop.release(hold=False)
    await shop.live()
    assert await shop.said() == ["answer"]


@SQLITE
async def test_messages_that_had_not_been_read_are_not_answered_again(shop: Shop) -> None:
    await shop.hear("please make the lid dishwasher-safe", "one")
    path = shop.back_up()
    await shop.live()
    shop.clock.advance(HOUR)
    shop.restore(path)
    await shop.live()
    await shop.release()
    await shop.live()
    assert len(await shop.said()) == 1


async def test_old_messages_that_a_network_brings_after_the_release_wait(shop: Shop) -> None:
    """Caught up with late: the lost installation has answered them."""
    path = shop.back_up()
    await shop.hear("please make the lid dishwasher-safe", "one")
    again = shop.office.network.event("please make the lid leakproof", author="P2", key="two")
    await shop.writer.run(lambda session: receive(session, [again]))
    await shop.live()
    answers = len(await shop.said())
    assert answers == 2
    shop.clock.advance(HOUR)
    shop.restore(path)
    await shop.release()
    shop.clock.advance(HOUR)
    await shop.writer.run(lambda session: receive(session, [again]))
    await shop.live()
    assert len(await shop.said()) == answers
    assert set(shop.states().values()) == {DeliveryState.HELD}
    await shop.hear("and please make the mug bigger", "three")
    await shop.live()
    assert len(await shop.said()) == answers + 1  # what is said now is answered as ever


@SQLITE
async def test_decisions_are_not_told_again(shop: Shop) -> None:
    await shop.hear("please make the lid dishwasher-safe", "one")
    await shop.live()
    await shop.writer.run(_a_partner_decides)
    path = shop.back_up()
    await shop.live()
    said = await shop.said()
    shop.clock.advance(HOUR)
    shop.restore(path)
    await shop.live()
    await shop.release()
    await shop.live()
    assert await shop.said() == said


def _a_partner_decides(session: Session) -> None:
    case = session.scalars(sa.select(Case)).one()
    partner = add_supplier(session, "Alba", "alba@example.com", by="hubbub")
    hand_over(session, case, partner, by="test")
    decide(session, case, Act.DECLINE, by="supplier:Alba", text="It would melt.")


@SQLITE
@pytest.mark.parametrize("overdue", [Overdue.ASK, Overdue.SEND])
async def test_a_series_does_not_post_its_past_again(shop: Shop, overdue: Overdue) -> None:
    """A back-up of two months ago: the hours since were planned, and posted, by who is lost."""
    await shop.writer.run(lambda session: _every_day(session, overdue))
    await shop.writer.run(materialise)
    path = shop.back_up()
    shop.clock.advance(timedelta(days=60))
    shop.restore(path)
    await shop.release()
    await shop.live()
    assert await shop.said() == []
    shop.clock.advance(9 * HOUR)
    await shop.live()
    assert await shop.said() == ["What would you change?"]


def _every_day(session: Session, overdue: Overdue) -> None:
    channel = a_channel(session)
    channel.overdue = overdue
    now = session.now()
    local = now.replace(tzinfo=None, hour=18)
    post = session.put(
        Post(
            title="Daily",
            text="What would you change?",
            stage=Stage.SCHEDULED,
            channel_ids=[channel.id.hex],
            local=local,
            created_at=now,
            updated_at=now,
        )
    )
    session.put(Series(post_id=post.id, start=local, zone="UTC", rrule="FREQ=DAILY"))


@SQLITE
@pytest.mark.parametrize("overdue", [Overdue.SEND])
async def test_what_is_let_go_although_late_is_never_a_burst(shop: Shop, overdue: Overdue) -> None:
    await shop.office.put_all([f"post {number}" for number in range(12)], **POST)
    await shop.writer.run(lambda session: setattr(a_channel(session), "overdue", overdue))
    path = shop.back_up()
    shop.clock.advance(HOUR)
    shop.restore(path)
    await shop.release(hold=False)
    await shop.live()
    assert len(await shop.said()) <= 5  # what the channel allows in ten minutes


@SQLITE
async def test_a_person_sends_one_of_those_held(shop: Shop) -> None:
    await shop.office.put_all(["there", "not there"], **POST)
    path = shop.back_up()
    shop.clock.advance(HOUR)
    shop.restore(path)
    await shop.release()
    await shop.office.change("not there", retry)
    await shop.live()
    assert await shop.office.there() == ["not there"]
