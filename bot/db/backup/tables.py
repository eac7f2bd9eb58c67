"""The tables of a database as they are, whatever the models say, and their rows as lines."""

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from bot.db.backup.columns import kind_of, ordering, quoted, reading, writing
from bot.db.backup.manifest import Column, Shape

VERSION_TABLE = "alembic_version"

# So many rows are read or written at once.
_PORTION = 1_000
# But of tables whose rows are whole files, one.
_FILES = {"media"}


def shapes(connection: sa.Connection, schema: str | None = None) -> list[Shape]:
    """Every table but the one that holds the revision, those referred to first."""
    inspector = sa.inspect(connection)
    found = [name for name, _ in inspector.get_sorted_table_and_fkc_names(schema) if name]
    return [_shape(inspector, name, schema) for name in found if name != VERSION_TABLE]


def _shape(inspector: sa.Inspector, table: str, schema: str | None) -> Shape:
    columns = tuple(
        Column(name=column["name"], kind=kind_of(column["type"]))
        for column in inspector.get_columns(table, schema)
    )
    key = inspector.get_pk_constraint(table, schema)["constrained_columns"]
    return Shape(name=table, columns=columns, key=tuple(key))


def is_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"


def in_utc(connection: sa.Connection) -> None:
    """Times are written without a zone: until the transaction ends they are UTC's."""
    if not is_sqlite(connection):
        connection.exec_driver_sql("SET LOCAL TimeZone = 'UTC'")


def count(connection: sa.Connection, table: str) -> int:
    found = connection.exec_driver_sql(f"SELECT count(*) FROM {quoted(table)}")
    return int(found.scalar_one())


def lines(connection: sa.Connection, shape: Shape) -> Generator[list[bytes], None, None]:
    """Each row as a line of JSON, ordered by the key, in portions. Close it when you leave early:
    PostgreSQL's cursor stays open otherwise."""
    sqlite = is_sqlite(connection)
    kinds = {column.name: column.kind for column in shape.columns}
    wanted = ", ".join(reading(name, kind, sqlite=sqlite) for name, kind in kinds.items())
    order = ", ".join(ordering(name, kinds[name], sqlite=sqlite) for name in shape.key)
    portion = 1 if shape.name in _FILES else _PORTION
    result = connection.exec_driver_sql(
        f"SELECT {wanted} FROM {quoted(shape.name)} ORDER BY {order or 1}",
        execution_options={"stream_results": True, "max_row_buffer": portion},
    )
    try:
        for rows in result.partitions(portion):
            yield [_line(row) for row in rows]
    finally:
        result.close()


def _line(row: Sequence[Any]) -> bytes:
    return json.dumps(list(row), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def fill(connection: sa.Connection, shape: Shape, rows: Iterable[list[Any]]) -> None:
    """Write rows of a back-up into an empty table."""
    sqlite = is_sqlite(connection)
    taken = _taken(rows, [writing(column.kind, sqlite=sqlite) for column in shape.columns])
    names = ", ".join(quoted(column.name) for column in shape.columns)
    (_insert if sqlite else _copy)(connection, shape, names, taken)


def _taken(
    rows: Iterable[list[Any]], changes: Sequence[Callable[[Any], Any] | None]
) -> Iterator[list[Any]]:
    changed = [(at, change) for at, change in enumerate(changes) if change is not None]
    for row in rows:
        for at, change in changed:
            if row[at] is not None:
                row[at] = change(row[at])
        yield row


def _insert(connection: sa.Connection, shape: Shape, names: str, rows: Iterator[list[Any]]) -> None:
    marks = ", ".join("?" * len(shape.columns))
    cursor: Any = connection.connection.cursor()
    cursor.executemany(f"INSERT INTO {quoted(shape.name)} ({names}) VALUES ({marks})", rows)
    cursor.close()


def _copy(connection: sa.Connection, shape: Shape, names: str, rows: Iterator[list[Any]]) -> None:
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY {quoted(shape.name)} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.close()


def empty(connection: sa.Connection, tables: Sequence[Shape]) -> None:
    """Take out what migrations may have put in."""
    for shape in reversed(tables):
        connection.exec_driver_sql(f"DELETE FROM {quoted(shape.name)}")
