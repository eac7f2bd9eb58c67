"""Addresses that people supply are called only where everybody may go (RELIABILITY: egress)."""

import asyncio
import gzip
import ssl
import subprocess
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.egress import (
    AddressRefused,
    Fetched,
    NoAnswer,
    Rules,
    TooMuch,
    _checked,
    fetch,
    networks,
    read,
)
from bot.errors import HubbubError
from tests.egress_corpus import ALLOWED, NAMES, refused

REFUSED = list(refused())
# Stands for the public internet; 127.0.0.1 is what nobody may reach.
OUTSIDE, INSIDE = "127.0.0.2", "127.0.0.1"


def resolving(names: dict[str, list[str]]) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return names.get(host, [])

    return resolve


async def told(url: str) -> str:
    """Why the address is refused; nothing where it would be called."""
    rules = Rules(resolve=resolving(NAMES))
    try:
        await _checked(read(url), rules)
    except HubbubError as why:
        return str(why)
    return ""


def test_the_corpus_is_as_large_as_promised() -> None:
    addresses = [*ALLOWED, *(url for url, _ in REFUSED)]
    assert len(set(addresses)) >= 300


@pytest.mark.parametrize("url", ALLOWED)
async def test_what_everybody_may_reach_may_be_called(url: str) -> None:
    assert await told(url) == ""


async def test_everything_else_is_refused_with_its_reason() -> None:
    wrong = {url: said for url, reason in REFUSED if reason not in (said := await told(url))}
    assert wrong == {}


@given(st.text(max_size=60) | st.text(max_size=60).map(lambda text: f"http://{text}"))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        target = read(text)
    except AddressRefused:
        return
    assert read(str(target)) == target


Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """A web server that answers what it is told to, and remembers what it was asked."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    answers: list[bytes | Answer] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        answer = self.answers.pop(0)
        try:
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        except OSError:
            pass  # who asked has heard enough
        finally:
            writer.close()


def saying(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def leading(to: str) -> bytes:
    return saying(b"", f"Location: {to}", "Set-Cookie: a=b", status="302 Found")


@asynccontextmanager
async def serving(
    host: str, port: int = 0, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    server = Server()
    running = await asyncio.start_server(server.serve, host, port, ssl=tls)
    server.port = running.sockets[0].getsockname()[1]
    async with running:
        yield server


@pytest.fixture
async def outside() -> AsyncIterator[Server]:
    async with serving(OUTSIDE) as server:
        yield server


def rules(server: Server, names: dict[str, list[str]] | None = None) -> Rules:
    return Rules(
        resolve=resolving(names or {"shop.example": [OUTSIDE]}),
        ports=frozenset({80, 443, server.port}),
        also=networks(f"{OUTSIDE}/32"),
    )


async def test_what_stands_there_comes_back(outside: Server) -> None:
    outside.answers = [
        saying(gzip.compress(b"hello" * 9, mtime=0), "Content-Encoding: gzip", "ETag: x")
    ]
    url = f"http://shop.example:{outside.port}/a?b=c"
    found = await fetch(url + "#part", rules(outside))
    assert (found.url, found.status, found.body) == (url, 200, b"hello" * 9)
    assert found.headers["etag"] == "x"
    (asked,) = outside.asked
    assert asked.startswith("GET /a?b=c HTTP/1.1\r\n")
    assert f"Host: shop.example:{outside.port}\r\n" in asked


async def test_a_resolver_that_changes_its_mind_reaches_nothing_inside() -> None:
    """Rebinding: the first answer is public, every later one is the loopback."""
    answers = [[OUTSIDE], [INSIDE], [INSIDE]]

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    async with serving(OUTSIDE) as outside, serving(INSIDE, outside.port) as inside:
        url = f"http://shop.example:{outside.port}/"
        outside.answers = [saying(b"public"), leading(url)]
        rule = replace(rules(outside), resolve=rebinding)
        assert (await fetch(url, rule)).body == b"public"
        assert len(answers) == 2  # it was asked once
        answers.insert(0, [OUTSIDE])
        with pytest.raises(AddressRefused, match="public internet"):
            await fetch(url, rule)  # led back to the same name, which is inside now
        assert len(outside.asked) == 2 and inside.asked == []


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://inside.example:{port}/",
        "http://0x7f000001:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://user@shop.example:{port}/",
        "file:///etc/passwd",
        "http://shop.example:1/",
    ],
)
async def test_each_redirect_is_an_address_like_any_other(to: str) -> None:
    async with serving(OUTSIDE) as outside, serving(INSIDE, outside.port) as inside:
        outside.answers = [leading("/on"), leading(to.format(port=outside.port))]
        names = {"shop.example": [OUTSIDE], "inside.example": [INSIDE]}
        with pytest.raises(AddressRefused):
            await fetch(f"http://shop.example:{outside.port}/", rules(outside, names))
        assert [asked.split()[1] for asked in outside.asked] == ["/", "/on"]
        assert "cookie" not in outside.asked[1].lower() and inside.asked == []


async def test_five_redirects_are_followed_and_no_sixth(outside: Server) -> None:
    url = f"http://shop.example:{outside.port}/"
    outside.answers = [*[leading("/on")] * 5, saying(b"there")]
    assert (await fetch(url, rules(outside))).body == b"there"
    outside.answers = [leading("/on")] * 6
    with pytest.raises(NoAnswer, match="more than 5 times"):
        await fetch(url, rules(outside))


def bomb(size: int) -> bytes:
    """Gzip of gzip of zeros, unpacked once: small on the wire, ``size`` bytes behind it."""
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000))
    return packed + packer.flush()


async def test_a_bomb_is_stopped_while_it_opens(outside: Server) -> None:
    outside.answers = [saying(bomb(1_000_000_000), "Content-Encoding: gzip")]
    tracemalloc.start()
    began = time.monotonic()
    with pytest.raises(TooMuch, match="10 MB"):
        await fetch(f"http://shop.example:{outside.port}/", rules(outside))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.monotonic() - began < 2
    assert peak < 60_000_000


async def test_ten_megabytes_are_taken_and_no_byte_more(outside: Server) -> None:
    url, rule = f"http://shop.example:{outside.port}/", replace(rules(outside), largest=100_000)
    outside.answers = [saying(bytes(100_000)), saying(bytes(100_001))]
    assert len((await fetch(url, rule)).body) == 100_000
    with pytest.raises(TooMuch):
        await fetch(url, rule)


async def test_who_never_ends_is_left(outside: Server) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.01)

    async def never(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    outside.answers = [drip]
    short = replace(rules(outside), seconds=0.2)
    for rule in (short, replace(short, resolve=never)):
        with pytest.raises(NoAnswer, match=r"within 0\.2 seconds"):
            await fetch(f"http://shop.example:{outside.port}/", rule)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        saying(gzip.compress(b"x" * 999, mtime=0)[:-9], "Content-Encoding: gzip"),
        saying(b"no gzip", "Content-Encoding: gzip"),
        saying(b"what", "Content-Encoding: br"),
        saying(b"", "Location: http://[", status="302 Found"),
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
    ],
)
async def test_nonsense_is_no_answer(outside: Server, answer: bytes) -> None:
    outside.answers = [answer]
    with pytest.raises((NoAnswer, AddressRefused)):
        await fetch(f"http://shop.example:{outside.port}/", rules(outside))


async def test_this_machine_s_proxy_is_not_asked(
    outside: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(INSIDE) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://{INSIDE}:{proxy.port}")
        outside.answers = [saying(b"direct")]
        found = await fetch(f"http://shop.example:{outside.port}/", rules(outside))
        assert found.body == b"direct" and proxy.asked == []


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server of that name shows, and what believes it."""
    words = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} -addext "
    command = [*words.split(), f"subjectAltName=DNS:{name}"]
    key, shown = folder / "key.pem", folder / "shown.pem"
    subprocess.run([*command, "-keyout", key, "-out", shown], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(shown, key)
    return server, ssl.create_default_context(cafile=shown)


async def test_a_certificate_must_be_the_name_s_though_the_address_is_pinned(
    tmp_path: Path,
) -> None:
    try:
        server, trust = certificate(tmp_path, "shop.example")
    except FileNotFoundError:
        pytest.skip("No openssl here to make a certificate with.")
    async with serving(OUTSIDE, tls=server) as there:
        there.answers = [saying(b"secure")]
        names = {"shop.example": [OUTSIDE], "other.example": [OUTSIDE]}
        rule = replace(rules(there, names), trust=trust)
        found: Fetched = await fetch(f"https://shop.example:{there.port}/", rule)
        assert found.body == b"secure"
        for name, believing in (("other", trust), ("shop", None)):
            with pytest.raises(NoAnswer):
                await fetch(f"https://{name}.example:{there.port}/", replace(rule, trust=believing))
        assert len(there.asked) == 1
