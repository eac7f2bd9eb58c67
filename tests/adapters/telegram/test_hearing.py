"""Hearing, from Telegram's queue to our inbox, through the real library."""

from adapters.telegram.adapter import Telegram
from bot.networks import Action, Health
from tests.adapters.ear import Ear, wait_for
from tests.adapters.telegram.conftest import listening, outgoing
from tests.stand_ins.telegram import TelegramStandIn


async def test_it_hears_a_message_and_answers_it(
    server: TelegramStandIn, adapter: Telegram, ear: Ear
) -> None:
    async with listening(adapter, ear):
        said = await server.say("Please make the lid dishwasher-safe")
        event = await ear.until(lambda one: one.message == said)
        assert event.text == "Please make the lid dishwasher-safe"
        receipt = await adapter.send(
            outgoing(
                "Noted!",
                action=Action.REPLY,
                channel=event.channel,
                thread=event.thread or event.message,
                reply_to=event.message,
            )
        )
        health, sentence = adapter.health()
    assert health is Health.OK
    assert "Connected as @fernbot since" in sentence
    (shown,) = server.shown()
    assert (shown.id, shown.text, shown.reply_to) == (receipt.message, "Noted!", said)


async def test_an_update_is_acknowledged_only_after_it_is_stored(
    server: TelegramStandIn, adapter: Telegram, ear: Ear
) -> None:
    async with listening(adapter, ear):
        await server.say("one")
        await wait_for(lambda: not server.chats.updates)
    assert ear.calls == 1
    offsets = [call.asked.get("offset") for call in server.called("getUpdates")]
    assert offsets[0] is None
    assert server.chats.last_update + 1 in offsets
