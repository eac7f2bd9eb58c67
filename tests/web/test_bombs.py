"""What is made to burst or to wear us out: refused in two seconds, in bounded memory."""

import gzip
import io
import json
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product

import pytest

from bot.errors import InvalidInput
from bot.products import catalogue
from tests.web.two_shops import FORM, MAY, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SECONDS, MEGABYTES = 2.0, 150
HEAD = "sku,name,brand\n"


@contextmanager
def quick(seconds: float = SECONDS) -> Iterator[None]:
    """So much of this process's work at most, however busy the machine is."""
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds


@contextmanager
def bounded() -> Iterator[None]:
    """So much memory at most; looking at every allocation makes all of it some times slower."""
    tracemalloc.start()
    try:
        with quick(3 * SECONDS):
            yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MEGABYTES * 1_000_000


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("products.csv", bytes(100_000_000))
    return file.getvalue()


def png() -> bytes:
    """A picture of 60,000 by 60,000 in some kilobytes."""
    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    chunks = [(b"IHDR", size), (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


FILES: dict[str, Callable[[], bytes]] = {
    "zip": zipped,
    "xlsx": lambda: zipped().replace(b"products.csv", b"xl/sheet.xml"),
    "gzip": lambda: gzip.compress(bytes(100_000_000)),
    "png": png,
    "gif": lambda: b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(1000),
    "xml": lambda: b'<!DOCTYPE a [<!ENTITY a "' + b"x" * 9999 + b'">]><a>' + b"&a;" * 9999,
    "commas": lambda: HEAD.encode() + b"," * 4_000_000,
    "quoted lines": lambda: HEAD.encode() + b'"\n",,,,' * 500_000,
    "one cell": lambda: HEAD.encode() + b'"' + b"x" * 5_000_000 + b'"',
    "never closed": lambda: HEAD.encode() + b'"x\n' * 500_000,
    "nothing but lines": lambda: b"\n" * 200_000,
    "too large": lambda: bytes(catalogue.MOST_BYTES + 1),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_catalogue_is_refused(database_url: str, name: str) -> None:
    data = FILES[name]()
    with bounded(), pytest.raises(InvalidInput) as why:
        catalogue.read(data)
    assert len(str(why.value)) < 500  # a sentence, not the file


def test_the_page_says_so_in_words(world: World) -> None:
    world.client.cookies.update(world.cookies["owner"])
    form = {"_csrf_token": world.cookies["owner"]["hubbub-csrf"]}
    for name in ("zip", "png", "commas"):
        answer = world.client.post(
            "/products/import", data=form, files={"file": (f"{name}.csv", FILES[name]())}
        )
        assert answer.status_code == 422 and 'role="alert"' in answer.text


BODIES: dict[str, tuple[str, bytes]] = {
    "deep JSON": ("application/json", b"[" * 900_000),
    "deep objects": ("application/json", b'{"a":' * 150_000),
    "long number": ("application/json", b'{"events": [' + b"9" * 900_000 + b"]}"),
    "many fields": ("application/x-www-form-urlencoded", b"a=b&" * 200_000),
    "many parts": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * 15_000 + b"--x--",
    ),
    "no end": ("multipart/form-data; boundary=x", b"--x\r\n" + b"a" * 900_000),
    "percent": ("application/x-www-form-urlencoded", b"text=" + b"%F0%9F%98%80" * 70_000),
    "too large": ("application/x-www-form-urlencoded", b"text=" + b"a" * 3_000_000),
    "gzip": ("application/x-www-form-urlencoded", gzip.compress(bytes(100_000_000))),
}


def test_a_body_that_is_a_bomb_is_refused(world: World) -> None:
    world.client.cookies.update(world.cookies["owner"])
    token = world.cookies["owner"]["hubbub-csrf"]
    for name, (kind, body) in BODIES.items():
        headers = {"content-type": kind, "x-csrftoken": token, "content-encoding": "gzip"}
        with quick():
            for path in ("/chat/say", "/posts/new", "/partners/new"):
                answer = world.client.post(path, content=body, headers=headers)
                assert 400 <= answer.status_code < 500, (name, path)


HEADERS = ("cookie", "accept-language", "x-forwarded-for", "accept", "range", "referer")
FLOODS = ("a=b; ", "en;q=0.1,", "1.2.3.4, ", "hubbub-said=e30.x; ", '"', "=?")


def test_a_header_without_end_is_read_as_far_as_it_makes_sense(world: World) -> None:
    for header in HEADERS:
        with quick():
            for flood in FLOODS:
                value = (flood * 60_000)[:60_000].strip()
                for path in ("/enter", "/calendar"):
                    world.client.cookies.clear()
                    answer = world.client.get(path, headers={header: value})
                    assert answer.status_code < 500, (header, flood)


RULES = [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",  # never
    "FREQ=SECONDLY",
    "FREQ=DAILY;COUNT=999999999",
    "FREQ=DAILY;INTERVAL=99999999999999999999",
    "FREQ=YEARLY;BYYEARDAY=366;BYDAY=MO;BYSETPOS=-366;INTERVAL=97",
    "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) * 30,
    "FREQ=" + "MONTHLY;" * 2000,
    "RRULE:" * 2000,
]


def test_a_rule_that_never_comes_or_never_ends_is_looked_at_quickly(world: World) -> None:
    for rule in RULES:
        form = FORM | {"act": "draft", "rrule": rule[:500], "repeat": "other"}
        with quick():
            for path in ("/posts/new", "/posts/preview"):
                status = world.call("owner", "POST", path, form).status_code
                assert status < 500, (rule, path)


NASTY = {
    "nul": "\0",
    "huge": "x" * 50_000,
    "number": "9" * 5_000,
    "markup": "<script>alert(1)</script>{{ 7*7 }}{% raw %}",
    "sql": "'; DROP TABLE message; --",
    "turned": "\u202e\u2066\u200b" * 50,
    "wrong dates": "9999-99-99T99:99",
    "surrogate": "\ud800",
    "json": json.dumps({"a": [1, None]}),
}


def test_no_form_and_no_query_breaks_a_page(world: World) -> None:
    broken = []
    for route, (name, value) in product(world.routes, NASTY.items()):
        who = MAY.get(route.access, ("owner",))[-1]
        if route.parameters or route.path in {"/leave", "/supplier/leave"}:
            continue
        if route.method == "GET":
            asked = dict.fromkeys(
                ("q", "page", "before", "month", "day", "view", "date", "kind", "channel"), value
            )
            world.client.cookies.clear()
            world.client.cookies.update(world.cookies[who])
            query = {key: text[:5_000].encode("utf-8", "replace") for key, text in asked.items()}
            status = world.client.get(route.path, params=query).status_code
        else:
            form = {key: value.encode("utf-8", "replace").decode() for key in FORM}
            status = world.call(who, route.method, route.path, form).status_code
        if status >= 500 and route.path != "/readyz":
            broken.append(f"{name}: {route.method} {route.path} → {status}")
    assert broken == []
