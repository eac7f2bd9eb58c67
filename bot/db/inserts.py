"""Inserting what may be there already, in one statement, on both engines."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.db.base import Row
from bot.db.session import Session


def insert_all(session: Session, table: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows in one statement, past the ORM: for the way that every message takes."""
    if rows:
        session.connection().execute(sa.insert(table.__table__), _keyed(session, rows))  # type: ignore[arg-type]  # FromClause by declaration, a Table in fact


def insert_new(
    session: Session, table: type[Row], rows: Sequence[Mapping[str, Any]], *, unique: Sequence[str]
) -> set[UUID]:
    """Insert the rows whose ``unique`` columns (with the workspace) are not there yet.

    Gives the ids of those that were inserted. Each row is a mapping of column names without the
    workspace; an id is made where none is given.
    """
    if not rows:
        return set()
    session.flush()
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    into: Any = table.__table__
    statement = (
        insert(into)
        .on_conflict_do_nothing(index_elements=["workspace_id", *unique])
        .returning(into.c.id)
    )
    return set(session.connection().execute(statement, _keyed(session, rows)).scalars())


def _keyed(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **row,
            "id": row["id"] if "id" in row else session.ids.new(),
            "workspace_id": session.workspace,
        }
        for row in rows
    ]
