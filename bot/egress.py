"""The one way out to addresses that people or feeds supply (RELIABILITY: security, 4).

Such an address may point at what only we can reach: a router, a database, a cloud's metadata. So a
name is resolved once, every answer is checked, and the connection goes to the very address that was
checked (a second look-up could answer something else: DNS rebinding). Each redirect is a new
address. Nothing else in Hubbub imports an HTTP client for this; `tests/test_house.py` sees to it.
"""

import asyncio
import re
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urljoin

import httpx
import idna

from bot.errors import HubbubError, InvalidInput

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

USER_AGENT = "Hubbub"
_LONGEST = 2000  # characters of an address

# https://www.iana.org/assignments/iana-ipv4-special-registry, what is not for everybody.
_NOT_PUBLIC = tuple(
    IPv4Network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
# Of IPv6 only global unicast is for everybody, and not the parts in which an IPv4 address hides
# (Teredo, 6to4) or that are for documentation. Mapped, NAT64 and local addresses lie outside it.
_GLOBAL = IPv6Network("2000::/3")
_HIDING = tuple(
    IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
# Names that mean a machine nearby, whatever a resolver says.
_NEARBY = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home.arpa", "onion")

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?P<rest>#.*)?",
    re.I | re.S | re.A,
)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[^\[\]:]+)(?::(?P<port>\d{1,5}))?", re.I | re.A)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # as browsers and C libraries read one
_PORTS = {"http": 80, "https": 443}


class AddressRefused(InvalidInput):
    """This address is not one that we may call."""


class NoAnswer(HubbubError):
    """Nothing that we can use came back from this address. Look whether it is right."""


class TooMuch(NoAnswer):
    """What came back from this address is too large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address that may be asked for, taken apart. ``host`` is ASCII, in small letters."""

    scheme: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """As the header ``Host`` says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came back. ``url`` is where it came from in the end; what ``body`` is, and whether it
    can be believed, is for the caller to find out from its bytes."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


async def resolve(host: str, port: int) -> list[str]:
    """Every address of a name, as the system knows it."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may be called, and how much is taken. Tests let ``also`` in, a loopback of theirs."""

    resolve: Resolve = resolve
    ports: frozenset[int] = frozenset(_PORTS.values())
    also: tuple[Network, ...] = ()
    seconds: float = 10  # for all of it: look-ups, redirects, the last byte
    largest: int = 10_000_000  # bytes, after decompression
    redirects: int = 5
    trust: ssl.SSLContext | None = None  # whose certificates; the usual ones


PUBLIC = Rules()


async def fetch(
    url: str, rules: Rules = PUBLIC, headers: Mapping[str, str] | None = None
) -> Fetched:
    """What stands at ``url``, whatever its status (redirects are followed). ``headers`` hold no
    secret: they go along wherever the address leads.

    Raises `AddressRefused` with the reason, `NoAnswer`, or `TooMuch`.
    """
    async with _within(rules):
        return await _follow(url, rules, headers or {})


async def post(
    url: str, body: bytes, rules: Rules = PUBLIC, headers: Mapping[str, str] | None = None
) -> Fetched:
    """What is answered to ``body`` at ``url``. A redirect is an answer like others, not followed:
    ``headers`` may sign the body for whoever stands there, and nobody else.

    Raises as `fetch` does.
    """
    async with _within(rules):
        return await _hand_over(url, body, rules, headers or {})


@asynccontextmanager
async def _within(rules: Rules) -> AsyncIterator[None]:
    """Whatever goes wrong there is `NoAnswer`."""
    try:
        async with asyncio.timeout(rules.seconds):
            yield
    except TimeoutError:
        raise NoAnswer(f"There was no whole answer within {rules.seconds:g} seconds.") from None
    except (httpx.HTTPError, httpx.InvalidURL, zlib.error, OSError) as error:
        raise NoAnswer(f"The address didn't answer: {type(error).__name__}.") from error


async def _hand_over(url: str, body: bytes, rules: Rules, headers: Mapping[str, str]) -> Fetched:
    target = read(url, ports=rules.ports)
    address = await _checked(target, rules)
    async with _client(rules) as client:
        request = _request(client, "POST", target, address, headers, body)
        response = await client.send(request, stream=True, follow_redirects=False)
        try:
            return await _fetched(target, response, rules.largest)
        finally:
            await response.aclose()


async def _follow(url: str, rules: Rules, headers: Mapping[str, str]) -> Fetched:
    target = read(url, ports=rules.ports)
    for _ in range(rules.redirects + 1):
        address = await _checked(target, rules)
        async with _client(rules) as client:  # one for each step: no cookie goes on to the next
            answer = await _ask(client, target, address, rules.largest, headers)
        if isinstance(answer, Fetched):
            return answer
        target = _next(target, answer, rules)
    raise NoAnswer(f"The address leads on and on: more than {rules.redirects} times.")


def _client(rules: Rules) -> httpx.AsyncClient:
    """Neither a proxy nor credentials are taken from this machine's environment, and whoever uses
    it has an eye on the clock."""
    return httpx.AsyncClient(trust_env=False, verify=rules.trust or True, timeout=None)


def _request(
    client: httpx.AsyncClient,
    method: str,
    target: Target,
    address: Address,
    headers: Mapping[str, str],
    body: bytes | None = None,
) -> httpx.Request:
    return client.build_request(
        method,
        str(replace(target, host=str(address))),
        content=body,
        headers={
            **headers,
            "Host": target.authority,
            "User-Agent": USER_AGENT,
            "Accept-Encoding": "gzip",
            "Connection": "close",
        },
        extensions={"sni_hostname": target.host},
    )


async def _fetched(target: Target, response: httpx.Response, largest: int) -> Fetched:
    return Fetched(
        url=str(target),
        status=response.status_code,
        headers=dict(response.headers),
        body=await _body(response, largest),
    )


def _next(target: Target, location: str, rules: Rules) -> Target:
    try:
        return read(urljoin(str(target), location), ports=rules.ports)
    except ValueError:
        raise AddressRefused(
            "The address leads to one that is not written as it should be."
        ) from None


async def _ask(
    client: httpx.AsyncClient,
    target: Target,
    address: Address,
    largest: int,
    headers: Mapping[str, str],
) -> Fetched | str:
    """What stands there, or where it says to look instead."""
    request = _request(client, "GET", target, address, headers)
    response = await client.send(request, stream=True, follow_redirects=False)
    try:
        if response.has_redirect_location:
            return response.headers["location"]
        return await _fetched(target, response, largest)
    finally:
        await response.aclose()


async def _checked(target: Target, rules: Rules) -> Address:
    """The address to connect to. One bad answer is enough to refuse the name."""
    literal = _literal(target.host)
    answers = [literal] if literal else await _look_up(target, rules)
    for each in answers:
        if not is_public(each) and not any(each in network for network in rules.also):
            raise AddressRefused("This address is not on the public internet.")
    return answers[0]


async def _look_up(target: Target, rules: Rules) -> list[Address]:
    try:
        found = [ip_address(each) for each in await rules.resolve(target.host, target.port)]
    except (OSError, ValueError, UnicodeError) as error:
        raise NoAnswer(f"No machine has the name {target.host}.") from error
    if not found:
        raise NoAnswer(f"No machine has the name {target.host}.")
    return found


async def _body(response: httpx.Response, largest: int) -> bytes:
    """All of it, unpacked while it comes, so that a bomb never has room to open."""
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in {"identity", "gzip", "x-gzip", ""}:
        raise NoAnswer(f"It is packed in a way that nobody asked for: {packed[:20]}.")
    chunks = response.aiter_raw()
    body = bytearray()
    async for part in _unpacked(chunks, largest) if "gzip" in packed else chunks:
        body += part
        if len(body) > largest:
            raise TooMuch(f"More came back than the {largest / 1_000_000:g} MB that we take.")
    return bytes(body)


async def _unpacked(chunks: AsyncIterator[bytes], largest: int) -> AsyncIterator[bytes]:
    """Never more at once than one byte beyond the limit."""
    gzip = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    began = False
    async for chunk in chunks:
        began = True
        yield gzip.decompress(chunk, largest + 1)
    if began and not gzip.eof:
        raise NoAnswer("It broke off in the middle.")


def refuse_inside(host: str) -> None:
    """Raise `AddressRefused` for a number that is not for everybody. Looks nothing up: what a name
    leads to is known only when it is called."""
    literal = _literal(host)
    if literal and not is_public(literal):
        raise AddressRefused("This address is not on the public internet.")


def is_public(address: Address) -> bool:
    """Whether everybody on the internet can reach it, and it is what it looks like."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC)
    inside = address in _GLOBAL and address.scope_id is None
    return inside and not any(address in network for network in _HIDING)


def read(url: str, *, ports: frozenset[int] = PUBLIC.ports) -> Target:
    """The address taken apart; `AddressRefused` names what is wrong. Looks nothing up."""
    if len(url) > _LONGEST:
        raise AddressRefused("The address is too long.")
    if any(ord(char) <= 32 or ord(char) == 127 or char == "\\" for char in url):
        raise AddressRefused("The address holds characters that no address has.")
    found = _URL.fullmatch(url)
    if found is None:
        raise AddressRefused("The address must begin with https:// or http://.")
    if "@" in found["authority"]:
        raise AddressRefused("The address must not hold a user's name or password.")
    authority = _AUTHORITY.fullmatch(found["authority"])
    if authority is None or (found["rest"] and not found["path"] and not found["query"]):
        raise AddressRefused("The address is not written as one should be.")
    scheme = found["scheme"].lower()
    port = int(authority["port"] or _PORTS[scheme])
    if port not in ports:
        raise AddressRefused("The address names a port that we don't call.")
    path = (found["path"] or "/") + (found["query"] or "")
    return Target(scheme=scheme, host=_host(authority["host"]), port=port, path=path)


def _host(given: str) -> str:
    if given.startswith("["):
        return str(_read_v6(given[1:-1]))
    host = _ascii(given)
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        if given != host or not _is_dotted(host):
            raise AddressRefused("The address spells a number in a way that hides it.")
    elif not all(_LABEL.fullmatch(label) for label in host.split(".")) or len(host) > 253:
        raise AddressRefused("The address is not written as one should be.")
    elif "." not in host or any(f".{host}".endswith(f".{name}") for name in _NEARBY):
        raise AddressRefused("The address names a machine of a private network.")
    return host


def _read_v6(text: str) -> IPv6Address:
    try:
        return IPv6Address(text)
    except ValueError:
        raise AddressRefused("The address is not written as one should be.") from None


def _ascii(host: str) -> str:
    """The name as DNS has it. Signs that only look like letters or dots are no way to write one."""
    if host.isascii():
        return host.lower()
    try:
        name = idna.encode(host, uts46=True, std3_rules=True).decode()
    except (idna.IDNAError, UnicodeError):
        raise AddressRefused("The address holds characters that no address has.") from None
    if "xn--" not in name:
        raise AddressRefused("The address is written in signs that look like others.")
    return name


def _is_dotted(host: str) -> bool:
    try:
        return str(IPv4Address(host)) == host
    except ValueError:
        return False


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def networks(*texts: str) -> tuple[Network, ...]:
    """For `Rules.also`: ``networks("127.0.0.2/32")``."""
    return tuple(ip_network(text) for text in texts)
