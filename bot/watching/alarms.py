"""What is wrong now: a sentence, since when, and what mends it. Computed each time, never stored.

Each look-up goes by an index, so that it can be asked with every page, however much there is.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlarmKind(StrEnum):
    """What can be wrong; the label of `hubbub_alarms`."""

    CHANNEL_PAUSED = "channel_paused"
    NETWORK_DOWN = "network_down"
    PART_DOWN = "part_down"  # something of Hubbub's own dies again and again
    DELIVERY_UNKNOWN = "delivery_unknown"
    DELIVERY_REFUSED = "delivery_refused"
    DELIVERY_HELD = "delivery_held"
    EVENT_QUARANTINED = "event_quarantined"
    PERSON_WAITING = "person_waiting"
    REPLY_HELD = "reply_held"  # of a partner, not proved to be theirs
    INBOX_STALLED = "inbox_stalled"
    OUTBOX_STALLED = "outbox_stalled"
    DISK_FULL = "disk_full"
    CLOCK_WRONG = "clock_wrong"
    BACKUP_OLD = "backup_old"
    MAIL_KEPT = "mail_kept"
    PARTNER_LATE = "partner_late"  # time ran out, by the agreement with them
    AGREEMENT_OLD = "agreement_old"  # the day to look at it again has come
    FOUND_THERE = "found_there"  # a right is missing, a token ends, a post would be refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that a person has to see to.

    ``sentence`` and ``label`` are English; pages translate them. ``quote``: the words of a network
    or of an error. ``count``: how many things of this kind wait on the page. It is mended by
    ``action`` (a POST of ours), ``href`` (a page of ours) or ``command`` (typed in a terminal).
    """

    kind: AlarmKind
    sentence: str
    since: datetime | None = None
    count: int = 1
    network: str = ""
    quote: str = ""
    action: str = ""
    href: str = ""
    label: str = ""
    command: str = ""
