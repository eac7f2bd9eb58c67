"""When a series happens: local wall time, an IANA zone and an RRULE become instants.

The wall time is the truth, the instant follows from it. Zones come from the ``tzdata`` package,
never from the machine, so two machines agree on every instant.

``UNTIL`` is local wall time here, although RFC 5545 asks for UTC in a rule with a zone: when
a country changes its clocks after the rule was written, an end in UTC would slide over
the wall times and win or lose the last occurrence. A date alone means that whole day.
The start counts as an occurrence only if the rule itself meets it.
"""

from content_calendar.recurrence.checks import check
from content_calendar.recurrence.german import describe_german
from content_calendar.recurrence.rules import Rule, occurrences, split, without
from content_calendar.recurrence.shifting import shifted
from content_calendar.recurrence.words import describe
from content_calendar.recurrence.zones import Slot, Wall, resolve, zone_info, zone_names

__all__ = [
    "Rule",
    "Slot",
    "Wall",
    "check",
    "describe",
    "describe_german",
    "occurrences",
    "resolve",
    "shifted",
    "split",
    "without",
    "zone_info",
    "zone_names",
]
