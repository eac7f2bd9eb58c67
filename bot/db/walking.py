"""Finding a few rows by an index, whatever the database believes to know about its tables."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from bot.db.session import Session

_DETOURS = ("enable_sort", "enable_bitmapscan", "enable_seqscan")


@contextmanager
def by_index(session: Session) -> Iterator[None]:
    """Within it PostgreSQL takes no plan that reads everything first and sorts it then.

    It would where it believes that there is little, which it does just when much has come since it
    last looked. A plain walk also marks what is dead in the index, so that the next passes over it
    (https://www.postgresql.org/docs/current/btree.html#BTREE-DELETION).
    SQLite plans by the query alone.
    """
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    session.execute(_switch("off"))
    yield
    session.execute(_switch("on"))  # an error ends the transaction, and this with it


def _switch(to: str) -> sa.Select[tuple[str, ...]]:
    return sa.select(*(sa.func.set_config(name, to, True) for name in _DETOURS))
