"""The processes of one installation: which are alive, and who owns which account."""

from bot.processes.parts import Me, Part

__all__ = ["Me", "Part"]
