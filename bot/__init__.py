"""Hubbub: the engagement core, and the program that runs it."""

__version__ = "0.1.0"
