"""The staff's rail: its sections with their counts, and the channels with their health."""

from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa

from bot.channels.models import Channel, ChannelKind
from bot.db import Session
from bot.engagement.closing.models import GoAhead
from bot.inbox.models import Message
from bot.logs import mask
from bot.networks import Adapter
from bot.outbox import quiet
from bot.suggestions.models import Suggestion, SuggestionState
from bot.suppliers.models import Case
from bot.watching.alarms import Alarm
from bot.web.house import ChannelItem, NavItem, Notice, Shell
from content_calendar.models import Post, Stage


def shell(
    adapters: Mapping[tuple[str, str], Adapter], alarms: Callable[[Session], Sequence[Alarm]]
) -> Shell:
    return Shell(
        nav=(
            NavItem(href="/calendar", label="Calendar", icon="calendar"),
            NavItem(href="/queue", label="Queue", icon="cycle"),
            NavItem(href="/approvals", label="Approvals", icon="check", count=_to_approve),
            NavItem(href="/inbox", label="Inbox", icon="inbox", count=_unanswered),
            NavItem(href="/suggestions", label="Suggestions", icon="bulb", count=_new_suggestions),
            NavItem(href="/review", label="Review", icon="eye"),
            NavItem(href="/partners", label="Partners", icon="partners", count=_ownerless),
            NavItem(href="/told", label="Who hears it", icon="send", count=_to_agree),
            NavItem(href="/board", label="You said, we did", icon="star"),
            NavItem(href="/products", label="Products", icon="box"),
            NavItem(href="/needs-a-look", label="Needs a look", icon="bell", count=_wrong(alarms)),
            NavItem(href="/mail", label="Mail", icon="mail"),
            NavItem(href="/settings", label="Settings", icon="settings"),
        ),
        channels=_channels(adapters),
        notice=_quiet,
    )


def _quiet(session: Session) -> Notice | None:
    if quiet.current(session) is None:
        return None
    return Notice(
        text="This database was restored from a back-up. Nothing leaves until an owner says so.",
        href="/quiet",
        label="See what waits",
    )


def _count(session: Session, kind: type[object], *where: sa.ColumnExpressionArgument[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(kind).where(*where)) or 0


def _unanswered(session: Session) -> int:
    return _count(session, Message, Message.wants_person, Message.answered_at.is_(None))


def _to_approve(session: Session) -> int:
    return _count(session, Post, Post.stage == Stage.IN_REVIEW)


def _new_suggestions(session: Session) -> int:
    return _count(
        session,
        Suggestion,
        Suggestion.state == SuggestionState.NEW,
        Suggestion.merged_into_id.is_(None),
    )


def _ownerless(session: Session) -> int:
    return _count(session, Case, Case.supplier_id.is_(None))


def _to_agree(session: Session) -> int:
    return _count(session, GoAhead, GoAhead.agreed_at.is_(None))


def _wrong(alarms: Callable[[Session], Sequence[Alarm]]) -> Callable[[Session], int]:
    return lambda session: sum(alarm.count for alarm in alarms(session))


def _channels(
    adapters: Mapping[tuple[str, str], Adapter],
) -> Callable[[Session], Sequence[ChannelItem]]:
    def read(session: Session) -> list[ChannelItem]:
        places = session.scalars(
            sa.select(Channel).filter_by(kind=ChannelKind.COMMUNITY).order_by(Channel.name)
        )
        return [_item(channel, adapters) for channel in places]

    return read


def _item(channel: Channel, adapters: Mapping[tuple[str, str], Adapter]) -> ChannelItem:
    adapter = adapters.get((channel.network, channel.account))
    if channel.paused_because:
        state, note = "off", channel.paused_because
    elif adapter is None:
        state, note = "off", "This network is switched off."
    else:
        health, said = adapter.health()
        state, note = health.value, mask(said)
    return ChannelItem(
        name=channel.name, network=channel.network, state=state, note=note, id=channel.id
    )
