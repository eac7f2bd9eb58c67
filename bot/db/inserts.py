"""Inserting many rows at once, also such as may be there already, alike on both engines."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.db.base import Row
from bot.db.session import Session
from bot.db.types import Utc, Words, storable_all


def insert_all(session: Session, table: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows in one statement, past the ORM: for the way that every message takes.

    All rows have the same keys: column names without the workspace. An id is made where none is
    given.
    """
    if rows:
        _insert(session, table, _with_ids(session, rows), unique=())


def insert_new(
    session: Session, table: type[Row], rows: Sequence[Mapping[str, Any]], *, unique: Sequence[str]
) -> set[UUID]:
    """Insert the rows whose ``unique`` columns (with the workspace) are not there yet.

    Gives the ids of those that were inserted. Rows as in `insert_all`.
    """
    if not rows:
        return set()
    session.flush()
    rows = _with_ids(session, rows)
    ids = {row["id"] for row in rows}
    if _insert(session, table, rows, unique=tuple(unique)) == len(rows):
        return ids
    into: Any = table.__table__
    ours = sa.select(into.c.id).where(into.c.workspace_id == session.workspace, into.c.id.in_(ids))
    return set(session.connection().execute(ours).scalars())


def _with_ids(session: Session, rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    if "id" in rows[0]:
        return rows
    ids = session.ids.many(len(rows))
    return [{**row, "id": id} for row, id in zip(rows, ids, strict=True)]


def _insert(
    session: Session,
    table: type[Row],
    rows: Sequence[Mapping[str, Any]],
    *,
    unique: tuple[str, ...],
) -> int:
    """How many were inserted."""
    connection = session.connection()
    ready = _prepared(table, frozenset(rows[0]), unique, connection.dialect)
    values = ready.values(rows, session.workspace)
    return connection.exec_driver_sql(ready.sql, values).rowcount


Process = Callable[[list[Any]], Iterable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A statement for the driver, and per column how its values become the driver's.

    SQLAlchemy would work both out for each row again: measured, that is two thirds of an insert.
    """

    sql: str
    columns: tuple[tuple[str, Process], ...]
    same: Mapping[str, Any]  # the columns that no row names: their defaults

    def values(self, rows: Sequence[Mapping[str, Any]], workspace: int) -> list[tuple[Any, ...]]:
        same = {**self.same, "workspace_id": workspace}
        columns = [
            process([same[name]] * len(rows) if name in same else [row[name] for row in rows])
            for name, process in self.columns
        ]
        return list(zip(*columns, strict=True))


def _process(kind: Any, dialect: sa.Dialect) -> Process:
    """What SQLAlchemy would do to each value of that type, done to a column of them."""
    one = kind.dialect_impl(dialect).bind_processor(dialect)
    if one is None:
        return list
    if isinstance(kind, Words):
        return storable_all
    if isinstance(kind, Utc | sa.Enum):
        return partial(_each_once, one)
    return partial(map, one)


def _each_once(process: Callable[[Any], Any], values: list[Any]) -> list[Any]:
    """For columns that often hold the same value many times."""
    known = {value: process(value) for value in set(values)}
    return [known[value] for value in values]


@lru_cache(maxsize=256)
def _prepared(
    table: type[Row], given: frozenset[str], unique: tuple[str, ...], dialect: sa.Dialect
) -> _Prepared:
    into: Any = table.__table__
    same = {
        column.name: column.default.arg(None) if column.default.is_callable else column.default.arg
        for column in into.columns
        if column.default is not None and column.name not in given
    }
    named = {*given, *same, "workspace_id"}
    names = [column.name for column in into.columns if column.name in named]
    # The drivers' own marks by position: SQLAlchemy's named ones would ask for a dict a row.
    is_sqlite, engine = dialect.name == "sqlite", cast(Any, type(dialect))
    marks = engine(paramstyle="qmark" if is_sqlite else "format")
    insert: Any = sqlite.insert(into) if is_sqlite else postgresql.insert(into)
    if unique:
        insert = insert.on_conflict_do_nothing(index_elements=["workspace_id", *unique])
    compiled = insert.compile(dialect=marks, column_keys=names)
    columns = tuple((name, _process(into.c[name].type, dialect)) for name in compiled.positiontup)
    return _Prepared(sql=str(compiled), columns=columns, same=same)
