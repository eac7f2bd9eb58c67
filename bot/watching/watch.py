"""The one place that finds out what is wrong now."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import Clock
from bot.db import Session
from bot.networks import Adapter, Health
from bot.settings import Settings
from bot.supervisor import Kept, Supervisor
from bot.watching import looking
from bot.watching.alarms import Alarm, AlarmKind

LITTLE_SPACE = 1_000_000_000  # bytes
_JUMP = timedelta(minutes=1)
_BACKUP_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What has to be known to tell. ``last_backup`` gives when the newest was made, None for never;
    without it nothing is said of back-ups. Networks and parts are those of this process.
    """

    settings: Settings
    clock: Clock
    adapters: Mapping[tuple[str, str], Adapter] = field(default_factory=dict)
    supervisors: Sequence[Supervisor] = ()
    last_backup: Callable[[], datetime | None] | None = None
    began: tuple[datetime, float] | None = None  # wall time and monotonic seconds, then

    def alarms(self, session: Session) -> list[Alarm]:
        """Everything that is wrong now, what stops most first."""
        return [
            *self._disk(),
            *self._clock(session),
            *self._parts(),
            *looking.stalled(session),
            *self._networks(),
            *looking.paused(session),
            *looking.found_there(session),
            *looking.deliveries(session),
            *looking.unread(session),
            *looking.kept_waiting(session),
            *looking.replies_held(session),
            *looking.partners_late(session),
            *looking.agreements_old(session),
            *self._mail(session),
            *self._backups(),
        ]

    def free_space(self) -> int:
        """Bytes that are free where the data lies, or would lie."""
        return shutil.disk_usage(self._place()).free

    def _place(self) -> Path:
        data = self.settings.data
        return data if data.exists() else data.resolve().parent

    def _disk(self) -> Iterator[Alarm]:
        free = self.free_space()
        if free < LITTLE_SPACE:
            yield Alarm(
                kind=AlarmKind.DISK_FULL,
                sentence=f"Only {free // 1_000_000} MB are free where Hubbub keeps its data.",
                command=f"df -h {self._place().resolve()}",
            )

    def _clock(self, session: Session) -> Iterator[Alarm]:
        yield from looking.from_the_future(session)
        if self.began is None:
            return
        wall, ticks = self.began
        jump = (self.clock.now() - wall) - timedelta(seconds=self.clock.monotonic() - ticks)
        if abs(jump) > _JUMP:
            yield Alarm(
                kind=AlarmKind.CLOCK_WRONG,
                sentence=f"This machine's clock has jumped by {_signed(jump)} since Hubbub was "
                "started, or the machine slept. Set the time right, then start Hubbub again.",
                command="timedatectl",
            )

    def _kept(self) -> list[Kept]:
        return [one for supervisor in self.supervisors for one in supervisor.kept]

    def _parts(self) -> Iterator[Alarm]:
        """What the supervisor is waiting to start again; networks are told of by themselves."""
        names = {f"{network}/{account}" for network, account in self.adapters}
        for one in self._kept():
            if one.problem and one.name not in names:
                yield Alarm(
                    kind=AlarmKind.PART_DOWN,
                    sentence=f"A part of Hubbub stopped and is started again: {one.name}.",
                    since=one.down_since,
                    quote=one.problem,
                    command="hubbub check",
                )

    def _networks(self) -> Iterator[Alarm]:
        kept = {one.name: one for one in self._kept()}
        for (network, account), adapter in self.adapters.items():
            one = kept.get(f"{network}/{account}")
            health, note = adapter.health()
            problem = one.problem if one else ""
            if problem or health is Health.OFF:
                yield _down(network, account, problem or note, one)

    def _mail(self, session: Session) -> Iterator[Alarm]:
        if not self.settings.networks.get("email", {}).get("host"):
            yield from looking.letters_kept(session)

    def _backups(self) -> Iterator[Alarm]:
        if self.last_backup is None:
            return
        last = self.last_backup()
        if last is None or last < self.clock.now() - _BACKUP_AFTER:
            never, old = "No back-up was ever made.", "The last back-up is more than a week old."
            yield Alarm(
                kind=AlarmKind.BACKUP_OLD,
                sentence=never if last is None else old,
                since=last,
                command="hubbub db backup",
            )


def _down(network: str, account: str, quote: str, one: Kept | None) -> Alarm:
    where = f"{network}/{account}"
    again = one is not None and one.problem
    return Alarm(
        kind=AlarmKind.NETWORK_DOWN,
        sentence=f"{where} is not connected; Hubbub keeps trying by itself."
        if again
        else f"{where} is not connected: nothing comes in from there and nothing leaves.",
        since=one.down_since if one and again else None,
        network=network,
        quote=quote,
        href="/settings",
        label="To the settings",
        command="hubbub check",
    )


def _signed(jump: timedelta) -> str:
    minutes = round(jump.total_seconds() / 60)
    return f"{minutes:+} min" if abs(minutes) < 120 else f"{round(minutes / 60):+} h"
