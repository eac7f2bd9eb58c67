"""ETags and If-Match: a program says which version it saw, and changes no other.

https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests
"""

from bot.errors import Conflict, HubbubError
from bot.web.pages import AnyRequest


class Outdated(Conflict):
    """It is not as you saw it any more. Read it again, then try again."""


class VersionNeeded(HubbubError):
    """Say which version you saw: send the ETag of your last answer as If-Match."""


def etag(version: int) -> str:
    return f'"{version}"'


def seen(request: AnyRequest) -> int | None:
    """The version that the program saw; None for ``*``, any. Raises `VersionNeeded`."""
    given = request.headers.get("if-match", "").strip()
    if not given:
        raise VersionNeeded
    if given == "*":
        return None
    number = given.strip('"')
    if not number.isdecimal() or len(number) > 9:
        raise Outdated
    return int(number)


def is_seen(request: AnyRequest, tag: str) -> bool:
    """Whether the caller has just this already (If-None-Match)."""
    given = request.headers.get("if-none-match", "").split(",")
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in given)
