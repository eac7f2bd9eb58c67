"""What events of the feed and of Messenger have in common. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.networks import EventKind, InboundEvent

NETWORK = "facebook"


class Part(msgspec.Struct, gc=False):
    """A JSON object; fields that are not named are passed over."""


class Who(Part):
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where an event was seen: our ``page``, its own bytes, and when Facebook told it."""

    page: str
    raw: bytes
    told_at: datetime | None

    def event(
        self, *, kind: EventKind, dedupe_key: str, at: datetime | None, **what: Any
    ) -> InboundEvent:
        return InboundEvent(
            network=NETWORK,
            account=self.page,
            channel=self.page,
            kind=kind,
            dedupe_key=dedupe_key,
            occurred_at=at or self.told_at or datetime.now(UTC),
            raw=self.raw,
            **what,
        )
