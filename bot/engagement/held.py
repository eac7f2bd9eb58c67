"""Whatever else refers to a person: found in the schema itself, so that no table is forgotten."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.db import Base, Session

# Read out one by one, with what they mean: see `mydata`. A data link's row is a secret's shadow.
NAMED = {"member", "message", "voice", "reaction", "ballot", "answer", "signal"}
OF_OTHERS = {"delivery", "event", "data_link", "person"}
_KINDS = {"member": "member_id", "person": "person_id"}


def tables_about() -> dict[str, dict[str, str]]:
    """By table, its columns that name a member or a person, and which of the two."""
    found: dict[str, dict[str, str]] = {}
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            if (of := key.referred_table.name) in _KINDS:
                column = next(one.name for one in key.columns if one.name != "workspace_id")
                found.setdefault(table.name, {})[column] = of
    return found


def held_beside(
    session: Session, person: UUID, members: Collection[UUID]
) -> dict[str, list[dict[str, Any]]]:
    """By table, the rows that name them, as they are; ids and hashes tell them nothing."""
    ids = {"member": list(members), "person": [person]}
    found = {}
    for name, columns in sorted(tables_about().items()):
        if name in NAMED | OF_OTHERS:
            continue
        table = Base.metadata.tables[name]
        theirs = sa.or_(*(table.c[column].in_(ids[of]) for column, of in columns.items()))
        rows = session.connection().execute(
            sa.select(table).where(table.c.workspace_id == session.workspace, theirs)
        )
        if told := [_told(row._mapping) for row in rows]:
            found[name] = told
    return found


def _told(row: Any) -> dict[str, Any]:
    return {
        name: cell.isoformat() if isinstance(cell, datetime | date) else cell
        for name, cell in row.items()
        if name not in {"workspace_id", "members"}
        and cell is not None
        and not isinstance(cell, UUID | bytes)
    }
