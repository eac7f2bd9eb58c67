"""Inserting many rows at once, also such as may be there already, alike on both engines."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.db.base import Row
from bot.db.session import Session


def insert_all(session: Session, table: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows in one statement, past the ORM: for the way that every message takes.

    All rows have the same keys: column names without the workspace. An id is made where none is
    given.
    """
    if rows:
        _insert(session, table, _keyed(session, rows), unique=())


def insert_new(
    session: Session, table: type[Row], rows: Sequence[Mapping[str, Any]], *, unique: Sequence[str]
) -> set[UUID]:
    """Insert the rows whose ``unique`` columns (with the workspace) are not there yet.

    Gives the ids of those that were inserted. Rows as in `insert_all`.
    """
    if not rows:
        return set()
    session.flush()
    keyed = _keyed(session, rows)
    ids = {row["id"] for row in keyed}
    if _insert(session, table, keyed, unique=tuple(unique)) == len(keyed):
        return ids
    into: Any = table.__table__
    ours = sa.select(into.c.id).where(
        into.c.workspace_id == session.workspace, into.c.id.in_(ids)
    )
    return set(session.connection().execute(ours).scalars())


def _keyed(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    new, workspace = session.ids.new, session.workspace
    return [
        {**row, "id": row["id"] if "id" in row else new(), "workspace_id": workspace}
        for row in rows
    ]


def _insert(
    session: Session, table: type[Row], rows: list[dict[str, Any]], *, unique: tuple[str, ...]
) -> int:
    """How many were inserted."""
    connection = session.connection()
    ready = _prepared(table, frozenset(rows[0]), unique, connection.dialect)
    return connection.exec_driver_sql(ready.sql, ready.values(rows)).rowcount


Process = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A statement for the driver, and per column how a value becomes one of the driver's.

    SQLAlchemy would work both out for each row again: measured, that is two thirds of an insert.
    """

    sql: str
    columns: tuple[tuple[str, Process | None], ...]
    defaults: Mapping[str, Any]

    def values(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        return list(zip(*(self._column(rows, *one) for one in self.columns), strict=True))

    def _column(
        self, rows: Sequence[Mapping[str, Any]], name: str, process: Process | None
    ) -> Iterable[Any]:
        if name in self.defaults:
            value = self.defaults[name]
            return [process(value) if process else value] * len(rows)
        values = [row[name] for row in rows]
        return map(process, values) if process else values


@lru_cache(maxsize=256)
def _prepared(
    table: type[Row], given: frozenset[str], unique: tuple[str, ...], dialect: sa.Dialect
) -> _Prepared:
    into: Any = table.__table__
    defaults = {
        column.name: column.default.arg(None) if column.default.is_callable else column.default.arg
        for column in into.columns
        if column.default is not None and column.name not in given
    }
    names = [column.name for column in into.columns if column.name in given | defaults.keys()]
    # The drivers' own marks by position: SQLAlchemy's named ones would ask for a dict a row.
    if dialect.name == "sqlite":
        insert: Any = sqlite.insert(into)
        marks = sqlite.dialect(paramstyle="qmark")
    else:
        insert, marks = postgresql.insert(into), type(dialect)(paramstyle="format")
    if unique:
        insert = insert.on_conflict_do_nothing(index_elements=["workspace_id", *unique])
    compiled = insert.compile(dialect=marks, column_keys=names)
    columns = tuple(
        (name, into.c[name].type.dialect_impl(dialect).bind_processor(dialect))
        for name in compiled.positiontup
    )
    return _Prepared(sql=str(compiled), columns=columns, defaults=defaults)
