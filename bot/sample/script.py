"""What happens in the sample shop, and when: read from the files in ``data``. Pure."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.settings import Shop

_DATA = Path(__file__).parent / "data"

# The shop opened so many days ago; everything happens after that.
OPENED = 31
# Hubbub was switched off then for a few hours: what was due waits for a person's word.
OFF_DAY, _OFF_FROM, _OFF_UNTIL = -4, time(19), time(22)
# A post is written so many days before it goes out.
WRITTEN_BEFORE, _WRITTEN_AT = 3, time(14, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message. ``below``: title of the post under which it stands, or the first message of a
    thread; ``turn``: of a series, under which of its posts."""

    who: str
    text: str
    below: str = ""
    turn: int = 1
    private: bool = False


@cache
def read(name: str) -> dict[str, Any]:
    return tomllib.loads((_DATA / f"{name}.toml").read_text("utf-8"))


def products() -> str:
    return (_DATA / "products.csv").read_text("utf-8")


def _shop() -> Shop:
    about = read("shop")
    return Shop(name=about["name"], hue=about["hue"])


SHOP = _shop()


def owner() -> tuple[str, str]:
    """Name and address of the shop's owner."""
    first = read("shop")["staff"][0]
    return first["name"], first["email"]


@dataclass(frozen=True, slots=True)
class Days:
    """The days around the one on which the sample is put in, in the shop's zone."""

    today: date
    zone: str

    def wall(self, day: int, at: time) -> datetime:
        """That wall time, without a zone."""
        return datetime.combine(self.date(day), at)

    def moment(self, day: int, at: time) -> datetime:
        return self.wall(day, at).replace(tzinfo=ZoneInfo(self.zone))

    def date(self, day: int) -> date:
        return self.today + timedelta(days=day)

    def written(self, post: dict[str, Any]) -> datetime:
        """When the post was written: some days before it goes out, and never in the future."""
        if "day" not in post:
            return self.moment(-2, _WRITTEN_AT)
        return self.moment(min(post["day"] - WRITTEN_BEFORE, -2), _WRITTEN_AT)

    @property
    def off(self) -> tuple[datetime, datetime]:
        return self.moment(OFF_DAY, _OFF_FROM), self.moment(OFF_DAY, _OFF_UNTIL)

    def first_of_series(self, series: dict[str, Any]) -> int:
        """The last such weekday before so many weeks ago, as a day counted from today."""
        back: int = (self.today.weekday() - series["weekday"]) % 7 or 7
        weeks: int = series["weeks_ago"]
        return -back - 7 * (weeks - 1)


def conversation(days: Days) -> Iterator[tuple[datetime, Said]]:
    """Every message with its moment, in no order."""
    for post in read("posts")["post"]:
        for minutes, who, text in post.get("says", ()):
            at = days.moment(post["day"], post["at"]) + timedelta(minutes=minutes)
            yield at, Said(who=who, text=text, below=post["title"])
    for series in read("posts")["series"]:
        first = days.first_of_series(series)
        for turn, minutes, who, text in series["says"]:
            at = days.moment(first + 7 * (turn - 1), series["at"]) + timedelta(minutes=minutes)
            yield at, Said(who=who, text=text, below=series["title"], turn=turn)
    for thread in read("talk")["thread"]:
        begun = days.moment(thread["day"], thread["at"])
        private = thread.get("private", False)
        yield begun, Said(who=thread["who"], text=thread["text"], private=private)
        for minutes, who, text in thread.get("says", ()):
            at = begun + timedelta(minutes=minutes)
            yield at, Said(who=who, text=text, below=thread["text"])
