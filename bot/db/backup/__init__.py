"""Back-ups: one file made while Hubbub runs, that restores on SQLite and on PostgreSQL alike.

A back-up is a zip with one text file a table, a JSON array a row, and a manifest that says what
is in it. Rows are read over one snapshot: nobody who writes waits, and what is committed later is
not in it. Values are written in one way whatever the engine, so hashes can be compared across.
"""

from bot.db.backup.making import make
from bot.db.backup.manifest import Manifest
from bot.db.backup.opening import Backup, opened
from bot.db.backup.restoring import Restored, restore
from bot.db.backup.verifying import verify

__all__ = ["Backup", "Manifest", "Restored", "make", "opened", "restore", "verify"]
