"""What a row of a file means: a post, or every problem with it. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from bot.errors import InvalidInput
from bot.networks import Capabilities
from content_calendar.draft import Draft, Problem, gaps, misfits, mistakes
from content_calendar.models import Stage

COLUMNS = (
    *("title", "text", "local", "date", "time", "zone", "rrule", "stage", "channels"),
    *("campaign", "sku", "broadcast"),
)
OWN_TEXT = "text_"  # with a network's name: its own words
_LONGEST = {"title": 200, "text": 20_000, "campaign": 100, "zone": 60, "rrule": 500}
_YES = {"yes", "y", "true", "1", "x", "ja", "j", "wahr"}
_NO = {"no", "n", "false", "0", "", "nein", "falsch"}
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")  # as it is written in German


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One post on its way in. ``key``: by what its source knows it again; empty for rows, which
    are known by what they say."""

    row: int
    draft: Draft = field(default_factory=Draft)
    stage: Stage = Stage.DRAFT
    problems: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What rows may name. ``channels``: ids and network by name in small letters; several of one
    name are told apart by ``network/name``."""

    channels: Mapping[str, tuple[UUID, str]]
    products: Mapping[str, UUID]
    limits: Mapping[str, Capabilities]
    zone: str
    now: datetime
    approves: bool

    @property
    def networks(self) -> dict[UUID, str]:
        return dict(self.channels.values())


def must_name_posts(headings: Mapping[str, str]) -> None:
    """Raises `InvalidInput` for a file that is about something else."""
    if not {"title", "text"} & headings.keys():
        raise InvalidInput(
            "The first row must name the columns, at least title or text. "
            f"Known columns are {', '.join(COLUMNS)}, and {OWN_TEXT} with a network's name."
        )


def entry_of(number: int, row: Mapping[str, str], known: Known) -> Entry:
    found: list[str] = []
    if row.get(""):
        found.append("There are more cells than columns.")
    for name, most in _LONGEST.items():
        if len(row.get(name, "")) > most:
            found.append(f"The {name} is too long, at most {most:,} characters fit.")
    draft = Draft(
        title=row.get("title", ""),
        text=row.get("text", ""),
        overrides={
            name.removeprefix(OWN_TEXT): text
            for name, text in row.items()
            if name.startswith(OWN_TEXT) and text
        },
        broadcast=_yes(row.get("broadcast", ""), found),
        campaign=row.get("campaign", ""),
        product_id=_product(row.get("sku", ""), known, found),
        channel_ids=_channels(row.get("channels", ""), known, found),
        local=_moment(row, found),
        zone=row.get("zone") or known.zone,
        rrule=row.get("rrule", "").removeprefix("RRULE:"),
    )
    stage = _stage(row.get("stage", ""), known, found)
    found += (sentence for _, sentence in problems_of(draft, stage, known))
    problems = tuple(f"Row {number}: {each}" for each in dict.fromkeys(found))
    return Entry(row=number, draft=draft, stage=stage, problems=problems)


def problems_of(draft: Draft, stage: Stage, known: Known) -> Iterator[Problem]:
    """What would keep it from being made."""
    networks = known.networks
    yield from mistakes(draft)
    yield from misfits(draft, (networks[each] for each in draft.channel_ids), known.limits)
    if stage in {Stage.IN_REVIEW, Stage.SCHEDULED}:
        yield from gaps(draft, known.now)


def _yes(cell: str, found: list[str]) -> bool:
    said = cell.lower()
    if said not in _YES | _NO:
        found.append(f"In the column broadcast stands yes or no, not “{_short(cell)}”.")
    return said in _YES


def _stage(cell: str, known: Known, found: list[str]) -> Stage:
    said = cell.lower().replace(" ", "_")
    if said and said not in list(Stage):
        found.append(f"There is no stage “{_short(cell)}”; there are {', '.join(Stage)}.")
    stage = Stage(said) if said in list(Stage) else Stage.DRAFT
    if stage is Stage.SCHEDULED and not known.approves:
        found.append("Only an approver or the owner lets posts go out: write in_review instead.")
    return stage


def _product(cell: str, known: Known, found: list[str]) -> UUID | None:
    if not cell:
        return None
    id = known.products.get(cell.casefold())
    if id is None:
        found.append(f"There is no product “{_short(cell)}”.")
    return id


def _channels(cell: str, known: Known, found: list[str]) -> tuple[UUID, ...]:
    ids = []
    for name in (part.strip() for part in cell.split("|")):
        if name and (there := known.channels.get(name.casefold())):
            ids.append(there[0])
        elif name:
            found.append(f"There is no channel “{_short(name)}” here, or there are several.")
    return tuple(dict.fromkeys(ids))


def _moment(row: Mapping[str, str], found: list[str]) -> datetime | None:
    said = row.get("local") or " ".join(filter(None, (row.get("date"), row.get("time"))))
    if not said:
        return None
    day, _, clock = said.replace("T", " ").strip().partition(" ")
    # A spreadsheet's own date comes with midnight, which is no time that somebody chose.
    clock = row.get("time", "") if row.get("date") and not row.get("local") else clock
    try:
        return datetime.combine(_date(day), _time(clock.strip().rpartition(" ")[2]))
    except ValueError:
        found.append(f"“{_short(said)}” is no date with a time. Write it as 2026-03-31 14:30.")
        return None


def _date(text: str) -> date:
    if german := _DAY.fullmatch(text):
        day, month, year = map(int, german.groups())
        return date(year, month, day)
    return date.fromisoformat(text)


def _time(text: str) -> time:
    at = time.fromisoformat(text if len(text.partition(":")[0]) > 1 else f"0{text}")
    if at.tzinfo is not None:
        raise ValueError("a wall time has no offset")
    return at.replace(microsecond=0)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
