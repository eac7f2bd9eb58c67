"""Keys and second factors on the command line."""

from pathlib import Path

import sqlalchemy as sa

from bot.accounts import second_factor
from bot.accounts.models import User
from bot.db import Database, KeyRing, Session, Writer
from tests.cli.conftest import Hubbub

KEYS = Path("hubbub-data/sealing.keys")


def protect_ada(hubbub: Hubbub) -> bytes:
    """An owner with a second factor; gives the file of keys as it is."""
    hubbub("user", "invite", "Ada", "ada@shop.example", "--role", "owner")
    keys = KeyRing(KEYS)
    keys.make()
    database = Database("sqlite:///hubbub-data/hubbub.db", keys=keys)
    with Writer(database) as writer:
        writer.run_blocking(_protect)
    database.close()
    return KEYS.read_bytes()


def _protect(session: Session) -> None:
    user = session.scalars(sa.select(User)).one()
    second_factor.begin(session, user)
    factor = second_factor.find(session, user.id)
    assert factor is not None
    factor.confirmed_at = factor.made_at


def test_keys_are_changed(hubbub: Hubbub) -> None:
    before = protect_ada(hubbub)
    result = hubbub("secrets", "rotate")
    assert (result.exit_code, "1 secrets are sealed" in result.stdout) == (0, True)
    assert KEYS.read_bytes() != before
    assert len(KEYS.read_bytes().split()) == 1
    assert "sealing.keys opens them" in hubbub("check").stdout


def test_a_first_key_is_made_where_nothing_is_sealed(hubbub: Hubbub) -> None:
    assert hubbub("secrets", "rotate").exit_code == 0
    assert KEYS.exists()


def test_a_missing_wrong_or_readable_file_is_said(hubbub: Hubbub) -> None:
    right = protect_ada(hubbub)
    KEYS.chmod(0o644)
    assert "chmod 600" in hubbub("check").stdout
    KEYS.chmod(0o600)
    KEYS.unlink()
    missing = hubbub("check")
    assert (missing.exit_code, "is missing, and without it" in missing.stdout) == (1, True)
    refused = hubbub("secrets", "rotate")
    assert (refused.exit_code, "Put it back first" in refused.stderr) == (1, True)
    assert not KEYS.exists()
    KeyRing(KEYS).make()
    assert "belongs to another database" in hubbub("check").stdout
    refused = hubbub("secrets", "rotate")
    assert (refused.exit_code, "Traceback" in refused.stderr) == (1, False)
    assert "1 of 1 secrets can't be opened" in refused.stderr
    KEYS.write_bytes(right)
    assert hubbub("secrets", "rotate").exit_code == 0


def test_a_change_that_was_not_finished_is_said(hubbub: Hubbub) -> None:
    protect_ada(hubbub)
    ring = KeyRing(KEYS)
    with ring.held():
        ring.turn()
    assert "was not finished. Run: hubbub secrets rotate" in hubbub("check").stdout
    hubbub("secrets", "rotate")
    assert "was not finished" not in hubbub("check").stdout


def test_a_lost_phone_is_reset_even_without_the_keys(hubbub: Hubbub) -> None:
    protect_ada(hubbub)
    assert "yes" in hubbub("user", "list").stdout
    KEYS.unlink()
    result = hubbub("user", "reset-second-factor", "ADA@shop.example")
    assert "Ada has no second factor now." in result.stdout
    assert "hubbub user link" in result.stdout
    again = hubbub("user", "reset-second-factor", "ada@shop.example")
    assert "Ada had no second factor." in again.stdout
    assert "yes" not in hubbub("user", "list").stdout
    nobody = hubbub("user", "reset-second-factor", "nobody@shop.example")
    assert (nobody.exit_code, "hubbub user list" in nobody.stderr) == (1, True)
