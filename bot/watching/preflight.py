"""Looking ahead: every account daily, and its places before each post that is due, at 24 h and 1 h.

What is found stands in `Looked` until it is mended; `needs a look` shows it.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.channels.looking import found
from bot.channels.models import Channel, ChannelKind, Looked
from bot.db import Session, Writer
from bot.errors import DatabaseUnavailable, NetworkError
from bot.logs import log
from bot.media.service import Room
from bot.networks import Action, Adapter, Capabilities, Content, Finding, Health
from bot.outbox.models import Delivery, DeliveryState

Accounts = Mapping[tuple[str, str], Adapter]

_EVERY = timedelta(days=1)
_UNTIL_WELL = timedelta(minutes=10)  # while something is wrong there: it goes once it is mended
_BEFORE = (timedelta(hours=24), timedelta(hours=1))  # a post is due
_LOOK = 60.0  # seconds
_CONNECTING = 10.0  # seconds that accounts are given to connect before the first look
_PATIENCE = 60.0  # seconds that an account may take to be looked at
POST = "post:"

_log = log("preflight")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One account to look at, with its places, and what is to go out there by place."""

    network: str
    account: str
    places: tuple[str, ...]
    posts: Mapping[str, tuple[Delivery, ...]]


def due_looks(session: Session, accounts: Iterable[tuple[str, str]]) -> list[Sight]:
    """The accounts that have to be looked at now."""
    now = session.now()
    # How the connection does is told all the time; only the rest needs another look.
    ill = sa.and_(Looked.health != Health.OK, Looked.what != "connection")
    looked = {
        (network, account): (at, wrong)
        for network, account, at, wrong in session.execute(
            sa.select(
                Looked.network,
                Looked.account,
                sa.func.min(sa.case((Looked.place == "", Looked.looked_at), else_=None)),
                sa.func.count(sa.case((ill, 1), else_=None)),
            ).group_by(Looked.network, Looked.account)
        )
    }
    return [
        sight
        for sight in everything(session, accounts)
        if _is_due(
            now,
            *looked.get((sight.network, sight.account), (None, 0)),
            [one for ones in sight.posts.values() for one in ones],
        )
    ]


def _is_due(now: datetime, last: datetime | None, ill: int, posts: list[Delivery]) -> bool:
    if last is None or last <= now - (_UNTIL_WELL if ill else _EVERY) or last > now:
        return True
    marks = [one.due_at - ahead for one in posts for ahead in _BEFORE]
    marks += [one.created_at for one in posts]  # planned since we last looked
    return any(last < mark <= now for mark in marks)


def _posts(session: Session, until: datetime) -> dict[tuple[str, str, str], list[Delivery]]:
    rows = session.execute(
        sa.select(Channel.network, Channel.account, Channel.remote_id, Delivery)
        .join(Channel, Channel.id == Delivery.channel_id)
        .where(
            Delivery.state == DeliveryState.PENDING,
            Delivery.action == Action.PUBLISH,
            Delivery.due_at <= until,
        )
        .order_by(Delivery.due_at)
        .limit(1000)
    )
    posts: dict[tuple[str, str, str], list[Delivery]] = {}
    for network, account, place, delivery in rows:
        posts.setdefault((network, account, place), []).append(delivery)
    return posts


def _places(session: Session, network: str, account: str) -> list[str]:
    here = sa.select(Channel.remote_id).filter_by(
        network=network, account=account, kind=ChannelKind.COMMUNITY
    )
    return list(session.scalars(here.order_by(Channel.remote_id)))


async def look(adapter: Adapter, sight: Sight, room: Room) -> dict[str, list[Finding]]:
    """By place, "" for the account itself. Says nothing there."""
    by_place: dict[str, list[Finding]] = {"": list(await adapter.examine())}
    if not any(it.what == "connection" for it in by_place[""]):
        health, says = adapter.health()
        by_place[""].append(Finding(what="connection", health=health, says=says))
    for place in sight.places:
        by_place[place] = list(await adapter.examine(place))
        for delivery in sight.posts.get(place, ()):
            by_place[place] += await fits(delivery, adapter.capabilities, room)
    return by_place


async def fits(delivery: Delivery, can: Capabilities, room: Room) -> list[Finding]:
    """What the network would refuse of a post that is planned; nothing where it takes it."""
    content = Content.from_json(delivery.content)
    problems = list(can.problems(content))
    for media in content.media:
        try:
            await room(media, can.media)
        except NetworkError as refused:
            problems.append(str(refused))
    if not problems:
        return []
    return [
        Finding(
            what=f"{POST}{delivery.id}",
            health=Health.OFF,
            says=" ".join(dict.fromkeys(problems)),
            then="Change the post before it is due.",
        )
    ]


class Preflight:
    """The loop that looks; ``holds`` tells whether an account is this process's to look at."""

    def __init__(
        self,
        writer: Writer,
        accounts: Accounts,
        room: Room,
        holds: Callable[[tuple[str, str]], bool] = lambda _key: True,
    ) -> None:
        self._writer, self._accounts, self._room = writer, accounts, room
        self._holds = holds

    async def run(self) -> None:
        await asyncio.sleep(_CONNECTING)
        while True:
            try:
                await self.look_around()
            except DatabaseUnavailable as error:
                _log.warning("cannot look ahead", reason=str(error))
            await asyncio.sleep(_LOOK)

    async def look_around(self, *, now: bool = False) -> int:
        """Look at every account that is due, or at all ``now``; gives at how many."""

        def wanted() -> list[Sight]:
            with self._writer.database.reading() as session:
                return (everything if now else due_looks)(
                    session, [key for key in self._accounts if self._holds(key)]
                )

        sights = await asyncio.to_thread(wanted)
        for sight in sights:
            await self._look_at(sight)
        return len(sights)

    async def _look_at(self, sight: Sight) -> None:
        adapter = self._accounts[sight.network, sight.account]
        try:
            async with asyncio.timeout(_PATIENCE):
                by_place = await look(adapter, sight, self._room)
        except Exception as error:  # an adapter of others may break its promise; the rest go on
            _log.warning("cannot examine", network=sight.network, reason=repr(error))
            by_place = {"": [_silent(sight)]}

        def write(session: Session) -> None:
            for place, findings in by_place.items():
                found(session, sight.network, sight.account, place, findings)

        await self._writer.run(write)


def _silent(sight: Sight) -> Finding:
    return Finding(
        what="connection",
        health=Health.WARN,
        says=f"{sight.account} could not be looked at.",
        then="It is tried again; see the log if this stays.",
    )


def everything(session: Session, accounts: Iterable[tuple[str, str]]) -> list[Sight]:
    """Every account, due or not."""
    posts = _posts(session, session.now() + max(_BEFORE))
    return [
        Sight(
            network=network,
            account=account,
            places=tuple(_places(session, network, account)),
            posts={
                place: tuple(ones)
                for (n, a, place), ones in posts.items()
                if (n, a) == (network, account)
            },
        )
        for network, account in accounts
    ]
