"""What Facebook's answers mean for us. Pure.

Numbers: https://developers.facebook.com/docs/graph-api/guides/error-handling and
https://developers.facebook.com/docs/messenger-platform/error-codes
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from bot.errors import (
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)

Answer = dict[str, Any]

# https://developers.facebook.com/docs/graph-api/overview/rate-limiting: counted over an hour.
_WAIT = timedelta(minutes=5)
_LIMITS = {4, 17, 32, 341, 613}
_LIMITS_BY_USE = range(80000, 80100)  # "business use case" limits, such as 80001 for Pages
_TOKEN = {102, 190}
_UNSURE = {1, 2, 1200}  # "unknown", "service", "temporary": seen while posts went live all the same
_RIGHTS = {3, 10, *range(200, 300)}
_NO_WINDOW = {2018065, 2018278}
_NOT_THIS_PERSON = {1545041, 2018001, 2018108}
_IN_DEVELOPMENT = {2018027, 2018028, 2018021}
_ANSWERED = {10900, 10901, 10903}  # in private: already, too late, can't be
_GONE = {33, 803}
_NAMES_A_RIGHT = re.compile(r"pages_\w+|manage_pages|publish_pages|administrative permission", re.I)
_OF_THE_APP = re.compile(r"application does not have permission", re.I)


class Gone(Rejected):
    """What was asked about isn't there (any more)."""


class Answered(Rejected):
    """The comment can't be answered in private (any more)."""


class NotReached(Exception):
    """Nothing was sent."""


class Lost(Exception):
    """Sent, and no answer that can be read."""


class Refused(Exception):
    """Facebook's own error. ``code`` 0: it came without one."""

    def __init__(
        self, says: str, *, status: int, code: int, subcode: int, wait: timedelta | None
    ) -> None:
        super().__init__(says)
        self.status, self.code, self.subcode, self.wait = status, code, subcode, wait

    @classmethod
    def of(
        cls,
        status: int,
        error: Mapping[str, Any],
        usage: "Usage | None",
        headers: Mapping[str, str],
    ) -> Self:
        says = error.get("error_user_msg") or error.get("message") or f"HTTP {status}"
        return cls(
            str(says)[:500],
            status=status,
            code=_number(error.get("code")),
            subcode=_number(error.get("error_subcode")),
            wait=_asked_to_wait(usage, headers),
        )

    @property
    def gone(self) -> bool:
        """What was asked about isn't there (any more)."""
        return self.code == 803 or (self.code == 100 and self.subcode in _GONE)

    @property
    def in_development(self) -> bool:
        return self.subcode in _IN_DEVELOPMENT

    @property
    def of_token(self) -> bool:
        return self.code in _TOKEN or (self.code == 0 and self.status == 401)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How much of what Facebook allows is used up, in per cent, and how long it shuts us out."""

    percent: float
    regained_in: timedelta = timedelta()


def usage_in(headers: Mapping[str, str]) -> Usage | None:
    """The worst of what the headers tell; None where they tell nothing that can be read.

    https://developers.facebook.com/docs/graph-api/overview/rate-limiting#headers
    """
    percents, minutes = [], 0.0
    for name in ("x-app-usage", "x-page-usage", "x-business-use-case-usage"):
        try:
            told = json.loads(headers.get(name) or "null")
        except (ValueError, RecursionError):
            continue
        for one in _meters(told):
            for key, value in one.items():
                if isinstance(value, int | float) and not isinstance(value, bool):
                    if key == "estimated_time_to_regain_access":
                        minutes = max(minutes, min(float(value), 1440.0))
                    elif key in {"call_count", "total_cputime", "total_time"}:
                        percents.append(float(value))
    if not percents and not minutes:
        return None
    return Usage(percent=max(percents, default=0.0), regained_in=timedelta(minutes=minutes))


def _meters(told: Any) -> Iterator[dict[str, Any]]:
    """A plain meter, or by business a list of them."""
    if isinstance(told, dict):
        yield told
        for value in told.values():
            if isinstance(value, list):
                yield from (one for one in value if isinstance(one, dict))


def meaning(error: Exception, *, wrote: bool) -> NetworkError:
    """What an error of `GraphClient` tells us to do next. ``wrote``: the call was to change
    something there that people see."""
    match error:
        case NotReached():
            return Unavailable(str(error))
        case Lost():
            return (OutcomeUnknown if wrote else Unavailable)(str(error))
        case Refused():
            return _refused(error, wrote)
    return OutcomeUnknown(f"Something unexpected happened: {error!r}")


def _refused(error: Refused, wrote: bool) -> NetworkError:
    says = f"Facebook says: {error} {_number_of(error)}".strip()
    unsure = error.code in _UNSURE or error.status >= 500
    if error.gone:
        return Gone(says)
    if error.of_token:
        return Unauthorized(f"{says} Make a new token, and put it into the configuration.")
    if error.code in _LIMITS or error.code in _LIMITS_BY_USE or error.status == 429:
        return RateLimited(says, retry_after=_WAIT if error.wait is None else error.wait)
    if error.code in _ANSWERED:
        return Answered(
            f"{says} A comment can be answered in private once, within 7 days. Answer below it."
        )
    if hint := _what_else(error):
        return Rejected(f"{says} {hint}")
    if error.code in _RIGHTS and (error.code == 230 or _about_rights(str(error))):
        return Unauthorized(f"{says} Give the token this right, and put it in anew.")
    if unsure:
        return (OutcomeUnknown if wrote else Unavailable)(says)
    return Rejected(says)


def _what_else(error: Refused) -> str:
    """Why a person can't be written to, and what can be done instead."""
    if error.subcode in _NO_WINDOW:
        return (
            "One can write to a person for 24 hours after they last wrote to the Page. "
            "Answer below their comment instead, or wait until they write again."
        )
    if error.in_development:
        return (
            "The app is in development, or not reviewed: it reaches only people who have a role "
            "in it. Ask Meta for the review."
        )
    if error.subcode in _NOT_THIS_PERSON or error.code == 551:
        return "Messenger does not let us write to this person."
    return ""


def _about_rights(says: str) -> bool:
    """The token lacks a right, rather than that this one thing is forbidden."""
    return bool(_NAMES_A_RIGHT.search(says) or _OF_THE_APP.search(says))


def _number_of(error: Refused) -> str:
    if not error.code:
        return ""
    return f"({error.code}/{error.subcode})" if error.subcode else f"({error.code})"


def _asked_to_wait(usage: Usage | None, headers: Mapping[str, str]) -> timedelta | None:
    try:
        return timedelta(seconds=min(max(float(headers.get("retry-after", "")), 0.0), 86_400.0))
    except ValueError:
        return usage.regained_in if usage and usage.regained_in else None


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
