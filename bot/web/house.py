"""What the web face is handed when it is built, and where a request finds it again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from prometheus_client import Metric

from bot.clock import Clock
from bot.db import Database, News, Session, Writer
from bot.settings import Settings

Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """A section in the rail. ``count`` runs on a reading session each time a page is shown."""

    href: str
    label: str
    icon: str
    count: Callable[[Session], int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelItem:
    """A channel in the rail. ``state``: ok, warn or off; ``note``: a sentence why."""

    name: str
    network: str
    state: str = "ok"
    note: str = ""
    href: str = "/settings"
    id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What stands above every staff page until it is settled, with the page where that is done."""

    text: str
    href: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What stands around every staff page; the shell itself knows no feature by name."""

    nav: Sequence[NavItem] = ()
    channels: Callable[[Session], Sequence[ChannelItem]] | None = None
    notice: Callable[[Session], Notice | None] | None = None
    home: str = "/calendar"  # where staff land
    guests: str = "/chat"  # where everybody else lands


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorkeepers:
    """Who else is let in: each looks at a connection and tells who it is, or None.

    They run in a thread and may read the database. ``partner_message`` is said to a partner who
    is nobody (yet).
    """

    partner: Callable[[Connection], object | None] | None = None
    partner_message: str = "Please open the link in our latest e-mail to you again."


def _nothing_wrong(_session: Session) -> Sequence[Any]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything that pages may need; each field is also a dependency by its name."""

    settings: Settings
    database: Database
    writer: Writer
    news: News
    clock: Clock
    secret: bytes
    # Adapter and Plugin by network and account; their port lies above the shell.
    adapters: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    plugins: Mapping[str, Any] = field(default_factory=dict)
    shell: Shell = field(default_factory=Shell)
    doorkeepers: Doorkeepers = field(default_factory=Doorkeepers)
    # What of this process's own part does not go, as sentences; where left away, every network.
    duties: Callable[[], Sequence[str]] | None = None
    measures: Callable[[Session], Iterable[Metric]] | None = None
    # What is wrong now; `watching.Alarm` lies above the shell, too.
    alarms: Callable[[Session], Sequence[Any]] = _nothing_wrong
    # Mails a link to whoever of the staff has this address; None where no mail leaves.
    mail_entry: Callable[[Session, str], None] | None = None

    @property
    def factor_required(self) -> bool:
        """Whether staff may do nothing before they have a second factor."""
        return self.settings.staff.second_factor == "required"

    @property
    def is_https(self) -> bool:
        return self.settings.public_url.startswith("https://")

    def cookie_name(self, name: str) -> str:
        """``__Host-`` binds a cookie to this host, and browsers take it over https only."""
        return f"__Host-{name}" if self.is_https else name


def house_of(connection: Connection) -> House:
    house: House = connection.app.state.house
    return house
