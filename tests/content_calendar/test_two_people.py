"""Two people and the postman at one post at the same time: 200 random interleavings.

Each has a writer of its own, as if in another process (on SQLite there is only one). Whatever the
order, every change that was accepted is there at the end, every other one was refused and said so,
and what left is what the calendar shows.
"""

import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from bot.accounts.models import Role, User
from bot.channels import service as channels
from bot.clock import FrozenClock
from bot.db import Database, Session, Writer
from bot.errors import Conflict, InvalidInput, OutcomeUnknown, Rejected
from bot.networks import Receipt
from bot.outbox import service as outbox
from bot.outbox.claiming import Claim, Terms, claim
from bot.outbox.models import Delivery, DeliveryState
from bot.outbox.settling import settle
from content_calendar import moving, service
from content_calendar.changes import changing
from content_calendar.draft import Draft
from content_calendar.models import Occurrence, Post, Publication, Stage
from content_calendar.moving import Wish
from content_calendar.planning import draft_of
from content_calendar.states import LOCKED, STUCK, state_of
from content_calendar.writing import must_be_open
from tests.content_calendar.calendars import LIMITS, person

SEEDS = int(os.environ.get("HUBBUB_TEST_INTERLEAVINGS", "200"))  # a quarter where nothing overlaps
ROUNDS = 5
TERMS = Terms(lease=timedelta(minutes=10), overdue_after=timedelta(minutes=30))
ACCOUNT = ("webchat", "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An accepted change: the version that it made, and what has to hold from then on."""

    version: int
    text: str | None = None
    local: datetime | None = None
    stage: Stage | None = None


@dataclass
class Person:
    """Somebody with a page open: it shows the post as it was when they last looked."""

    id: UUID
    name: str
    version: int = 1
    said: int = 0


@dataclass
class Story:
    """One post, with everything that was accepted and everything that a network was given."""

    post: UUID
    chance: random.Random
    people: list[Person]
    done: list[Done] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    held: list[Claim] = field(default_factory=list)
    refused: int = 0


@pytest.fixture
def writers(database: Database) -> Iterator[list[Writer]]:
    with ExitStack() as open_:
        if database.is_sqlite:
            yield [open_.enter_context(Writer(database))] * 3
        else:
            yield [open_.enter_context(Writer(database)) for _ in range(3)]


@pytest.mark.timeout(600)
def test_two_people_and_the_postman_at_once(
    database: Database, writers: list[Writer], clock: FrozenClock
) -> None:
    people = writers[0].run_blocking(
        lambda session: [person(session, Role.OWNER, name).id for name in ("Ada", "Ben")]
    )
    accepted = refused = left = 0
    seeds = SEEDS // 4 if database.is_sqlite else SEEDS
    with ThreadPoolExecutor(3) as hands:
        for seed in range(seeds):
            chance = random.Random(seed)
            post = writers[0].run_blocking(lambda session: begin(session, seed, chance))  # noqa: B023  # run at once
            story = Story(
                post, chance, [Person(id, name) for id, name in zip(people, "AB", strict=True)]
            )
            for _ in range(ROUNDS):
                acts = [*(choose(story, one) for one in story.people), postman(story)]
                order = chance.sample(range(3), 3)
                waiting = [hands.submit(run, writers[n], acts[n]) for n in order]
                for one in waiting:
                    note(story, one.result())
                clock.advance(timedelta(seconds=chance.choice((0, 20, 60))))
            while story.held:
                note(story, run(writers[0], postman(story)))
            with database.reading() as session:
                judge(session, story, seed)
            writers[0].run_blocking(lambda session: clear(session, story))  # noqa: B023  # run at once
            accepted, refused = accepted + len(story.done), refused + story.refused
            left += len(story.given)
    # Or the test would hold where nobody ever got in another's way.
    assert min(accepted, refused, left) > seeds / 4


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_is_being_moved_does_not_begin_to_leave(
    database: Database, writers: list[Writer], clock: FrozenClock
) -> None:
    """Else it would be planned anew beside the one that leaves: seed 37 said it twice."""
    id = writers[0].run_blocking(lambda session: begin(session, 37, random.Random(0)))
    accounts = {ACCOUNT: LIMITS["webchat"]}
    clock.advance(timedelta(minutes=5))
    with database.session(database.writers) as session:
        post = changing(session, id, 1)
        must_be_open(session, post)
        meanwhile = writers[1].run_blocking(
            lambda other: claim(other, owner="postman", accounts=accounts, terms=TERMS)
        )
        assert meanwhile == []
    taken = writers[1].run_blocking(
        lambda other: claim(other, owner="postman", accounts=accounts, terms=TERMS)
    )
    assert len(taken) == 1


def begin(session: Session, seed: int, chance: random.Random) -> UUID:
    """In review, or planned for the next minutes."""
    network, account = ACCOUNT
    room = channels.ensure(
        session, network=network, account=account, remote_id=f"room-{seed}", name=f"Room {seed}"
    )
    draft = Draft(
        text="At first?",
        channel_ids=(room.id,),
        local=soon(session.now(), chance),
        zone="Europe/Berlin",
    )
    stage = chance.choice((Stage.IN_REVIEW, Stage.SCHEDULED))
    return service.create(session, draft, by=None, capabilities=LIMITS, stage=stage).id


def soon(now: datetime, chance: random.Random) -> datetime:
    in_berlin = now.replace(tzinfo=None, second=0, microsecond=0) + timedelta(hours=1)
    return in_berlin + timedelta(minutes=chance.randint(1, 4))


def clear(session: Session, story: Story) -> None:
    """What it left waiting must not come into the next story."""
    waiting = sa.select(Delivery).filter_by(about_id=story.post, state=DeliveryState.PENDING)
    for delivery in session.scalars(waiting).all():
        outbox.cancel(session, delivery)


Act = Callable[[Session], tuple[str, object]]


def run(writer: Writer, act: Act) -> tuple[str, object]:
    try:
        return writer.run_blocking(act)
    except (Conflict, InvalidInput):
        return "refused", None


def choose(story: Story, who: Person) -> Act:
    """What this person does next, on the version that their page shows."""
    kind = story.chance.choice(("edit", "move", "approve", "publish", "withdraw", "look"))
    who.said += 1
    text = f"{who.name}{who.said}?"
    minutes = story.chance.randint(1, 4)
    version = who.version

    def act(session: Session) -> tuple[str, object]:
        by = session.need(User, who.id)
        if kind == "look":
            return "looked", (who, session.need(Post, story.post).version)
        if kind == "edit":
            draft = replace(draft_of(session, session.need(Post, story.post)), text=text)
            post = service.save(session, story.post, version, draft, by=by, capabilities=LIMITS)
            return "done", (who, Done(version=post.version, text=text))
        if kind == "move":
            now = session.now().replace(tzinfo=None, second=0, microsecond=0)
            to = now + timedelta(hours=1, minutes=minutes)
            moved = moving.move(
                session, story.post, version, Wish(to=to), by=by, capabilities=LIMITS
            )
            return "done", (who, Done(version=moved.post.version, local=to))
        if kind == "approve":
            post = service.schedule(session, story.post, version, by=by, capabilities=LIMITS)
        elif kind == "publish":
            post = service.publish_now(session, story.post, version, by=by, capabilities=LIMITS)
        else:
            post = service.unschedule(session, story.post, version, by=by)
        return "done", (who, Done(version=post.version, local=post.local, stage=post.stage))

    return act


def postman(story: Story) -> Act:
    """Takes what is due, or says what became of what it has taken."""
    if story.held:
        mine = story.held.pop()
        ends: tuple[Receipt | Exception, ...] = (
            Receipt(message=mine.id.hex),
            Rejected("No."),
            OutcomeUnknown("Who knows."),
        )
        end = story.chance.choices(ends, (6, 2, 2))[0]

        def tell(session: Session) -> tuple[str, object]:
            settle(session, mine, end)
            arrived = isinstance(end, Receipt | OutcomeUnknown)
            return "left", [str(mine.outgoing.content.text)] if arrived else []

        return tell

    def take(session: Session) -> tuple[str, object]:
        accounts = {ACCOUNT: LIMITS["webchat"]}
        return "took", claim(session, owner="postman", accounts=accounts, terms=TERMS)

    return take


def note(story: Story, result: tuple[str, object]) -> None:
    match result:
        case "done", (Person() as who, Done() as done):
            who.version = done.version
            story.done.append(done)
        case "looked", (Person() as who, int(version)):
            who.version = version
        case "took", list(claims):
            story.held += claims
        case "left", list(texts):
            story.given += texts
        case _:
            story.refused += 1


def judge(session: Session, story: Story, seed: int) -> None:
    post = session.need(Post, story.post)
    done = sorted(story.done, key=lambda one: one.version)
    # No lost update: every accepted change made a version of its own, and the last word counts.
    assert [one.version for one in done] == list(range(2, post.version + 1)), seed
    texts = ["At first?", *(one.text for one in done if one.text)]
    assert post.text == texts[-1], seed
    times = [one.local for one in done if one.local]
    assert not times or post.local == times[-1], seed
    stages = [one.stage for one in done if one.stage]
    assert not stages or post.stage is stages[-1], seed
    _judge_deliveries(session, post, story, seed)


def _judge_deliveries(session: Session, post: Post, story: Story, seed: int) -> None:
    rows = session.execute(
        sa.select(Occurrence, Delivery)
        .join(Publication, Publication.occurrence_id == Occurrence.id)
        .join(Delivery, Publication.delivery_id == Delivery.id)
        .where(Occurrence.post_id == post.id)
    ).all()
    states = [delivery.state for _, delivery in rows]
    assert len(rows) == (1 if post.stage is Stage.SCHEDULED else 0), (seed, states)
    everything = session.scalars(sa.select(Delivery).filter_by(about_id=post.id)).all()
    strays = {one.state for one in everything} - {DeliveryState.CANCELLED, *states}
    assert strays == set(), seed  # nothing is under way that the calendar does not show
    assert len(story.given) <= 1, (seed, story.given)
    for occurrence, delivery in rows:
        # What is shown is what leaves, when it is shown to leave.
        assert delivery.content["text"] == post.text, seed
        assert (occurrence.local, occurrence.zone) == (post.local, post.zone), seed
        if delivery.state is DeliveryState.PENDING and delivery.attempt == 0:
            assert delivery.due_at == occurrence.at, seed
        if delivery.state in LOCKED and story.given:
            assert story.given == [post.text], seed
    shown = state_of(post.stage, states)
    one_of = {"in_review", "draft", "scheduled", "publishing", "published", "needs_look"}
    assert shown in one_of, seed
    assert (shown == "needs_look") == bool(STUCK & set(states)), seed
