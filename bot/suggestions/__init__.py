"""Suggestions: the same thing said by one or many, and who said it."""
