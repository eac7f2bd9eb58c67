"""The whole circle, walked by itself through the real parts: server, pages, chat, portal."""

from bot.demo.circle import Circle, Stuck, steps

__all__ = ["Circle", "Stuck", "steps"]
