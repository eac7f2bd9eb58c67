"""Hand-written rules for what a sentence does, in English and German."""

from bot.understanding.rules.book import KINDS, Verdict, verdict

__all__ = ["KINDS", "Verdict", "verdict"]
