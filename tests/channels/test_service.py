"""Places are known once, paused and resumed."""

import sqlalchemy as sa

from bot.channels.models import Channel, ChannelKind, Overdue
from bot.channels.service import ensure, pause, resume
from bot.db import Session


def square(session: Session, **what: str) -> Channel:
    return ensure(session, network="sandbox", account="main", remote_id="square", **what)  # type: ignore[arg-type]  # names only


def test_a_place_is_made_when_we_meet_it_and_only_then(session: Session) -> None:
    first = square(session, name="The square")
    assert square(session, name="Another name").id == first.id
    assert [one.name for one in session.scalars(sa.select(Channel))] == ["The square"]


def test_a_place_without_a_name_is_called_by_its_id(session: Session) -> None:
    assert square(session).name == "square"


def test_a_new_place_is_careful(session: Session) -> None:
    channel = square(session)
    assert (channel.kind, channel.overdue) == (ChannelKind.COMMUNITY, Overdue.ASK)
    assert (channel.burst_most, channel.burst_minutes, channel.paused_because) == (5, 10, "")


def test_pausing_says_why_until_it_is_resumed(session: Session) -> None:
    channel = square(session)
    pause(session, channel, "The token was revoked.")
    session.flush()
    assert square(session).paused_because == "The token was revoked."
    resume(session, channel)
    session.flush()
    assert square(session).paused_because == ""
    assert session.topics == {"channels", "outbox"}
