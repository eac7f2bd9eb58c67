"""The tables' ground: engine, base classes, sessions, the writer, leases."""

from bot.db.base import Base, Row, references
from bot.db.engine import Database
from bot.db.inserts import insert_all, insert_new
from bot.db.news import News
from bot.db.session import Session
from bot.db.writer import Command, Writer

__all__ = [
    "Base",
    "Command",
    "Database",
    "News",
    "Row",
    "Session",
    "Writer",
    "insert_all",
    "insert_new",
    "references",
]
