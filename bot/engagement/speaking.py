"""How the installation speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.channels.models import Channel
from bot.engagement.closing.caps import Caps
from bot.networks import Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """``zone``: in which the shop's day is counted. ``can``: what each (network, account) is able
    to do; nothing is known to speak against what is not there. ``caps``: how much a person may hear
    unasked, None: any number. ``ask_above``: what more people would hear waits for staff, None:
    nothing does."""

    languages: tuple[str, ...]
    shop: str
    zone: str = "UTC"
    can: Mapping[tuple[str, str], Capabilities] = field(default_factory=dict)
    caps: Caps | None = None
    ask_above: int | None = None

    def able(self, channel: Channel) -> Capabilities | None:
        return self.can.get((channel.network, channel.account))
