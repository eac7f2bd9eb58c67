"""One unit of work over the tables of one workspace."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event, orm

from bot.clock import Clock, Ids
from bot.db.base import Row
from bot.errors import NotFound

R = TypeVar("R", bound=Row)


class Session(orm.Session):
    """A SQLAlchemy session that knows its workspace, its clock and its ids.

    Every ORM statement sees the rows of this workspace only. Whoever opens it commits it;
    services never do. After COMMIT, ``topics`` are announced to this process's listeners and what
    stands in ``afterwards`` is called: to count it, nothing that could fail.
    """

    def __init__(
        self, bind: sa.Engine | sa.Connection, *, workspace: int, clock: Clock, ids: Ids
    ) -> None:
        super().__init__(bind, expire_on_commit=False)
        self.workspace, self.clock, self.ids = workspace, clock, ids
        self.topics: set[str] = set()
        self.afterwards: list[Callable[[], object]] = []

    def now(self) -> datetime:
        return self.clock.now()

    def put(self, row: R) -> R:
        """Insert a new row, so that rows which refer to it may follow."""
        row.workspace_id = self.workspace
        if row.id is None:
            row.id = self.ids.new()
        self.add(row)
        self.flush()
        return row

    def find(self, kind: type[R], id: UUID) -> R | None:
        return self.get(kind, (self.workspace, id))

    def need(self, kind: type[R], id: UUID) -> R:
        """The row, or `NotFound`."""
        row = self.find(kind, id)
        if row is None:
            raise NotFound
        return row

    def announce(self, *topics: str) -> None:
        """Tell listeners of these topics, once this is committed, that something changed."""
        self.topics.update(topics)


@event.listens_for(Session, "do_orm_execute")
def _stay_in_the_workspace(state: orm.ORMExecuteState) -> None:
    if state.is_column_load or state.is_relationship_load:
        return
    session = state.session
    assert isinstance(session, Session)
    workspace: Any = session.workspace
    state.statement = state.statement.options(
        orm.with_loader_criteria(
            Row, lambda table: table.workspace_id == workspace, include_aliases=True
        )
    )
