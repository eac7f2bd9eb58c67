"""Writes the next revision from the models: ``python -m bot.migrations.revise "what changes"``."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from sqlalchemy import Text, Uuid

from bot.db import Database, Sealed
from bot.db.types import Utc, WallTime, Words


def _plain(kind: str, item: object, context: AutogenContext) -> str | bool:
    """Revisions name plain types, so that old ones outlive a change of ours."""
    if kind == "type":
        if isinstance(item, Words | Text):
            return "sa.Text()"
        if isinstance(item, Sealed):
            return "sa.LargeBinary()"
        if isinstance(item, Utc):
            return "sa.DateTime(timezone=True)"
        if isinstance(item, WallTime):
            return "sa.DateTime()"
        if isinstance(item, Uuid):
            return "sa.Uuid()"
    return False


def main(message: str) -> None:
    folder = Path(__file__).parent
    with tempfile.TemporaryDirectory() as scratch:
        database = Database(f"sqlite:///{scratch}/scratch.db")
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.set_main_option("file_template", "%%(rev)s")
        with database.writers.connect() as connection, connection.begin():
            config.attributes["connection"] = connection
            config.attributes["render_item"] = _plain
            command.upgrade(config, "head")
            revision = f"{len(list((folder / 'versions').glob('0*.py'))) + 1:04}"
            command.revision(config, message, autogenerate=True, rev_id=revision)


if __name__ == "__main__":
    main(sys.argv[1])
