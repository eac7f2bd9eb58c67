"""New keys: everything is sealed again, whatever happens meanwhile, and the old ones are gone."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.accounts.models import Role, SecondFactor, User
from bot.db import Database, KeyRing, Session, insert_all
from bot.db.resealing import rotate
from bot.db.sealed import CannotUnseal
from bot.errors import Conflict

HOW_MANY = 1_203  # more than two batches
# How often a real process is killed: HUBBUB_TEST_KILLS=200 for a long look.
KILLS = int(os.environ.get("HUBBUB_TEST_KILLS", "2"))
ROTATE = """
import sys
from pathlib import Path
import bot.accounts.models
from bot.db import Database, KeyRing
from bot.db.resealing import rotate
keys = KeyRing(Path(sys.argv[2]))
database = Database(sys.argv[1], keys=keys)
print("go", flush=True)
rotate(database, keys)
"""


def another(database: Database) -> Database:
    """The same database as another process has it open."""
    assert database.keys is not None
    url = database.url.render_as_string(hide_password=False)
    return Database(url, keys=KeyRing(database.keys.path))


class Dies(BaseException):
    """As a process does: nothing after it runs."""


def fill(database: Database, how_many: int = HOW_MANY) -> None:
    def users(session: Session) -> list[dict[str, object]]:
        now = session.now()
        return [
            {
                "id": session.ids.new(),
                "name": f"U{number}",
                "email": f"u{number}@shop.example",
                "role": Role.MARKETER,
                "created_at": now,
                "disabled_at": None,
            }
            for number in range(how_many)
        ]

    with database.session(database.writers) as session:
        rows, now = users(session), session.now()
        insert_all(session, User, rows)
        factor = {"made_at": now, "tries_since": now, "last_step": 0, "tries": 0, "salt": b""}
        secrets = [
            factor | {"user_id": row["id"], "secret": f"secret of {row['name']}"} for row in rows
        ]
        insert_all(session, SecondFactor, secrets)
        session.commit()


def opened(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(sa.select(SecondFactor.secret)))


def all_secrets(how_many: int = HOW_MANY) -> set[str]:
    return {f"secret of U{number}" for number in range(how_many)}


def old_key(keys: KeyRing) -> bytes:
    return keys.path.read_bytes().split()[-1]


def test_everything_is_sealed_with_the_new_key_and_the_old_one_is_gone(
    database: Database, keys: KeyRing
) -> None:
    fill(database)
    before, told = old_key(keys), list[tuple[int, int]]()
    assert rotate(database, keys, lambda *how_far: told.append(how_far)) == HOW_MANY
    assert told[-1] == (HOW_MANY, HOW_MANY) and len(told) == 3
    assert before not in keys.path.read_bytes()
    assert len(keys) == 1
    assert opened(database) == all_secrets()


def test_whenever_it_dies_everything_can_be_opened_and_it_goes_on(
    database: Database, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dies before and after each write to the file and each commit, one after the other."""
    how_many, write = 7, KeyRing._write
    monkeypatch.setattr("bot.db.resealing._BATCH", 2)
    fill(database, how_many)
    for fatal in count():
        steps = count()

        def step(steps: "count[int]" = steps, fatal: int = fatal) -> None:
            if next(steps) == fatal:
                raise Dies

        with monkeypatch.context() as patch:

            def dying_write(
                ring: KeyRing, fresh: list[bytes], step: Callable[[], None] = step
            ) -> None:
                step()
                write(ring, fresh)
                step()

            patch.setattr(KeyRing, "_write", dying_write)
            dying_commit = lambda _: step()  # noqa: E731  (an event needs a name to be removed)
            sa.event.listen(database.writers, "commit", dying_commit)
            before = old_key(keys)
            try:
                rotate(database, KeyRing(keys.path))
                died = False
            except Dies:
                died = True
            finally:
                sa.event.remove(database.writers, "commit", dying_commit)
        again = another(database)
        assert opened(again) == all_secrets(how_many)
        assert again.keys is not None
        rotate(again, again.keys)
        assert before not in keys.path.read_bytes()
        assert len(again.keys) == 1
        assert opened(again) == all_secrets(how_many)
        again.close()
        if not died:
            break
    assert fatal > 6


def test_a_real_process_is_killed_at_any_moment(database: Database, keys: KeyRing) -> None:
    fill(database)
    url, chance = database.url.render_as_string(hide_password=False), random.Random(4)
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", ROTATE, url, str(keys.path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"go\n"
            try:
                process.wait(timeout=chance.uniform(0, 0.6))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        assert opened(database) == all_secrets()
    rotate(database, keys)
    assert opened(database) == all_secrets()
    assert len(keys) == 1


def test_what_is_written_meanwhile_is_not_lost(database: Database, keys: KeyRing) -> None:
    """Another process seals under the old key, which it read a moment before, and commits late."""
    fill(database, 3)
    late = keys.seal("secret of U0")
    left = [late]

    def meanwhile(done: int, total: int) -> None:
        if left:
            with database.writers.begin() as connection:
                connection.execute(
                    sa.text("UPDATE second_factor SET secret = :late WHERE tries = 0"),
                    {"late": left.pop()},
                )

    rotate(database, keys, meanwhile)
    assert len(keys) == 1
    assert opened(database) == {"secret of U0"}


def test_what_no_key_opens_stops_it_before_anything_is_changed(
    database: Database, keys: KeyRing
) -> None:
    fill(database, 3)
    right = keys.path.read_bytes()
    keys.path.unlink()
    keys.make()
    wrong = keys.path.read_bytes()
    with pytest.raises(CannotUnseal, match=r"3 of 3 secrets can't be opened .* right file back"):
        rotate(database, KeyRing(keys.path))
    assert keys.path.read_bytes() == wrong
    keys.path.write_bytes(right)
    assert rotate(database, keys) == 3


def test_two_at_once_are_refused(database: Database, keys: KeyRing) -> None:
    fill(database, 3)
    with keys.held(), pytest.raises(Conflict, match="Another process"):
        rotate(database, KeyRing(keys.path))
