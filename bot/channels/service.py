"""Knowing the places where we speak, pausing and resuming them."""

import sqlalchemy as sa

from bot.channels.models import Channel, ChannelKind
from bot.db import Session, insert_new

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
