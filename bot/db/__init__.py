"""The tables' ground: engine, base classes, sessions, the writer, leases."""

from bot.db.base import Base, Row, references
from bot.db.engine import Database
from bot.db.inserts import insert_all, insert_new
from bot.db.news import News
from bot.db.sealed import KeyRing, Sealed
from bot.db.session import Session
from bot.db.writer import Command, Writer

__all__ = [
    "Base",
    "Command",
    "Database",
    "KeyRing",
    "News",
    "Row",
    "Sealed",
    "Session",
    "Writer",
    "insert_all",
    "insert_new",
    "references",
]
