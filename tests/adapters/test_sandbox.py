"""The sandbox does to us what networks do, and remembers what it really got."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from adapters.sandbox import (
    Fault,
    Faults,
    Ledger,
    Like,
    Sandbox,
    SandboxSettings,
    accept,
    entries_in,
)
from adapters.sandbox.ledger import address_of, serve
from adapters.sandbox.translate import SIGNATURE, sign
from bot.clock import FrozenClock
from bot.errors import (
    DatabaseUnavailable,
    NetworkError,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from bot.networks import (
    Action,
    Content,
    InboundEvent,
    NotUnderstood,
    Outgoing,
    Reply,
    Settle,
    WebhookRequest,
)

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def a_sandbox(**settings: object) -> Sandbox:
    return Sandbox(SandboxSettings.model_validate(settings), FrozenClock(START))


def outgoing(key: str = "k1", text: str = "Hello, everybody!") -> Outgoing:
    return Outgoing(
        key=key,
        action=Action.PUBLISH,
        account="sandbox",
        channel="square",
        content=Content(text=text),
    )


async def texts(sandbox: Sandbox) -> list[str]:
    return [entry.text for entry in await sandbox.ledger.entries()]


@pytest.mark.parametrize(
    ("fault", "error", "arrives"),
    [
        (Fault.REFUSE, Rejected, False),
        (Fault.RATE_LIMIT, RateLimited, False),
        (Fault.UNAUTHORIZED, Unauthorized, False),
        (Fault.UNAVAILABLE, Unavailable, False),
        (Fault.TIME_OUT, OutcomeUnknown, True),
    ],
)
async def test_a_fault_is_told_by_its_error(
    fault: Fault, error: type[NetworkError], arrives: bool
) -> None:
    sandbox = a_sandbox()
    sandbox.fail_next(fault)
    with pytest.raises(error):
        await sandbox.send(outgoing())
    assert await texts(sandbox) == (["Hello, everybody!"] if arrives else [])


async def test_a_rate_limit_says_how_long_to_wait() -> None:
    sandbox = a_sandbox(faults={"script": ["rate_limit"], "retry_after_seconds": 7})
    with pytest.raises(RateLimited) as limit:
        await sandbox.send(outgoing())
    assert limit.value.retry_after == timedelta(seconds=7)


async def test_a_slow_send_takes_its_time_and_succeeds() -> None:
    clock = FrozenClock(START)
    faults = Faults(script=(Fault.SLOW,), slow_seconds=5)
    await Sandbox(SandboxSettings(faults=faults), clock).send(outgoing())
    assert clock.now() == START + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("like", "settle", "effects"),
    [
        (Like.WEBCHAT, Settle.RESEND, 1),
        (Like.DISCORD, Settle.RESEND, 1),
        (Like.FACEBOOK, Settle.READ_BACK, 2),
        (Like.TELEGRAM, Settle.ASK, 2),
    ],
)
async def test_the_same_key_again_has_one_effect_only_where_the_network_promises_it(
    like: Like, settle: Settle, effects: int
) -> None:
    sandbox = a_sandbox(like=like)
    assert sandbox.capabilities.settle is settle
    await sandbox.send(outgoing())
    await sandbox.send(outgoing())
    assert len(await texts(sandbox)) == effects


async def test_what_timed_out_is_found_where_the_network_can_be_read_back() -> None:
    sandbox = a_sandbox(like="facebook", faults={"script": ["time_out"]})
    with pytest.raises(OutcomeUnknown):
        await sandbox.send(outgoing("k1"))
    found = await sandbox.find(outgoing("k1"))
    [entry] = await sandbox.ledger.entries()
    assert found is not None
    assert found.message == entry.message
    assert await sandbox.find(outgoing("k2")) is None


async def test_the_same_seed_meets_the_same_faults() -> None:
    async def trace(seed: int) -> list[str]:
        sandbox = a_sandbox(seed=seed, faults={"refuse": 0.3, "time_out": 0.3})
        met = []
        for number in range(50):
            try:
                await sandbox.send(outgoing(f"k{number}"))
                met.append("sent")
            except NetworkError as error:
                met.append(type(error).__name__)
        return met

    assert await trace(1) == await trace(1)
    assert await trace(1) != await trace(2)
    assert {"sent", "Rejected", "OutcomeUnknown"} == set(await trace(1))


def test_faults_leave_room_for_success() -> None:
    with pytest.raises(ValidationError, match="add up to more than 1"):
        Faults(refuse=0.6, time_out=0.6)


class Listener:
    """Receives events, and fails while ``broken``."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.broken = False

    async def receive(self, events: Sequence[InboundEvent | NotUnderstood]) -> int:
        if self.broken:
            raise DatabaseUnavailable
        self.heard += [event.text for event in events if isinstance(event, InboundEvent)]
        return len(events)


async def connected(sandbox: Sandbox, listener: Listener) -> asyncio.Task[None]:
    task = asyncio.create_task(sandbox.run(listener.receive))
    await asyncio.sleep(0)
    return task


async def test_what_people_say_reaches_whoever_listens() -> None:
    sandbox, listener = a_sandbox(), Listener()
    await sandbox.say("Said before anybody listened")
    task = await connected(sandbox, listener)
    await sandbox.say("And this after")
    assert listener.heard == ["Said before anybody listened", "And this after"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_was_not_received_is_told_again() -> None:
    sandbox, listener = a_sandbox(), Listener()
    task = await connected(sandbox, listener)
    listener.broken = True
    with pytest.raises(DatabaseUnavailable):
        await sandbox.say("Important")
    sandbox.hang_up()
    with pytest.raises(Unavailable):
        await task
    listener.broken = False
    task = await connected(sandbox, listener)
    assert listener.heard == ["Important"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_reply_names_what_it_answers() -> None:
    sandbox = a_sandbox()
    receipt = await sandbox.send(outgoing())
    event = sandbox.event("Yes, please", author="Ben", reply_to=receipt.message)
    assert (event.reply_to, event.thread, event.conversation) == (receipt.message,) * 3
    assert event.author is not None
    assert event.author.name == "Ben"


async def test_a_ledger_with_a_file_outlives_its_process(tmp_path: Path) -> None:
    file = tmp_path / "sent.jsonl"
    first = await Ledger(file).accept(outgoing(text="Zoë \ud800\x00"), Settle.RESEND)
    again = await Ledger(file).accept(outgoing(text="Zoë \ud800\x00"), Settle.RESEND)
    assert again == first
    assert entries_in(file) == [first]


@pytest.fixture
async def ledger_address(tmp_path: Path) -> AsyncIterator[str]:
    server = await serve(Ledger(tmp_path / "sent.jsonl"))
    yield address_of(server)
    server.close()


async def test_a_ledger_elsewhere_answers_like_one_here(ledger_address: str) -> None:
    near, far = a_sandbox(like="facebook"), a_sandbox(like="facebook", ledger=ledger_address)
    for sandbox in (near, far):
        assert await sandbox.find(outgoing("k1")) is None
        await sandbox.send(outgoing("k1", "Grüße \U0001f600"))
        await sandbox.send(outgoing("k2"))
    assert await far.ledger.entries() == await near.ledger.entries()
    assert await far.find(outgoing("k1")) == await near.find(outgoing("k1"))


async def test_two_processes_sending_the_same_key_have_one_effect(ledger_address: str) -> None:
    both = [a_sandbox(ledger=ledger_address) for _ in range(2)]
    receipts = await asyncio.gather(*(one.send(outgoing()) for one in both))
    assert receipts[0] == receipts[1]
    assert len(await texts(both[0])) == 1


async def test_no_ledger_there_means_that_nothing_was_sent() -> None:
    with pytest.raises(Unavailable, match="can't be reached"):
        await a_sandbox(ledger="127.0.0.1:1").send(outgoing())


async def test_the_ledger_runs_as_a_program(tmp_path: Path) -> None:
    file = tmp_path / "sent.jsonl"
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "adapters.sandbox.ledger", "--file", str(file)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    address = (await program.stdout.readline()).decode().strip()
    receipt = await a_sandbox(ledger=address).send(outgoing(text="Remember me"))
    program.kill()
    await program.wait()
    assert [(entry.message, entry.text) for entry in entries_in(file)] == [
        (receipt.message, "Remember me")
    ]


SECRET = "a-shared-secret"


def webhook(body: bytes, signature: str | None = None) -> WebhookRequest:
    headers = {SIGNATURE: sign(SECRET, body) if signature is None else signature}
    return WebhookRequest(method="POST", headers=headers, query={}, body=body)


def accepted(body: bytes) -> Sequence[InboundEvent | NotUnderstood]:
    heard = accept(SandboxSettings(secret=SecretStr(SECRET)), webhook(body))
    assert not isinstance(heard, Reply)
    return heard


def test_a_signed_webhook_tells_what_was_said() -> None:
    body = {"id": "7", "at": "2026-03-02T09:00Z", "text": "Make it blue", "reply_to": "sent-1"}
    [event] = accepted(json.dumps({"events": [body]}).encode())
    assert isinstance(event, InboundEvent)
    assert (event.dedupe_key, event.text, event.thread) == ("7", "Make it blue", "sent-1")
    assert event.occurred_at == START


@pytest.mark.parametrize(
    ("secret", "signature"),
    [(SECRET, ""), (SECRET, "sha256=00"), (SECRET, "é"), ("", sign("", b"{}"))],
    ids=["unsigned", "forged", "not-ascii", "no-secret-configured"],
)
def test_a_webhook_fails_closed(secret: str, signature: str) -> None:
    with pytest.raises(NotAllowed if secret else NotFound):
        accept(SandboxSettings(secret=SecretStr(secret)), webhook(b"{}", signature))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff\xfe", "not as agreed"),
        (b"[" * 100_000, "not as agreed"),
        (b'{"events": 7}', "not as agreed"),
        (b'{"events": [7]}', "valid dictionary"),
        (b'{"events": [{"id": "7"}]}', "Field required"),
        (b'{"events": [{"id": "7", "at": "yesterday"}]}', "valid datetime"),
    ],
)
def test_what_is_not_understood_is_kept_with_its_reason(body: bytes, reason: str) -> None:
    [event] = accepted(body)
    assert isinstance(event, NotUnderstood)
    assert reason in event.reason
    assert event.raw in body


def test_one_bad_event_spoils_no_other() -> None:
    good = {"id": "1", "at": "2026-03-02T09:00Z", "text": "half a smile \ud83d and \x00"}
    bad, fine = accepted(json.dumps({"events": [{"id": 3}, good]}).encode())
    assert isinstance(bad, NotUnderstood)
    assert isinstance(fine, InboundEvent)
    assert fine.text == "half a smile \ufffd and \x00"
