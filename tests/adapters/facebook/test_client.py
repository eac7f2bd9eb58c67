"""What of facebook-sdk had to be put right, and what errors come to mean."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import facebook
import pytest
from aiohttp.test_utils import unused_port

from adapters.facebook.answers import Lost, NotReached, Refused, Usage, meaning, usage_in
from adapters.facebook.client import GraphClient, proof
from bot.errors import (
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from bot.logs import mask
from tests.stand_ins.facebook import Facebook
from tests.stand_ins.facebook.server import SECRET, TOKEN
from tests.stand_ins.faults import Fault

PAGE = Facebook.channel


@pytest.fixture
def heard() -> list[Usage]:
    return []


@pytest.fixture
def client(graph: Facebook, heard: list[Usage]) -> Iterator[GraphClient]:
    client = GraphClient(
        base=graph.base, version="25.0", secret=SECRET, timeout=0.5, heard=heard.append
    )
    yield client
    client.close()


async def post(client: GraphClient, edge: str = "feed", **fields: Any) -> dict[str, Any]:
    return await client.call("POST", f"{PAGE}/{edge}", TOKEN, fields)


def test_the_library_refuses_what_we_set_afterwards() -> None:
    with pytest.raises(facebook.GraphAPIError, match="Valid API versions"):
        facebook.GraphAPI(version="4.0")


async def test_the_version_is_ours(graph: Facebook, client: GraphClient) -> None:
    await post(client, message="hello")
    assert [call.version for call in graph.requests] == ["v25.0"]


async def test_no_token_stands_in_an_address_or_a_body(
    graph: Facebook, client: GraphClient
) -> None:
    created = await post(client, message="hello")
    await client.call("GET", PAGE, TOKEN, {"fields": "id"})
    await client.call("DELETE", created["id"], TOKEN, {})
    assert [call.method for call in graph.requests] == ["POST", "GET", "DELETE"]
    for call in graph.requests:
        assert TOKEN not in call.query + json.dumps(dict(call.sent))
        assert call.headers["Authorization"] == f"Bearer {TOKEN}"
        assert call.sent["appsecret_proof"] == proof(SECRET, TOKEN)


async def test_nested_values_are_json_and_truths_are_words(
    graph: Facebook, client: GraphClient
) -> None:
    comment = await graph.say("hello", reply_to=await graph.say("a post"))
    with pytest.raises(Refused):
        await post(client, "messages", recipient={"id": "5"}, message={"text": "é"})
    sent = graph.requests[0].sent
    assert json.loads(sent["recipient"]) == {"id": "5"}
    assert json.loads(sent["message"]) == {"text": "é"}
    await client.call("POST", comment, TOKEN, {"is_hidden": True})
    assert graph.requests[1].sent["is_hidden"] == "true"


async def test_how_much_is_used_is_told(
    graph: Facebook, client: GraphClient, heard: list[Usage]
) -> None:
    graph.usage = {"call_count": 12, "total_time": 81, "total_cputime": 3}
    await post(client, message="hello")
    assert heard == [Usage(percent=81.0)]


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        (Fault.FAILED, Refused, 0),  # a page of HTML
        (Fault.RATE_LIMITED, Refused, 80001),
        (Fault.TIMED_OUT, Lost, None),
        (Fault.BROKEN_JSON, Lost, None),
    ],
)
async def test_what_goes_wrong_is_told_apart(
    graph: Facebook, client: GraphClient, fault: Fault, error: type[Exception], code: int | None
) -> None:
    graph.fail(fault)
    with pytest.raises(error) as raised:
        await post(client, message="hello")
    assert getattr(raised.value, "code", None) == code


async def test_where_nobody_listens_nothing_was_sent(heard: list[Usage]) -> None:
    base = f"http://127.0.0.1:{unused_port()}"
    client = GraphClient(base=base, version="25.0", secret="", timeout=0.5, heard=heard.append)
    with pytest.raises(NotReached):
        await post(client, message="hello")
    client.close()


ANSWERS = {
    "nothing at all": b"",
    "half an answer": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b'Content-Length: 99\r\n\r\n{"id"',
    "no type": b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"id": "1_2"}',
    "no object": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b"Content-Length: 2\r\n\r\n[]",
    "a page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<hi>",
    "ten megabytes": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b"Content-Length: 10000000\r\n\r\n" + b"[" * 10_000_000,
    "no HTTP": b"220 mail.shop.example\r\n\r\n",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_an_answer_that_is_none_leaves_the_outcome_open(
    answer: bytes, heard: list[Usage]
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"message=hello")
        writer.write(answer)
        with contextlib.suppress(OSError):
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    client = GraphClient(base=base, version="25.0", secret="", timeout=2.0, heard=heard.append)
    with pytest.raises(Lost):
        await post(client, message="hello")
    client.close()
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    ("headers", "usage"),
    [
        ({}, None),
        ({"x-app-usage": "no JSON"}, None),
        ({"x-app-usage": "[" * 100_000}, None),
        ({"x-app-usage": '{"call_count": true}'}, None),
        ({"x-page-usage": '{"call_count": 80, "total_time": 5}'}, Usage(percent=80.0)),
        (
            {
                "x-business-use-case-usage": '{"1": [{"call_count": 100, '
                '"estimated_time_to_regain_access": 4}, {"total_time": 7}]}'
            },
            Usage(percent=100.0, regained_in=timedelta(minutes=4)),
        ),
    ],
)
def test_the_headers_of_use_are_read(headers: dict[str, str], usage: Usage | None) -> None:
    assert usage_in(headers) == usage


def refused(
    code: int, subcode: int = 0, says: str = "No.", status: int = 400, usage: Usage | None = None
) -> Refused:
    error = {"code": code, "error_subcode": subcode, "message": says}
    return Refused.of(status, error, usage, {})


# https://developers.facebook.com/docs/graph-api/guides/error-handling
MEANINGS: list[tuple[Exception, type[NetworkError], str]] = [
    (NotReached("down"), Unavailable, "down"),
    (Lost("silence"), OutcomeUnknown, "silence"),
    (refused(190, 463), Unauthorized, "new token"),
    (refused(102), Unauthorized, "new token"),
    (refused(0, status=401), Unauthorized, "new token"),
    (refused(4), RateLimited, ""),
    (refused(17), RateLimited, ""),
    (refused(32), RateLimited, ""),
    (refused(613), RateLimited, ""),
    (refused(80001), RateLimited, ""),
    (refused(0, status=429), RateLimited, ""),
    (refused(10, 2018278), Rejected, "24 hours"),
    (refused(10, 2018065), Rejected, "24 hours"),
    (refused(551, 1545041), Rejected, "this person"),
    (refused(200, 2018028), Rejected, "in development"),
    (refused(10900), Rejected, "once"),
    (refused(100, says="Invalid parameter"), Rejected, "Invalid parameter"),
    (refused(368, says="You're temporarily blocked"), Rejected, "blocked"),
    (refused(506, says="Duplicate status message"), Rejected, "Duplicate"),
    (refused(200, says="(#200) Permissions error"), Rejected, "Permissions error"),
    (refused(200, says="Requires pages_manage_posts permission"), Unauthorized, "this right"),
    (refused(10, says="Application does not have permission"), Unauthorized, "this right"),
    (refused(230, says="Requires permission"), Unauthorized, "this right"),
    (refused(1), OutcomeUnknown, ""),
    (refused(2), OutcomeUnknown, ""),
    (refused(1200), OutcomeUnknown, ""),
    (refused(0, status=500), OutcomeUnknown, ""),
    (refused(0, status=502), OutcomeUnknown, ""),
    (refused(0, status=403), Rejected, "No."),
]  # fmt: skip


@pytest.mark.parametrize(("error", "means", "says"), MEANINGS)
def test_an_error_tells_what_to_do_next(
    error: Exception, means: type[NetworkError], says: str
) -> None:
    found = meaning(error, wrote=True)
    assert isinstance(found, means)
    assert says in str(found)


@pytest.mark.parametrize("error", [Lost("silence"), refused(2), refused(0, status=500)])
def test_what_was_only_read_left_nothing(error: Exception) -> None:
    assert type(meaning(error, wrote=False)) is Unavailable


@pytest.mark.parametrize(
    ("usage", "headers", "seconds"),
    [
        (None, {}, 300),
        (Usage(percent=100, regained_in=timedelta(minutes=3)), {}, 180),
        (None, {"retry-after": "7"}, 7),
        (None, {"retry-after": "-7"}, 0),
        (None, {"retry-after": "1e12"}, 86_400),
        (None, {"retry-after": "soon"}, 300),
    ],
)
def test_how_long_to_wait(usage: Usage | None, headers: dict[str, str], seconds: int) -> None:
    found = meaning(Refused.of(400, {"code": 4}, usage, headers), wrote=True)
    assert isinstance(found, RateLimited)
    assert found.retry_after == timedelta(seconds=seconds)


async def test_a_token_made_from_another_is_hidden_too(graph: Facebook, build: Any) -> None:
    assert await build()._page.token() == TOKEN
    assert TOKEN not in mask(f"something with {TOKEN} in it")
