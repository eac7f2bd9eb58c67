"""What people do in a month: consumers talk, staff plan and tidy up, partners decide."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from adapters.sandbox import Like
from adapters.sandbox.translate import translate
from bot.channels.models import Channel
from bot.channels.service import resume
from bot.db import Command, Session
from bot.errors import Conflict, DatabaseUnavailable, InvalidInput
from bot.networks import EventKind, InboundEvent
from bot.outbox import service as outbox
from bot.outbox.models import Delivery, DeliveryState
from bot.suggestions.models import Suggestion
from bot.suggestions.service import merge
from bot.suppliers.models import Act, Case
from bot.suppliers.service import decide
from content_calendar import service as calendar
from content_calendar.draft import Draft
from content_calendar.models import Post, Stage
from tests.proof.simulation.process import said
from tests.proof.simulation.shop import ACCOUNTS, channel_ids

if TYPE_CHECKING:
    from tests.proof.simulation.world import World

LIMITS = {"sandbox": Like.WEBCHAT.capabilities}
PEOPLE = ("Ada", "Bo", "Cleo", "Dan", "Eve", "Finn")
# Each of these must lead to an answer.
MATTERS = (
    "please make the lid of the lid cup dishwasher-safe",
    "please make the handle of the ember pan longer",
    "Bitte macht den Deckel vom lid cup spülmaschinenfest",
    "my lid cup leaks already",
    "please make the lid of the lid cup easier to open",
    "the tea tin is dented and broken",
)
CHATTER = ("Good morning everybody", "When will the tea tin be back?", "I love this ember pan!")
UNLUCKY = "☠"  # a message over which reading or handling stumbles
# The clocks change within the month that begins then, in a zone that people have.
MONTHS = (
    (datetime(2026, 3, 16, 6), "Europe/Berlin", "02:30"),
    (datetime(2026, 10, 12, 6), "Europe/Berlin", "02:30"),
    (datetime(2026, 2, 24, 6), "America/New_York", "02:15"),
    (datetime(2026, 10, 20, 6), "America/New_York", "01:40"),
    (datetime(2026, 3, 20, 6), "Australia/Lord_Howe", "01:45"),
    (datetime(2026, 9, 21, 6), "Australia/Lord_Howe", "02:10"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A post as staff was told that it is kept. ``at``: the instants that the wall says."""

    text: str
    accounts: tuple[str, ...]
    at: tuple[datetime, ...]


@dataclass
class Life:
    """``asked`` is what Hubbub acknowledged: the ending compares the world with it."""

    world: "World"
    zone: str
    said: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # id → account, who, text
    taken_back: set[str] = field(default_factory=set)
    posts: dict[str, Planned] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)  # texts of posts that were called off
    doubtful: set[str] = field(default_factory=set)  # of those that may have been
    tokens: list[str] = field(default_factory=list)  # one in the words of each decision
    number: int = 0

    def deeds(self) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        """What happens at one moment: one to four things, mostly talk."""
        chance = self.world.chance
        usual = (self.talk, self.talk, self.talk, self.post, self.decide, self.decide, self.merge)
        rare = (self.rush, self.junk, self.withdraw, self.take_back, self.hang_up)
        return [
            chance.choice(rare if chance.random() < 0.3 else usual)
            for _ in range(chance.choice((1, 1, 2, 4)))
        ]

    # Consumers

    async def talk(self) -> None:
        """One to three people say something, in one thread or on the square, nearly at once."""
        chance = self.world.chance
        account = chance.choice(tuple(ACCOUNTS))
        thread = self._thread(account)
        private = thread is None and chance.random() < 0.2
        for _ in range(chance.choice((1, 1, 2, 3))):
            text = chance.choice(MATTERS if chance.random() < 0.75 else CHATTER)
            if chance.random() < 0.04:
                text = f"{text} {UNLUCKY}"
            who = chance.choice(PEOPLE)
            self.tell(account, who, text, reply_to=thread, private=private)

    def _thread(self, account: str) -> str | None:
        """A message to reply to: one of ours, one of theirs, or none."""
        chance = self.world.chance
        ours = [entry.message for at, _, entry in self.world.watch.arrivals if at == account]
        theirs = [id for id, (at, *_) in self.said.items() if at == account]
        some = [*ours[-6:], *theirs[-6:]]
        return chance.choice(some) if some and chance.random() < 0.6 else None

    def tell(self, account: str, who: str, text: str, **more: Any) -> None:
        self.number += 1
        id = f"m{self.number}"
        self.said[id] = (account, who, text)
        at = self.world.clock.now().isoformat()
        body = said(id=id, at=at, author=who, text=text, **more)
        self.world.note(who, f"says {id} on {account}: {text}")
        self.world.tells(account, id, body)

    async def take_back(self) -> None:
        """Somebody edits or deletes what they said."""
        if not self.said:
            return
        chance = self.world.chance
        message = chance.choice(tuple(self.said))
        account, who, _ = self.said[message]
        self.taken_back.add(message)
        self.number += 1
        kind, text = chance.choice(
            ((EventKind.EDIT, "I mean the blue one"), (EventKind.DELETE, ""))
        )
        self.number += 1
        id = f"m{self.number}"
        body = said(id=id, at=self.world.clock.now().isoformat(), author=who, text=text)
        (event,) = translate(account, json.dumps(json.loads(body)).encode())
        assert isinstance(event, InboundEvent)
        self.world.note(who, f"{kind}s {message}")
        self.world.tells(account, id, replace(event, kind=kind, message=message))

    async def junk(self) -> None:
        """A signed webhook call that nobody understands."""
        self.number += 1
        body = said(id=f"junk{self.number}", at="yesterday")
        raw = json.dumps(json.loads(body)["events"][0]).encode()
        self.world.tells("webchat", sha256(raw).hexdigest(), body)

    # Staff

    async def act(self, who: str, command: Command[Any]) -> bool:
        """A person does it on some page; whether they were told that it is done."""
        process = self.world.somebody()
        if process is None:
            return False
        task = process.spawn(process.writer.run(command))
        await asyncio.wait({task}, timeout=60)
        if not task.done() or task.cancelled():
            self.world.note(who, "gets no answer")
            return False
        error = task.exception()
        if isinstance(error, DatabaseUnavailable | Conflict | InvalidInput):
            self.world.note(who, f"is told: {error}")
            return False
        if error is not None:
            self.world.fail("I2", f"{who} was shown an error: {error!r}")
        return error is None

    async def post(self) -> None:
        """A post for one or two channels, in a few minutes or days."""
        after = timedelta(minutes=self.world.chance.choice((2, 50, 600, 3000)))
        await self._plan(after, self.world.chance.choice((1, 1, 2)))

    async def rush(self) -> None:
        """Many posts for the same minute."""
        account = self.world.chance.choice(tuple(ACCOUNTS))
        for _ in range(7):
            await self._plan(timedelta(minutes=30), 1, account)

    async def _plan(self, after: timedelta, places: int, account: str = "") -> None:
        self.number += 1
        text = f"News {self.number}. What do you think?"
        chosen = self.world.chance.sample(tuple(ACCOUNTS), places)
        accounts = (account,) if account else tuple(chosen)
        at = (self.world.clock.now() + after).replace(second=0, microsecond=0)
        local = at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None, fold=0)
        first = local.replace(tzinfo=ZoneInfo(self.zone))  # of an hour that comes twice
        made = await self._create(text, accounts, local, "")
        if made:
            self.posts[text] = Planned(text=text, accounts=accounts, at=(first,))

    async def series(self, days: int, wall: str) -> None:
        """A post that comes again, over the day on which the clocks change."""
        chance, zone = self.world.chance, ZoneInfo(self.zone)
        day = (self.world.clock.now() + timedelta(days=1)).date()
        step = chance.choice((2, 3))
        # So that the day of the change is one of them.
        change = next(
            d
            for d in (day + timedelta(days=n) for n in range(days))
            if _offset(d, zone) != _offset(d + timedelta(days=1), zone)
        )
        first = change - timedelta(days=step * ((change - day).days // step))
        local = datetime.fromisoformat(f"{first}T{wall}")
        until = (self.world.clock.now() + timedelta(days=days)).replace(tzinfo=None)
        walls = [
            local + timedelta(days=step * n)
            for n in range(days)
            if local + timedelta(days=step * n) < until
        ]
        account = chance.choice(tuple(ACCOUNTS))
        rrule = f"FREQ=DAILY;INTERVAL={step};COUNT={len(walls)}"
        if await self._create("Every few days", (account,), local, rrule):
            at = tuple(each.replace(tzinfo=zone) for each in walls)
            planned = Planned(text="Every few days", accounts=(account,), at=at)
            self.posts[planned.text] = planned

    async def _create(
        self, text: str, accounts: tuple[str, ...], local: datetime, rrule: str
    ) -> bool:
        def command(session: Session) -> None:
            places = channel_ids(session)
            draft = Draft(
                text=text,
                channel_ids=tuple(places[account] for account in accounts),
                local=local,
                zone=self.zone,
                rrule=rrule,
            )
            calendar.create(session, draft, by=None, capabilities=LIMITS, stage=Stage.SCHEDULED)

        self.world.note("staff", f"plans “{text}” for {local} {rrule} on {', '.join(accounts)}")
        return await self.act("staff", command)

    async def withdraw(self) -> None:
        """A post is taken off the calendar, mostly one that has not gone out."""
        now = self.world.clock.now()
        ahead = [text for text, post in self.posts.items() if post.at[0] > now]
        some = ahead or list(self.posts)
        text = self.world.chance.choice(some) if some else ""

        def command(session: Session) -> None:
            post = session.scalars(sa.select(Post).filter_by(text=text)).one()
            calendar.unschedule(session, post.id, post.version, by=None)

        if text.startswith("News"):
            self.doubtful.add(text)
            if await self.act("staff", command):
                self.world.note("staff", f"has called off “{text}”")
                self.withdrawn.add(text)

    async def merge(self) -> None:
        """Two suggestions about one product are said to be the same."""

        def command(session: Session) -> None:
            open_ = session.scalars(
                sa.select(Suggestion).filter_by(merged_into_id=None).order_by(Suggestion.id)
            ).all()
            pairs = [(a, b) for a in open_ for b in open_ if a.id < b.id and _alike(a, b)]
            if pairs:
                into, one = self.world.chance.choice(pairs)
                merge(session, one, into)

        await self.act("staff", command)

    async def tidy(self) -> None:
        """What needs a person gets one."""
        needs = (
            "SELECT 1 FROM delivery WHERE state IN ('unknown', 'held') UNION "
            "SELECT 1 FROM channel WHERE paused_because <> ''"
        )
        if self.world.watch.ask(needs):
            there = {entry.key for _, _, entry in self.world.watch.arrivals}
            await self.act("staff", lambda session: self._tidy(session, there))

    def _tidy(self, session: Session, there: set[str]) -> None:
        for channel in session.scalars(sa.select(Channel).where(Channel.paused_because != "")):
            resume(session, channel)
        stuck = (DeliveryState.UNKNOWN, DeliveryState.HELD)
        for one in session.scalars(sa.select(Delivery).where(Delivery.state.in_(stuck))).all():
            if one.state is DeliveryState.UNKNOWN and one.key in there:
                outbox.mark_sent(session, one)
            else:
                outbox.retry(session, one)

    # Partners

    async def decide(self) -> None:
        chance = self.world.chance
        token = f"D{len(self.tokens)}D"
        self.tokens.append(token)
        act = chance.choice(tuple(Act))

        def command(session: Session) -> None:
            cases = session.scalars(
                sa.select(Case.id).where(Case.supplier_id.is_not(None)).order_by(Case.id)
            ).all()
            if cases:
                case: UUID = chance.choice(cases)
                day: date = session.now().date() + timedelta(days=9)
                found = session.need(Case, case)
                decide(session, found, act, text=f"Word {token}", promised_for=day, by="supplier:X")

        await self.act("partner", command)

    # Machines

    async def hang_up(self) -> None:
        if process := self.world.somebody():
            process.lines[self.world.chance.choice(tuple(ACCOUNTS))].hang_up()


def _alike(one: Suggestion, other: Suggestion) -> bool:
    return (one.product_id, one.kind) == (other.product_id, other.kind)


def _offset(day: date, zone: Any) -> timedelta | None:
    return datetime(day.year, day.month, day.day, tzinfo=zone).utcoffset()
