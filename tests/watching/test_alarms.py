"""What is wrong now is said, with since when and what mends it; what is well says nothing."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from adapters.sandbox import Fault
from bot.channels import service as channels
from bot.channels.models import Channel
from bot.clock import FrozenClock
from bot.db import Session
from bot.inbox.service import receive
from bot.networks import Action, Content, Health, NotUnderstood
from bot.outbox.models import About, Delivery, DeliveryState
from bot.outbox.service import enqueue
from bot.settings import Settings
from bot.supervisor import Supervisor
from bot.suppliers.models import Supplier
from bot.watching.alarms import Alarm, AlarmKind
from bot.watching.watch import Watch
from tests.engagement.community import Community
from tests.engagement.test_listening import WISH


class Usage(NamedTuple):
    total: int
    used: int
    free: int


class Radio:
    """All of an adapter that is looked at."""

    def __init__(self, state: Health, note: str = "") -> None:
        self.state, self.note = state, note

    def health(self) -> tuple[Health, str]:
        return self.state, self.note


@pytest.fixture
def watch(community: Community, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: Usage(9, 0, 10**12))
    return Watch(settings=Settings(data=tmp_path), clock=community.clock)


def wrong(community: Community, watch: Watch) -> list[Alarm]:
    with community.writer.database.reading() as session:
        return watch.alarms(session)


def only(community: Community, watch: Watch) -> Alarm:
    (alarm,) = wrong(community, watch)
    return alarm


async def put(community: Community, key: str, **what: Any) -> None:
    def command(session: Session) -> None:
        square = channels.ensure(session, network="sandbox", account="main", remote_id="square")
        given = {
            "channel": square,
            "action": Action.REPLY,
            "content": Content(text=key),
            "about": About.ACKNOWLEDGEMENT,
            **what,
        }
        enqueue(session, key=key, **given)

    await community.writer.run(command)


async def test_a_shop_where_all_is_well_has_no_alarm(community: Community, watch: Watch) -> None:
    post = await community.post_about("CUP-1")
    await community.say(WISH, author="Ada", reply_to=post)
    community.clock.advance(timedelta(hours=3))
    assert wrong(community, watch) == []


async def test_a_channel_that_lost_its_access_says_since_when(
    community: Community, watch: Watch
) -> None:
    await put(community, "hello")
    began = community.clock.now()
    community.network.fail_next(Fault.UNAUTHORIZED)
    await community.deliver()
    community.clock.advance(timedelta(hours=1))
    found = {alarm.kind: alarm for alarm in wrong(community, watch)}
    assert set(found) == {AlarmKind.CHANNEL_PAUSED}
    with community.writer.database.reading() as session:
        paused = session.scalars(sa.select(Channel).filter_by(remote_id="square")).one()
    mine = [one for one in wrong(community, watch) if str(paused.id) in one.action]
    (alarm,) = mine
    assert (alarm.since, alarm.quote) == (began, paused.paused_because)
    assert alarm.action == f"/needs-a-look/channels/{paused.id}/resume"

    def resume(session: Session) -> None:
        for one in session.scalars(sa.select(Channel)):
            channels.resume(session, one)

    await community.writer.run(resume)
    assert AlarmKind.CHANNEL_PAUSED not in {one.kind for one in wrong(community, watch)}


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (DeliveryState.UNKNOWN, AlarmKind.DELIVERY_UNKNOWN),
        (DeliveryState.REFUSED, AlarmKind.DELIVERY_REFUSED),
        (DeliveryState.HELD, AlarmKind.DELIVERY_HELD),
    ],
)
async def test_what_waits_for_a_word_is_counted(
    community: Community, watch: Watch, state: DeliveryState, kind: AlarmKind
) -> None:
    began = community.clock.now()
    for key in "ab":
        await put(community, key)
        community.clock.advance(timedelta(minutes=1))
    await community.writer.run(
        lambda session: session.execute(sa.update(Delivery).values(state=state))
    )
    alarm = only(community, watch)
    assert (alarm.kind, alarm.count, alarm.since) == (kind, 2, began)


async def test_what_could_not_be_read_leads_to_the_quarantine(
    community: Community, watch: Watch
) -> None:
    event = NotUnderstood(
        network="sandbox", account="main", dedupe_key="k", raw=b"{", reason="No author."
    )
    await community.writer.run(lambda session: receive(session, [event]))
    alarm = only(community, watch)
    assert (alarm.kind, alarm.href) == (AlarmKind.EVENT_QUARANTINED, "/inbox/quarantine")


async def test_an_inbox_that_nobody_reads_is_noticed_after_a_minute(
    community: Community, watch: Watch
) -> None:
    began = community.clock.now()
    await community.hear(community.network.event(WISH))
    community.clock.advance(timedelta(seconds=60))
    assert wrong(community, watch) == []
    community.clock.advance(timedelta(seconds=1))
    alarm = only(community, watch)
    assert (alarm.kind, alarm.since) == (AlarmKind.INBOX_STALLED, began)
    await community.settle()
    assert wrong(community, watch) == []


async def test_nothing_leaving_is_noticed_and_named(community: Community, watch: Watch) -> None:
    await put(community, "hello")
    due = community.clock.now()
    community.clock.advance(timedelta(minutes=2))
    assert wrong(community, watch) == []
    community.clock.advance(timedelta(seconds=1))
    alarm = only(community, watch)
    assert (alarm.kind, alarm.since, alarm.network) == (AlarmKind.OUTBOX_STALLED, due, "sandbox")
    await community.deliver()
    assert wrong(community, watch) == []


async def test_waiting_behind_one_that_is_tried_again_is_not_standing_still(
    community: Community, watch: Watch
) -> None:
    await put(community, "first", thread="t")
    await put(community, "second", thread="t")
    await community.writer.run(
        lambda session: session.execute(
            sa.update(Delivery)
            .filter_by(key="first")
            .values(attempt=1, note="Later.", due_at=session.now() + timedelta(hours=1))
        )
    )
    community.clock.advance(timedelta(minutes=10))
    assert wrong(community, watch) == []


async def test_who_waits_for_a_person_for_a_day_is_noticed(
    community: Community, watch: Watch
) -> None:
    began = community.clock.now()
    await community.say("How long does it keep warm?", author="Ada")
    assert community.messages()[0].wants_person
    community.clock.advance(timedelta(hours=23))
    assert wrong(community, watch) == []
    community.clock.advance(timedelta(hours=2))
    alarm = only(community, watch)
    assert (alarm.kind, alarm.since) == (AlarmKind.PERSON_WAITING, began)


async def test_partners_who_get_no_mail_are_noticed(community: Community, watch: Watch) -> None:
    def by_mail(session: Session) -> None:
        for supplier in session.scalars(sa.select(Supplier)):
            office = channels.ensure(
                session, network="email", account="main", remote_id=supplier.email
            )
            supplier.channel_id = office.id

    await community.writer.run(by_mail)
    post = await community.post_about("CUP-1")
    await community.say(WISH, author="Ada", reply_to=post)
    alarm = only(community, watch)
    assert (alarm.kind, alarm.href) == (AlarmKind.MAIL_KEPT, "/mail")
    settings = Settings(data=watch.settings.data, networks={"email": {"host": "mail.example"}})
    assert wrong(community, Watch(settings=settings, clock=community.clock)) == []


def test_a_disk_that_is_nearly_full_is_noticed(
    community: Community, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: Usage(9, 0, 400_000_000))
    alarm = only(community, watch)
    assert (alarm.kind, "400 MB" in alarm.sentence) == (AlarmKind.DISK_FULL, True)


class Jumping(FrozenClock):
    """Its wall time can be set without time having passed."""

    jumped = timedelta()

    def now(self) -> Any:
        return super().now() + self.jumped


@pytest.mark.parametrize(("hours", "said"), [(3, "+3 h"), (-2, "-2 h"), (0.5, "+30 min")])
def test_a_clock_that_jumped_is_noticed(
    community: Community, watch: Watch, hours: float, said: str
) -> None:
    clock = Jumping(community.clock.now())
    began = (clock.now(), clock.monotonic())
    watch = Watch(settings=watch.settings, clock=clock, began=began)
    clock.advance(timedelta(days=9))
    assert wrong(community, watch) == []
    clock.jumped = timedelta(hours=hours)
    alarm = only(community, watch)
    assert (alarm.kind, f"jumped by {said} since" in alarm.sentence) == (
        AlarmKind.CLOCK_WRONG,
        True,
    )


async def test_messages_from_the_future_are_noticed(community: Community, watch: Watch) -> None:
    await community.hear(community.network.event(WISH))
    community.clock.advance(timedelta(hours=-1))
    assert AlarmKind.CLOCK_WRONG in {alarm.kind for alarm in wrong(community, watch)}


def test_a_network_that_is_off_or_dying_is_said_once(community: Community, watch: Watch) -> None:
    supervisor = Supervisor(community.clock)
    adapters: Any = {
        ("radio", "a"): Radio(Health.OFF, "The token was revoked."),
        ("radio", "b"): Radio(Health.OK),
        ("radio", "c"): Radio(Health.WARN, "Slow."),
    }
    watch = Watch(
        settings=watch.settings, clock=community.clock, adapters=adapters, supervisors=(supervisor,)
    )
    alarm = only(community, watch)
    assert (alarm.kind, alarm.quote) == (AlarmKind.NETWORK_DOWN, "The token was revoked.")

    async def start() -> None:
        return

    for name in ("radio/a", "inbox"):
        kept = supervisor.keep(name, start)
        kept.problem, kept.down_since = f"{name} hung up", community.clock.now()
    found = [(one.kind, one.quote, one.since) for one in wrong(community, watch)]
    now = community.clock.now()
    assert found == [
        (AlarmKind.PART_DOWN, "inbox hung up", now),
        (AlarmKind.NETWORK_DOWN, "radio/a hung up", now),
    ]


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (None, "No back-up was ever made."),
        (timedelta(days=8), "The last back-up is more than a week old."),
        (timedelta(days=6), ""),
    ],
)
def test_back_ups_are_watched_where_they_are_recorded(
    community: Community, watch: Watch, age: timedelta | None, said: str
) -> None:
    at = community.clock.now() - age if age else None
    watch = Watch(settings=watch.settings, clock=community.clock, last_backup=lambda: at)
    found = [(one.sentence, one.command) for one in wrong(community, watch)]
    assert found == ([(said, "hubbub db backup")] if said else [])
