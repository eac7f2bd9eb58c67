"""How often one address may do something, and whose address it is."""

import ipaddress
from collections import OrderedDict
from collections.abc import Sequence
from datetime import timedelta
from threading import Lock

import sqlalchemy as sa
from litestar.handlers.base import BaseRouteHandler

from bot.accounts.api_tokens import Program
from bot.accounts.tokens import sign
from bot.db import Session, insert_new
from bot.errors import HubbubError
from bot.web.house import Connection, house_of
from bot.web.models import Allowance

# So many addresses are remembered; the one heard from longest ago is forgotten first.
_REMEMBERED = 10_000
# No limit is for longer than this.
_FORGOTTEN_AFTER = timedelta(hours=1)


def address_of(connection: Connection) -> str:
    """The address that calls, for limits and records."""
    return nearest(
        connection.client.host if connection.client else "",
        ",".join(connection.headers.getall("x-forwarded-for", [])),  # some proxies add a line
        house_of(connection).settings.web.trusted_proxies,
    )


def nearest(peer: str, forwarded: str, proxies: Sequence[str]) -> str:
    """The nearest address that is no proxy of ours.

    ``forwarded``, the header ``X-Forwarded-For``, is believed only as far as ``proxies`` wrote it.
    """
    hops = forwarded.split(",")
    while hops and is_within(peer, proxies):
        peer = _plain(hops.pop().strip()) or peer
    return peer


def _plain(hop: str) -> str:
    """The address alone: some proxies write the port too, or an IPv4 address as IPv6 has it."""
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        address = ipaddress.ip_address(hop)
    except ValueError:
        return hop
    return str(getattr(address, "ipv4_mapped", None) or address)


def neighbourhood(address: str) -> str:
    """Who is counted as one: an IPv4 address, or the /64 that a line with IPv6 has to itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


def is_within(address: str, networks: Sequence[str]) -> bool:
    try:
        parsed = ipaddress.ip_address(_plain(address))
        return any(parsed in ipaddress.ip_network(one, strict=False) for one in networks)
    except ValueError:
        return False


class TooManyRequests(HubbubError):
    """That was too often. Wait a minute, then try again."""


class Limit:
    """A guard: each address may call ``most`` times at once, and as often again in ``seconds``.

    @post("/enter/{token:str}", access=Access.PUBLIC, guards=[Limit(10, seconds=60)])
    """

    def __init__(self, most: int, *, seconds: float) -> None:
        self.most, self.seconds = most, seconds

    async def __call__(self, connection: Connection, _: BaseRouteHandler) -> None:
        limits: dict[Limit, Allowances] = connection.app.state.limits
        allowances = limits.setdefault(self, Allowances(self.most, seconds=self.seconds))
        if not allowances.take(self.who(connection), house_of(connection).clock.monotonic()):
            raise TooManyRequests

    def who(self, connection: Connection) -> str:
        """Who is counted as one."""
        return neighbourhood(address_of(connection))


class TokenLimit(Limit):
    """A `Limit` for each program's token instead of each address."""

    def who(self, connection: Connection) -> str:
        program: Program = connection.state.program
        return program.token.id.hex


class SharedLimit(Limit):
    """A `Limit` that all processes count together, in the database: for doors.

    @post("/enter/{token:str}", access=Access.PUBLIC, guards=[SharedLimit("enter", 20, seconds=60)])
    """

    def __init__(self, name: str, most: int, *, seconds: float) -> None:
        super().__init__(most, seconds=seconds)
        self.name = name

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        await super().__call__(connection, handler)  # a flood is stopped without writing
        house = house_of(connection)
        who = sign(house.secret, "limit", neighbourhood(address_of(connection)))
        if not await house.writer.run(lambda session: take(session, self, who)):
            raise TooManyRequests


def take(session: Session, limit: SharedLimit, who: str) -> bool:
    """Whether ``who`` may once more now, by what all processes have counted."""
    now = session.now()
    full = {"name": limit.name, "who": who, "left": float(limit.most), "at": now}
    if insert_new(session, Allowance, [full], unique=("name", "who")):
        old = (Allowance.workspace_id == session.workspace, Allowance.at < now - _FORGOTTEN_AFTER)
        session.execute(sa.delete(Allowance).where(*old))
    one = session.scalars(
        sa.select(Allowance).filter_by(name=limit.name, who=who).with_for_update()
    ).one()
    passed = max((now - one.at).total_seconds(), 0.0)  # a clock may go back
    left = min(limit.most, one.left + passed * limit.most / limit.seconds)
    one.left, one.at = (left - 1 if left >= 1 else left), now
    return left >= 1


class Allowances:
    """How often each may still, refilled evenly: a token bucket a name."""

    def __init__(self, most: int, *, seconds: float) -> None:
        self._most, self._rate = most, most / seconds
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # how often, at
        self._lock = Lock()

    def take(self, who: str, now: float) -> bool:
        """Whether ``who`` may once more at ``now`` (monotonic seconds)."""
        with self._lock:
            left, at = self._left.pop(who, (float(self._most), now))
            left = min(self._most, left + (now - at) * self._rate)
            self._left[who] = (left - 1 if left >= 1 else left, now)
            if len(self._left) > _REMEMBERED:
                self._left.popitem(last=False)
        return left >= 1
