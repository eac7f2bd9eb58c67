"""Hand-written rules for what a sentence does, in English and German."""

from bot.understanding.rules.book import Hit, read

__all__ = ["Hit", "read"]
