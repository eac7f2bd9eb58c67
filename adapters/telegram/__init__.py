"""Telegram, by its Bot API. So far only how its updates are read."""
