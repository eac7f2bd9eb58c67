"""Recorded messages, taken through the front door and understood; nobody is answered."""

from bot.replay.playing import Played, Replay
from bot.replay.records import Columns, Records

__all__ = ["Columns", "Played", "Records", "Replay"]
