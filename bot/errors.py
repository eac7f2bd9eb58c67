"""Every error that Hubbub raises on purpose, named by what the caller does next.

HubbubError
├── InvalidInput          show the problems beside the fields, store nothing
├── NotFound              answer as if it never existed
├── Conflict              somebody changed it first: show theirs, ask again
├── NotAllowed            say who may
├── LeaseLost             stop writing: another process owns the work now
├── DatabaseUnavailable   answer 503, acknowledge nothing, try again
└── NetworkError          what a network answered to a delivery
    ├── RateLimited       the same again after ``retry_after``
    ├── Unavailable       nothing happened there: the same again later
    ├── Unauthorized      pause the account, ask a person to reconnect
    ├── Rejected          never again: show the network's own words
    └── OutcomeUnknown    settle first: it may have happened
"""

from datetime import timedelta

from bot.logs import mask


class HubbubError(Exception):
    """Something went wrong; the text says what, and what to do next."""

    def __str__(self) -> str:
        return super().__str__() or (self.__doc__ or "").strip()


class InvalidInput(HubbubError):
    """What was given can't be used as it is.

    ``problems`` holds every problem as a sentence, ``fields`` the same by field name.
    """

    def __init__(self, *problems: str, fields: dict[str, str] | None = None) -> None:
        self.fields = fields or {}
        self.problems: tuple[str, ...] = (*problems, *self.fields.values())
        super().__init__(" ".join(self.problems))


class NotFound(HubbubError):
    """There is nothing here, or it isn't yours to see."""


class Conflict(HubbubError):
    """Somebody changed this first. Look at their version, then try again."""


class NotAllowed(HubbubError):
    """Your role doesn't allow this."""


class LeaseLost(HubbubError):
    """Another process has taken this work over."""


class DatabaseUnavailable(HubbubError):
    """The database can't be written right now. Nothing was stored; try again."""


class NetworkError(HubbubError):
    """What a network answered to a delivery."""

    def __str__(self) -> str:
        """Shown to people and kept: an address in it may hold our token (Telegram's do)."""
        return mask(super().__str__())


class RateLimited(NetworkError):
    """The network asks us to wait before saying more."""

    def __init__(self, message: str = "", *, retry_after: timedelta) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(NetworkError):
    """The network can't be reached; nothing was sent."""


class Unauthorized(NetworkError):
    """The network no longer accepts our credentials. Reconnect the account."""


class Rejected(NetworkError):
    """The network refuses this content, now and later."""


class OutcomeUnknown(NetworkError):
    """The network may or may not have taken it."""
