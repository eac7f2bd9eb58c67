"""Knowing the places where we speak, pausing and resuming them."""

from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel, ChannelKind
from bot.db import Base, Session, insert_new

_KEY = ("network", "account", "remote_id")


def ensure(
    session: Session,
    *,
    network: str,
    account: str,
    remote_id: str,
    name: str = "",
    kind: ChannelKind = ChannelKind.COMMUNITY,
) -> Channel:
    """The channel of that remote id, made when we meet it for the first time."""
    where = sa.select(Channel).filter_by(network=network, account=account, remote_id=remote_id)
    channel = session.scalar(where)
    if channel is None:
        values = {
            "network": network,
            "account": account,
            "remote_id": remote_id,
            "name": name or remote_id,
            "kind": kind,
        }
        if insert_new(session, Channel, [values], unique=_KEY):
            session.announce("channels")
        channel = session.scalars(where).one()
    return channel


def pause(session: Session, channel: Channel, because: str) -> None:
    """Say nothing there until a person resumes it. ``because`` is shown to staff."""
    if not channel.paused_because:
        channel.paused_at = session.now()
    channel.paused_because = because
    session.announce("channels")


def resume(session: Session, channel: Channel) -> None:
    channel.paused_because, channel.paused_at = "", None
    session.announce("channels", "outbox")


def move(session: Session, channel: Channel | None, to: str) -> None:
    """The place has another id at its network now. What waits to be said there follows.

    Where the new id was met already, what hangs on that row comes over. What we said under the old
    id can't be answered any more: ids may begin anew there, and must not be taken for the old ones.
    """
    if channel is None or channel.remote_id == to:
        return
    young = session.scalar(
        sa.select(Channel).filter_by(network=channel.network, account=channel.account, remote_id=to)
    )
    _keep_apart(session, channel)
    if young is not None:
        _take_over(session, channel, young)
    was_nameless = channel.name == channel.remote_id
    channel.remote_id = to
    if was_nameless:
        channel.name = to
    session.flush()
    session.announce("channels", "outbox")


def _keep_apart(session: Session, channel: Channel) -> None:
    said = Base.metadata.tables["delivery"]
    session.execute(
        sa.update(said)
        .where(
            said.c.workspace_id == session.workspace,
            said.c.channel_id == channel.id,
            said.c.remote_id.is_not(None),
        )
        .values(remote_id=sa.literal(f"{channel.remote_id}/") + said.c.remote_id)
    )


def _take_over(session: Session, channel: Channel, young: Channel) -> None:
    """Every row that refers to the young one refers to the other; one that can't, because it is
    there already, goes with it."""
    session.flush()
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name != "channel" or key.column.name != "id":
                continue
            column = key.parent
            for row in session.execute(
                sa.select(table.c.id).where(
                    table.c.workspace_id == session.workspace, column == young.id
                )
            ).all():
                _repoint(session, table, row.id, column, channel)
    said = Base.metadata.tables["delivery"]
    session.execute(
        sa.update(said)
        .where(said.c.workspace_id == session.workspace, said.c.channel_id == channel.id)
        .values(conversation=sa.func.replace(said.c.conversation, young.id.hex, channel.id.hex))
    )
    session.delete(young)
    session.flush()


def _repoint(
    session: Session, table: sa.Table, id: UUID, column: sa.Column[UUID], channel: Channel
) -> None:
    one = sa.and_(table.c.workspace_id == session.workspace, table.c.id == id)
    try:
        with session.begin_nested():
            session.execute(sa.update(table).where(one).values({column.name: channel.id}))
    except sa.exc.IntegrityError:
        session.execute(sa.delete(table).where(one))
