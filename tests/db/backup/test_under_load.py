"""Back-ups made while somebody writes: `make backup-test` makes twenty on each engine."""

import os
import sys
import time
from pathlib import Path

from bot.accounts.models import AuditEntry
from bot.clock import SystemClock
from bot.db import Database, Session, Writer, insert_all
from bot.db.backup import Backup, make, opened, verify
from bot.db.upgrade import upgrade
from tests.db.backup.steady import SteadyHand

ROUNDS = int(os.environ.get("HUBBUB_BACKUP_ROUNDS", "2"))
PER_SECOND = 500


def test_what_was_committed_before_is_in_it_and_nothing_is_torn(
    database_url: str, tmp_path: Path
) -> None:
    database = Database(database_url, clock=SystemClock())
    upgrade(database)
    took = []
    with Writer(database) as writer:
        writer.run_blocking(old_rows)
        hand = SteadyHand(writer, PER_SECOND)
        for number in range(ROUNDS):
            with hand.writing():
                until = hand.acknowledged + PER_SECOND // 5
                while hand.acknowledged < until:
                    writer.run_blocking(lambda session: None)
                before, began = hand.acknowledged, time.monotonic()
                make(database, tmp_path / f"{number}.zip")
                took.append(time.monotonic() - began)
                after = hand.started
            with opened(tmp_path / f"{number}.zip") as backup:
                assert before <= whole(backup) <= after
    assert hand.failed == []
    for number in range(ROUNDS):
        verify(tmp_path / f"{number}.zip", database)
    database.close()
    sys.stdout.write(
        f"\n{database.readers.dialect.name}: {ROUNDS} back-ups, each equal to what was committed, "
        f"while {hand.acknowledged} transactions were "
        f"({hand.acknowledged / hand.seconds:.0f} a second); a back-up took "
        f"{sorted(took)[len(took) // 2] * 1000:.0f} ms in the median.\n"
    )


def old_rows(session: Session) -> None:
    """What makes a back-up take long enough to be written beside."""
    entry = {"at": session.now(), "actor": "test", "verb": "was", "subject": "", "details": {}}
    insert_all(session, AuditEntry, [entry] * 5_000)


def whole(backup: Backup) -> int:
    """How far it goes; every number up to there is in it, with each of its three rows."""
    rows = {table.shape.name: list(backup.rows(table)) for table in backup.manifest.tables}
    columns = {
        table.shape.name: [column.name for column in table.shape.columns]
        for table in backup.manifest.tables
    }
    numbers = sorted(int(row[columns["member"].index("remote_id")]) for row in rows["member"])
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(rows["person"]) == len(numbers)
    [channel] = rows["channel"]
    assert channel[columns["channel"].index("name")] == str(len(numbers))
    return len(numbers)
