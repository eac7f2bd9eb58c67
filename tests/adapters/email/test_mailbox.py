"""The mailbox of answers, by the unmodified IMAP library against a server on loopback."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any, cast

import pytest

from adapters.email import Email, EmailSettings, plugin
from bot.clock import SystemClock
from bot.errors import DatabaseUnavailable, NotAllowed, Unauthorized, Unavailable
from bot.networks import Health, InboundEvent, Services, WebhookRequest, signing
from bot.networks.port import Event
from tests.adapters.ear import Ear, wait_for
from tests.adapters.email.candidate import SECRET, candidate
from tests.stand_ins.mail import MailProvider

GOOD = b"From: tom@alba.example\r\nTo: cases@shop.example\r\nMessage-ID: <%d@x>\r\n\r\naccept\r\n"


@pytest.fixture
async def provider() -> AsyncIterator[MailProvider]:
    async with MailProvider().open() as provider:
        yield provider


def email(provider: MailProvider, **more: Any) -> Email:
    settings = EmailSettings(**provider.settings(poll_seconds=0.02, **more))
    adapter = plugin.build(settings, Services(clock=SystemClock()))
    assert isinstance(adapter, Email)
    return adapter


async def until_read(provider: MailProvider, adapter: Email, receive: Any) -> None:
    listening = asyncio.create_task(adapter.run(receive))
    try:
        await wait_for(lambda: not provider.inbox.unread)
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def test_what_is_new_is_stored_and_then_marked(provider: MailProvider) -> None:
    seen: list[int] = []

    async def receive(events: Sequence[Event]) -> int:
        seen.append(len(provider.inbox.unread))  # nothing is marked before it is stored
        return len(events)

    for number in range(25):
        provider.inbox.put(GOOD % number)
    await until_read(provider, email(provider), receive)
    assert seen == [25, 5]


async def test_what_could_not_be_stored_stays_new(provider: MailProvider) -> None:
    async def down(events: Sequence[Event]) -> int:
        raise DatabaseUnavailable

    provider.inbox.put(GOOD % 1)
    with pytest.raises(DatabaseUnavailable):
        await email(provider).run(down)
    assert len(provider.inbox.unread) == 1


async def test_a_server_that_breaks_off_before_marking_shows_it_again(
    provider: MailProvider,
) -> None:
    heard: list[str] = []

    async def receive(events: Sequence[Event]) -> int:
        heard.extend(event.dedupe_key for event in events)
        return len(events)

    provider.inbox.put(GOOD % 1)
    provider.inbox.before_marking = 1
    with pytest.raises(Unavailable):
        await email(provider).run(receive)
    await until_read(provider, email(provider), receive)
    assert heard == ["<1@x>", "<1@x>"]  # the inbox knows it by this


async def test_of_a_huge_one_only_the_head_is_fetched_and_poison_stops_nobody(
    provider: MailProvider, ear: Ear
) -> None:
    provider.inbox.put(GOOD % 1 + b"x" * 2_500_000)
    provider.inbox.put(b"\xff\xfe\x00 no mail at all")
    provider.inbox.put(GOOD % 3)
    await until_read(provider, email(provider), ear.receive)
    huge, poison, good = ear.events
    assert isinstance(huge, InboundEvent) and len(huge.raw) < 1_000
    assert "larger than 2 MB" in str(huge.data["problem"])
    assert poison.raw
    assert isinstance(good, InboundEvent) and good.text == "accept"


async def test_a_wrong_password_is_said_without_it(provider: MailProvider, ear: Ear) -> None:
    adapter = email(provider, imap_password="s3cret-canary")
    with pytest.raises(Unauthorized, match="refuses the user name or password") as raised:
        await adapter.run(ear.receive)
    assert adapter.health()[0] is Health.WARN
    assert "s3cret-canary" not in f"{raised.value} {adapter.health()}"


async def test_looking_says_whether_answers_can_be_read(provider: MailProvider) -> None:
    _, mailbox = await email(provider).examine()
    assert (mailbox.what, mailbox.health) == ("mailbox", Health.OK)
    _, mailbox = await email(provider, imap_password="wrong one").examine()
    assert mailbox.health is Health.WARN and "imap_username" in mailbox.then


async def test_who_hands_answers_over_must_sign_them() -> None:
    settings = candidate().validated()
    assert plugin.accept
    for headers in ({}, signing.sign(signing.new_secret(), "1", SystemClock().now(), GOOD % 1)):
        call = WebhookRequest(method="POST", headers=headers, query={}, body=GOOD % 1)
        with pytest.raises(NotAllowed):
            plugin.accept(settings, call)
    headers = signing.sign(SECRET, "1", SystemClock().now(), GOOD % 1)
    call = WebhookRequest(method="POST", headers=headers, query={}, body=GOOD % 1)
    [event] = cast(list[Event], plugin.accept(settings, call))
    assert event.dedupe_key == "<1@x>"


async def test_a_server_that_is_gone_is_tried_again_later(ear: Ear) -> None:
    async with MailProvider().open() as provider:
        adapter = email(provider)
    with pytest.raises(Unavailable, match="can't be read"):
        await adapter.run(ear.receive)


def test_settings_that_can_t_work_are_refused() -> None:
    for wrong in (
        {"imap_host": "mail.example"},
        {"reply_address": "far-too-long-a-name@shop.example"},
        {"reply_address": "no address"},
        {"webhook_secret": "guess me"},
        {
            "reply_address": "c@shop.example",
            "imap_host": "mail.example",
            "imap_security": "none",
            "imap_password": "x",
        },
    ):
        with pytest.raises(ValueError, match=r"."):
            EmailSettings.model_validate(wrong)


@pytest.fixture
def ear() -> Ear:
    return Ear()
