"""Reading what is set up: places where we speak, accounts on the networks, people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bot.accounts.models import User, UserSession
from bot.channels.models import Channel, ChannelKind
from bot.db import Session
from bot.logs import mask
from bot.networks import Adapter, Health, Plugin


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of ours on a network, and how it is doing."""

    network: str
    title: str
    account: str
    health: Health
    note: str


def communities(session: Session) -> Sequence[Channel]:
    """The places that many people read, by name."""
    return session.scalars(
        sa.select(Channel).filter_by(kind=ChannelKind.COMMUNITY).order_by(Channel.name, Channel.id)
    ).all()


def health(place: Channel, adapters: Mapping[tuple[str, str], Adapter]) -> Health:
    """Whether anything can go out there now."""
    adapter = adapters.get((place.network, place.account))
    if place.paused_because or adapter is None:
        return Health.OFF
    return adapter.health()[0]


def accounts(
    adapters: Mapping[tuple[str, str], Adapter], plugins: Mapping[str, Plugin]
) -> list[Account]:
    """What is switched on, by network."""
    found = []
    for (network, account), adapter in sorted(adapters.items()):
        health, note = adapter.health()
        title = plugins[network].title if network in plugins else network.capitalize()
        found.append(
            Account(network=network, title=title, account=account, health=health, note=mask(note))
        )
    return found


def switched_off(
    adapters: Mapping[tuple[str, str], Adapter], plugins: Mapping[str, Plugin]
) -> list[str]:
    """Networks that are installed and not set up, in words."""
    used = {network for network, _ in adapters}
    return sorted(plugin.title for name, plugin in plugins.items() if name not in used)


def people(session: Session) -> list[tuple[User, bool]]:
    """The staff, and whether each has ever come in."""
    entered = sa.exists().where(
        UserSession.workspace_id == User.workspace_id, UserSession.user_id == User.id
    )
    rows = session.execute(sa.select(User, entered).order_by(User.disabled_at, User.name, User.id))
    return [(user, been) for user, been in rows]
