"""Hand-written rules for what a sentence does, in English and German."""

from bot.understanding.rules.book import KINDS, Hit, Verdict, read, verdict

__all__ = ["KINDS", "Hit", "Verdict", "read", "verdict"]
