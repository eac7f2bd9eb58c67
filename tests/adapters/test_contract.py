"""What every network must keep, ours and third parties' alike (see conftest.py to add one)."""

import ast
import asyncio
import contextlib
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from bot.errors import NetworkError, NotAllowed, NotFound, Rejected
from bot.networks import (
    Action,
    Adapter,
    Content,
    Count,
    Health,
    InboundEvent,
    NotUnderstood,
    Outgoing,
    Plugin,
    Receipt,
    Reply,
    Settle,
    WebhookRequest,
)


class Candidate(Protocol):
    """See conftest.py."""

    plugin: Plugin
    channel: str
    recipient: str | None

    def validated(self) -> BaseModel: ...
    def build(self) -> Adapter: ...


@pytest.fixture
def adapter(candidate: Candidate) -> Adapter:
    return candidate.build()


Say = Callable[..., Outgoing]


@pytest.fixture
def say(candidate: Candidate, adapter: Adapter) -> Say:
    """Makes something to say there."""

    def outgoing(text: str = "How do you like the lid?", key: str = "contract-1") -> Outgoing:
        return Outgoing(
            key=key,
            action=Action.PUBLISH if adapter.capabilities.publishes else Action.DIRECT,
            account=adapter.account,
            channel=candidate.channel,
            recipient=candidate.recipient,
            content=Content(text=text, title="A question"),
        )

    return outgoing


async def receive(events: Sequence[InboundEvent | NotUnderstood]) -> int:
    """Takes anything."""
    return len(events)


def test_it_names_itself(candidate: Candidate, adapter: Adapter) -> None:
    plugin = candidate.plugin
    assert plugin.name == adapter.network
    assert plugin.name.isidentifier()
    assert plugin.name.islower()
    assert plugin.title
    assert adapter.account


def test_unknown_settings_are_refused(candidate: Candidate) -> None:
    assert candidate.plugin.settings.model_config.get("extra") == "forbid"


def test_its_limits_make_sense(adapter: Adapter) -> None:
    limits = adapter.capabilities
    assert limits.text_limit >= 100
    assert limits.count in Count
    assert limits.settle in Settle
    assert limits.media_limit >= 0
    assert limits.button_limit >= 0
    assert limits.problems(Content(text="Hello")) == ()


async def test_saying_something_gives_a_receipt(adapter: Adapter, say: Say) -> None:
    receipt = await adapter.send(say())
    assert isinstance(receipt, Receipt)
    assert receipt.message


async def test_a_send_whose_outcome_is_unclear_can_be_settled(adapter: Adapter, say: Say) -> None:
    match adapter.capabilities.settle:
        case Settle.RESEND:
            first = await adapter.send(say(key="a"))
            assert await adapter.send(say(key="a")) == first
            assert (await adapter.send(say(key="b"))).message != first.message
        case Settle.READ_BACK:
            assert await adapter.find(say(key="a")) is None
            receipt = await adapter.send(say(key="a"))
            found = await adapter.find(say(key="a"))
            assert found is not None
            assert found.message == receipt.message
        case Settle.ASK:
            """Only a person can tell."""


async def test_too_long_a_text_is_refused(adapter: Adapter, say: Say) -> None:
    limits = adapter.capabilities
    text = "ä" * (limits.text_limit + 1)
    assert limits.problems(Content(text=text))
    with pytest.raises(Rejected):
        await adapter.send(say(text))


@pytest.mark.parametrize(
    "text",
    [
        "NUL \x00 within",
        "half a smile \ud83d",
        "\u202eright to left\u202c \u05e9\u05dc\u05d5\u05dd",
        "<script>alert(1)</script> @everyone *_`[",
        "line\r\nline\u2028line",
        "x" * 10_000_000,
    ],
    ids=["nul", "surrogate", "right-to-left", "markup", "lines", "ten-megabytes"],
)
async def test_hostile_text_is_said_or_refused_never_fatal(
    adapter: Adapter, say: Say, text: str
) -> None:
    with contextlib.suppress(NetworkError):
        assert isinstance(await adapter.send(say(text)), Receipt)
    assert isinstance(await adapter.send(say("Still here", key="after")), Receipt)


async def test_listening_lasts_until_it_is_cancelled(adapter: Adapter) -> None:
    listening = asyncio.create_task(adapter.run(receive))
    done, _ = await asyncio.wait([listening], timeout=0.05)
    assert not done
    listening.cancel()
    async with asyncio.timeout(1):
        with pytest.raises(asyncio.CancelledError):
            await listening


def test_it_tells_people_how_it_is(adapter: Adapter) -> None:
    health, sentence = adapter.health()
    assert health in Health
    assert sentence.endswith((".", "!", "?"))


WORDS = st.text(max_size=40)
REQUESTS = st.builds(
    WebhookRequest,
    method=st.sampled_from(["GET", "POST", "DELETE", "\x00"]),
    headers=st.dictionaries(WORDS.map(str.casefold), WORDS, max_size=4),
    query=st.dictionaries(WORDS, WORDS, max_size=4),
    body=st.binary(max_size=200) | st.just(b"[" * 100_000) | st.just(b'{"events": 1}'),
)


@given(request=REQUESTS)
def test_a_webhook_survives_anything(candidate: Candidate, request: WebhookRequest) -> None:
    if candidate.plugin.accept is None:
        return
    try:
        heard = candidate.plugin.accept(candidate.validated(), request)
    except (NotAllowed, NotFound):
        return
    if not isinstance(heard, Reply):
        assert all(isinstance(event, InboundEvent | NotUnderstood) for event in heard)


@given(request=REQUESTS)
def test_without_a_secret_its_webhook_is_not_there(
    candidate: Candidate, request: WebhookRequest
) -> None:
    """Fails closed: what nobody can sign, nobody can send. What a candidate needs to speak stays
    as it is configured, only what is secret is taken away."""
    if candidate.plugin.accept is None:
        return
    settings = candidate.validated()
    secrets = {name: SecretStr("") for name, value in settings if isinstance(value, SecretStr)}
    with pytest.raises(NotFound):
        candidate.plugin.accept(settings.model_copy(update=secrets), request)


FOREIGN = {"sqlalchemy", "litestar", "alembic", "psycopg"}
PAGES = {"views.py", "queries.py"}  # a network whose client is our own pages has these


def test_it_knows_neither_database_nor_web_framework(candidate: Candidate) -> None:
    source = Path(inspect.getfile(candidate.plugin.build))
    exempt = PAGES if candidate.plugin.routes else set()
    for file in source.parent.glob("**/*.py"):
        if file.name not in exempt:
            assert not _imported(file) & FOREIGN, f"{file.name} reaches past the port"


def _imported(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found
