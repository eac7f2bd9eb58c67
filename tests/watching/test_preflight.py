"""What a network would refuse is found before it is due, and is gone once it is mended."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from adapters.sandbox import Sandbox, SandboxSettings
from bot.channels.models import Channel, Looked
from bot.channels.service import ensure
from bot.clock import FrozenClock
from bot.db import Session, Writer
from bot.media.service import Room
from bot.networks import Action, Content, Finding, Health, Media
from bot.outbox import service as outbox
from bot.outbox.models import About, Delivery
from bot.watching import looking
from bot.watching.preflight import Preflight

HOUR = timedelta(hours=1)
PICTURE = Media(url="media:" + "0" * 64, type="image/png")


class Watched(Sandbox):
    """The sandbox network, whose rights can be taken away."""

    missing: Sequence[str] = ()
    looks = 0

    async def examine(self, channel: str | None = None) -> Sequence[Finding]:
        self.looks += channel is None
        ours = [
            Finding(what=right, health=Health.OFF, says=f"{right} is missing.", then="Grant it.")
            for right in self.missing
        ]
        return [*ours, *await super().examine(channel)]


class Tower:
    def __init__(self, writer: Writer, clock: FrozenClock) -> None:
        self.network = Watched(SandboxSettings(account="main"), clock)
        room = Room(writer.database)
        accounts = {("sandbox", "main"): self.network}
        self.writer, self.look = writer, Preflight(writer, accounts, room)
        writer.run_blocking(a_channel)

    def says(self) -> list[str]:
        with self.writer.database.reading() as session:
            return [alarm.quote for alarm in looking.found_there(session)]

    def plan(self, content: Content, after: timedelta) -> UUID:
        def command(session: Session) -> UUID:
            return outbox.enqueue(
                session,
                key="post",
                channel=a_channel(session),
                action=Action.PUBLISH,
                content=content,
                about=About.POST,
                due_at=session.now() + after,
            ).id

        return self.writer.run_blocking(command)


def a_channel(session: Session) -> Channel:
    return ensure(session, network="sandbox", account="main", remote_id="square")


async def test_a_right_that_is_missing_is_said_until_it_is_there(
    writer: Writer, clock: FrozenClock
) -> None:
    tower = Tower(writer, clock)
    tower.network.missing = ("manage posts",)
    await tower.look.look_around()
    assert "manage posts is missing. Grant it." in tower.says()
    clock.advance(HOUR)
    tower.network.missing = ()
    await tower.look.look_around()
    assert tower.says() == []


async def test_an_account_that_is_well_is_looked_at_once_a_day(
    writer: Writer, clock: FrozenClock
) -> None:
    tower = Tower(writer, clock)
    for _ in range(48):
        await tower.look.look_around()
        clock.advance(HOUR)
    assert tower.network.looks == 2


async def test_it_is_looked_at_a_day_and_an_hour_before_a_post(
    writer: Writer, clock: FrozenClock
) -> None:
    tower = Tower(writer, clock)
    tower.plan(Content(text="Hello"), 60 * HOUR)
    at = []
    for hour in range(60):
        before = tower.network.looks
        await tower.look.look_around()
        if tower.network.looks > before:
            at.append(60 - hour)
        clock.advance(HOUR)
    assert {24, 1} <= set(at) and len(at) <= 5


async def test_a_post_that_would_be_refused_is_said_before_it_is_due(
    writer: Writer, clock: FrozenClock
) -> None:
    tower = Tower(writer, clock)
    post = tower.plan(Content(text="Look", media=(PICTURE,)), 20 * HOUR)
    await tower.look.look_around()
    (said,) = tower.says()
    assert "Change the post" in said

    def mend(session: Session) -> None:
        outbox.revise(session, session.need(Delivery, post), Content(text="Look"))

    await writer.run(mend)
    assert tower.says() == []


async def test_since_when_it_is_so_stays_while_it_is_so(writer: Writer, clock: FrozenClock) -> None:
    tower = Tower(writer, clock)
    tower.network.missing = ("speak",)
    began = clock.now()
    for _ in range(3):
        await tower.look.look_around(now=True)
        clock.advance(HOUR)
    with writer.database.reading() as session:
        rows = session.scalars(sa.select(Looked).filter_by(what="speak")).all()
        assert rows and {row.since for row in rows} == {began}
