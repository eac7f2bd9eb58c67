"""Being called by Telegram: the secret, what is made of a body, and the way there and back."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.telegram import plugin
from adapters.telegram.settings import TelegramSettings
from adapters.telegram.webhook import SECRET_HEADER
from bot.clock import SystemClock
from bot.errors import NotAllowed, NotFound, Unavailable
from bot.networks import (
    EventKind,
    Health,
    InboundEvent,
    NotUnderstood,
    Reply,
    Services,
    WebhookRequest,
)
from tests.adapters.ear import Ear, wait_for
from tests.adapters.telegram.conftest import build, listening
from tests.stand_ins.telegram import TelegramStandIn
from tests.stand_ins.telegram.chats import person

FIXTURES = Path(__file__).parent.parent / "fixtures" / "telegram"
SECRET = "only-telegram_knows"
ON = TelegramSettings.model_validate({"token": "99:abc", "webhook": True, "secret": SECRET})


def call(body: bytes, secret: str = SECRET) -> WebhookRequest:
    return WebhookRequest(method="POST", headers={SECRET_HEADER: secret}, query={}, body=body)


def accepted(request: WebhookRequest, section: TelegramSettings = ON) -> list[Any]:
    assert plugin.accept is not None
    heard = plugin.accept(section, request)
    return list(heard.events if isinstance(heard, Reply) else heard)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.stem)
def test_every_kind_comes_in_by_webhook_as_it_does_by_asking(path: Path) -> None:
    raw = path.read_bytes()
    assert all(
        isinstance(event, InboundEvent) and event.raw == raw for event in accepted(call(raw))
    )


@pytest.mark.parametrize("secret", ["", "wrong", SECRET.upper(), SECRET + "x", "\ud83d", "ä" * 300])
def test_a_call_without_our_secret_is_refused(secret: str) -> None:
    with pytest.raises(NotAllowed):
        accepted(call(b"{}", secret))


@pytest.mark.parametrize("changes", [{"webhook": False}, {"webhook": False, "secret": ""}])
def test_where_telegram_is_not_to_call_there_is_nothing(changes: dict[str, Any]) -> None:
    values = {"token": "99:abc", "webhook": True, "secret": SECRET, **changes}
    with pytest.raises(NotFound):
        accepted(call(b"{}"), TelegramSettings.model_validate(values))


def test_a_press_is_answered_in_the_same_breath() -> None:
    assert plugin.accept is not None
    reply = plugin.accept(ON, call((FIXTURES / "callback_query.json").read_bytes()))
    assert isinstance(reply, Reply)
    assert json.loads(reply.body)["method"] == "answerCallbackQuery"
    assert [event.kind for event in reply.events if isinstance(event, InboundEvent)] == [
        EventKind.BUTTON
    ]


GOOD = [path.read_bytes() for path in sorted(FIXTURES.glob("*.json"))]
DAMAGED = st.builds(
    lambda raw, at, byte: raw[: at % len(raw)] + byte + raw[at % len(raw) + 1 :],
    st.sampled_from(GOOD),
    st.integers(0, 2000),
    st.binary(max_size=2),
)


@settings(max_examples=500)
@given(body=st.binary(max_size=300) | st.sampled_from(GOOD) | DAMAGED | st.just(b"[" * 100_000))
def test_a_signed_body_gives_events_whatever_it_is(body: bytes) -> None:
    """Asked of each: never an error, never nothing, and the raw bytes are kept."""
    events = accepted(call(body))
    assert events
    assert all(isinstance(event, InboundEvent | NotUnderstood) for event in events)
    assert all(event.raw == body for event in events)


class Front:
    """What stands at /webhooks/telegram: takes the call, keeps it, then answers."""

    def __init__(self, ear: Ear, section: TelegramSettings) -> None:
        self.ear, self.section, self.address = ear, section, ""

    async def take(self, request: web.Request) -> web.Response:
        assert plugin.accept is not None
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.read()
        heard = plugin.accept(
            self.section, WebhookRequest(method="POST", headers=headers, query={}, body=body)
        )
        reply = heard if isinstance(heard, Reply) else Reply(body="ok", events=heard)
        await self.ear.receive(reply.events)
        response = web.Response(text=reply.body, content_type=reply.media_type)
        response.force_close()
        return response


@pytest.fixture
async def front(ear: Ear, server: TelegramStandIn) -> AsyncIterator[Front]:
    section = TelegramSettings.model_validate({**server.settings(), "webhook": True})
    front = Front(ear, section)
    app = web.Application()
    app.router.add_post("/webhooks/telegram", front.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    front.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield front
    await runner.cleanup()


async def test_telegram_is_told_where_to_call_and_calls(
    server: TelegramStandIn, ear: Ear, front: Front
) -> None:
    services = Services(clock=SystemClock(), public_url=front.address)
    adapter = build(server, services, webhook=True)
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.OK)
        said = await server.say("By webhook")
        await ear.until(lambda one: one.message == said)
        message = server.chats.messages[int(server.channel), int(said)]
        press = {"id": "78", "from": person("ben"), "chat_instance": "1", "data": "yes"}
        server.happen(callback_query={**press, "message": message})
        await wait_for(lambda: server.methods.answered == ["78"])
        findings = {one.what: one.health for one in await adapter.examine()}
    assert findings["updates"] is Health.OK
    assert not server.called("getUpdates")


async def test_without_an_address_of_our_own_it_says_so(server: TelegramStandIn) -> None:
    adapter = build(server, webhook=True)
    with pytest.raises(Unavailable, match="public_url"):
        await adapter.run(Ear().receive)


async def test_a_webhook_that_telegram_can_not_reach_is_shown(
    server: TelegramStandIn, ear: Ear, front: Front
) -> None:
    adapter = build(server, Services(clock=SystemClock(), public_url=front.address), webhook=True)
    server.methods.webhook["last_error_message"] = "Connection refused"
    async with listening(adapter, ear):
        await wait_for(lambda: adapter.health()[0] is Health.WARN)
        assert "Connection refused" in adapter.health()[1]
        found = {one.what: one for one in await adapter.examine()}["updates"]
    assert found.health is Health.WARN
