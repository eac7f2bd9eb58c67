"""Taking the sample shop out again: every row that it put in, and what can't be without them."""

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa

from bot.all_models import metadata
from bot.db import Session
from bot.products.models import Product
from bot.sample.stage import MARK

# What a statement takes at once.
_PORTION = 500

Doomed = dict[str, set[UUID]]  # ids by table
Link = tuple[sa.Table, sa.Column[UUID], str]  # table, the column that refers, the table referred to

_TABLES = [table for table in metadata.sorted_tables if "id" in table.c]
_TOPICS = (
    "inbox outbox calendar messages suggestions cases partners products channels sessions".split()
)


def is_in(session: Session) -> bool:
    """Whether the sample shop is here."""
    product = metadata.tables[Product.__tablename__].c.id
    return session.scalar(sa.select(product).where(_marked(product)).limit(1)) is not None


def remove(session: Session) -> int:
    """Take it out; gives how many rows went. What others have put in stays.

    A row of theirs that only spoke of the sample's lets go of it; one that makes no sense without
    it (a voice behind a suggestion of the sample's, a browser signed in as its owner) goes too.
    """
    doomed: Doomed = defaultdict(set)
    for table in _TABLES:
        doomed[table.name] |= set(session.scalars(sa.select(table.c.id).where(_marked(table.c.id))))
    while any(_add_dependents(session, doomed, *link) for link in _links(lets_go=False)):
        continue
    for table, column, referred in _links(lets_go=True):
        for some in _portions(doomed[referred]):
            held = sa.update(table).where(_ours(session, table), column.in_(some))
            session.execute(held.values({column: None}))
    for table in reversed(_TABLES):
        for some in _portions(doomed[table.name]):
            session.execute(sa.delete(table).where(_ours(session, table), table.c.id.in_(some)))
    session.announce(*_TOPICS)
    return sum(len(ids) for ids in doomed.values())


def _marked(column: sa.ColumnElement[UUID]) -> sa.ColumnElement[bool]:
    """Its last letters are the same with hyphens (PostgreSQL) and without (SQLite)."""
    return sa.cast(column, sa.String).like(f"%{MARK.hex()}")


def _ours(session: Session, table: sa.Table) -> sa.ColumnElement[bool]:
    return table.c.workspace_id == session.workspace


def _links(*, lets_go: bool) -> Iterator[Link]:
    """Every reference between tables: those that may become empty, or those that may not."""
    for table in _TABLES:
        for key in table.foreign_key_constraints:
            column = next(column for column in key.columns if column.name != "workspace_id")
            # Whatever a partner covers, it is one of two: neither may become empty.
            may_be_empty = bool(column.nullable) and table.name != "coverage"
            if may_be_empty is lets_go:
                yield table, column, key.referred_table.name


def _add_dependents(
    session: Session, doomed: Doomed, table: sa.Table, column: sa.Column[UUID], referred: str
) -> bool:
    """Whether there were more rows that can't be without those."""
    before = len(doomed[table.name])
    for some in _portions(doomed[referred]):
        found = sa.select(table.c.id).where(_ours(session, table), column.in_(some))
        doomed[table.name] |= set(session.scalars(found))
    return len(doomed[table.name]) > before


def _portions(ids: set[UUID]) -> Iterator[list[UUID]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _PORTION):
        yield ordered[start : start + _PORTION]
