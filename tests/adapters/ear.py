"""Who listens to an adapter in place of the inbox."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.networks import InboundEvent, NotUnderstood
from bot.networks.port import Event


@dataclass
class Ear:
    """Keeps what it is told, once each as the inbox does, and lets a test wait for it."""

    events: list[Event] = field(default_factory=list)
    calls: int = 0

    async def receive(self, events: Sequence[Event]) -> int:
        self.calls += 1
        known = {event.dedupe_key for event in self.events}
        new = {event.dedupe_key: event for event in events if event.dedupe_key not in known}
        self.events += new.values()
        return len(new)

    @property
    def heard(self) -> list[InboundEvent]:
        return [event for event in self.events if isinstance(event, InboundEvent)]

    @property
    def poison(self) -> list[NotUnderstood]:
        return [event for event in self.events if isinstance(event, NotUnderstood)]

    async def until(self, fits: Callable[[InboundEvent], bool]) -> InboundEvent:
        await wait_for(lambda: any(map(fits, self.heard)))
        return next(filter(fits, self.heard))


async def wait_for(true: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while True:
            if true():
                return
            await asyncio.sleep(0.01)
