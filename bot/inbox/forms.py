"""What staff ask of the inbox and write in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import BaseModel, StringConstraints

from bot.understanding import Kind

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which messages are looked for. ``before``: only those that came in before this one."""

    waiting: bool = False
    kind: Kind | None = None
    channel: UUID | None = None
    before: UUID | None = None


def wanted(query: Mapping[str, str]) -> Wanted:
    """What the address asks for; what it says amiss is not asked for."""
    return Wanted(
        waiting=query.get("show") == "waiting",
        kind=choice(Kind, query.get("kind")),
        channel=key(query.get("channel")),
        before=key(query.get("before")),
    )


def choice(kind: type[Choice], given: str | None) -> Choice | None:
    return kind(given) if given in set(kind) else None


def key(given: str | None) -> UUID | None:
    try:
        return UUID(given or "")
    except ValueError:
        return None


class Reply(BaseModel):
    """An answer in the thread. ``once``: the form's own random id, so that sending it twice is
    one answer."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    once: UUID
    privately: bool = False  # to this person alone, where they spoke in public
