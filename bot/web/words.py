"""How a page says moments and people. Pure: no clock, no request, no template engine."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_timedelta

HUES = 12
"""How many `hue-N` classes the stylesheet has, evenly spaced around the colour wheel."""

NEAR = {word: word for word in ("now", "yesterday", "today", "tomorrow")}
"""The words for near moments; a page passes them in its reader's language."""


def when(
    moment: datetime,
    now: datetime,
    zone: ZoneInfo,
    *,
    locale: str = "en",
    near: Mapping[str, str] = NEAR,
    day_only: bool = False,
) -> str:
    """`moment` as someone in `zone` would say it at `now`; both carry a zone.

    Within the hour it is relative ("in 20 min"), then by day ("tomorrow 14:30", "Tue 14:30"),
    then by date ("12 Nov", with the year when it is another one). With ``day_only`` it is the
    day without the time: "today", "Thu 12 Nov".
    """
    minutes = int((moment - now).total_seconds() / 60)
    if not day_only and minutes == 0:
        return near["now"]
    if not day_only and abs(minutes) < 60:
        return _away(minutes, locale)
    local, today = moment.astimezone(zone), now.astimezone(zone)
    days = (local.date() - today.date()).days
    time = "" if day_only else f" {local:%H:%M}"
    if abs(days) < 2:
        return near[("today", "tomorrow", "yesterday")[days]] + time
    if abs(days) < 7 and not day_only:
        return format_skeleton("EEE", local, locale=spoken(locale)) + time
    date = ("" if local.year == today.year else "y") + ("MMMEd" if day_only else "MMMd")
    return format_skeleton(date, local, locale=spoken(locale))


def _away(minutes: int, locale: str) -> str:
    away = timedelta(minutes=minutes)
    return format_timedelta(
        away, "minute", threshold=60, add_direction=True, format="short", locale=spoken(locale)
    )


def exact(moment: datetime, zone: ZoneInfo, *, locale: str = "en") -> str:
    """The full date and time in `zone`, with the zone's name: what hovering shows."""
    local = moment.astimezone(zone)
    date = format_skeleton("yMMMMEEEEd", local, locale=spoken(locale))
    return f"{date}, {local:%H:%M} ({zone.key})"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """The time of day in `zone`, "09:05"."""
    return f"{moment.astimezone(zone):%H:%M}"


def spoken(locale: str) -> str:
    """The locale in which dates are said."""
    return "en_GB" if locale == "en" else locale  # plain "en" is American: "Nov 12", "min."


def initials(name: str) -> str:
    """One or two letters that stand for a name; a question mark where it has none."""
    words = [word for word in name.split() if word[0].isalnum()]
    ends = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0] for word in ends).upper() or "?"


def hue(name: str) -> int:
    """The colour class of a name, the same in every process: 0 to `HUES` - 1."""
    return crc32(name.casefold().encode("utf-8", "surrogatepass")) % HUES


def hue_of_degrees(degrees: int) -> int:
    """The colour class nearest to a hue on the wheel, 0 to 359 degrees."""
    return round(degrees / (360 / HUES)) % HUES
