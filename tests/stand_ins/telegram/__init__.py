"""A local server that speaks Telegram's Bot API, in a thread of its own."""

from tests.stand_ins.telegram.server import Call, TelegramStandIn

__all__ = ["Call", "TelegramStandIn"]
