"""People talking to the shop: what they say goes in by the front door and is read at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import sqlalchemy as sa
from sqlalchemy import event

from bot.db import Database, Session
from bot.engagement.handling import keep
from bot.engagement.reading import read
from bot.engagement.telling import Voices
from bot.inbox.models import Message
from bot.inbox.service import receive
from bot.networks import Author, EventKind, InboundEvent, NotUnderstood

NETWORK, ACCOUNT, CHANNEL = "sandbox", "main", "lounge"
_SPEAK = Voices(languages=("en", "de"), shop="Willow & Wren")
_numbers = count(1)


def say(
    session: Session,
    text: str,
    *,
    by: str = "Mara Lind",
    channel: str = CHANNEL,
    thread: str | None = None,
    private: bool = False,
) -> Message:
    """They say it, and Hubbub reads and answers it."""
    number = str(next(_numbers))
    receive(
        session,
        [
            InboundEvent(
                network=NETWORK,
                account=ACCOUNT,
                dedupe_key=number,
                kind=EventKind.MESSAGE,
                occurred_at=session.now(),
                channel=channel,
                raw=text.encode(),
                message=f"m{number}",
                thread=thread,
                reply_to=thread,
                author=Author(id=by, name=by),
                text=text,
                private=private,
            )
        ],
    )
    keep(session, read(session, most=10, languages=_SPEAK.languages), _SPEAK)
    return session.scalars(sa.select(Message).filter_by(remote_id=f"m{number}")).one()


def garble(session: Session, raw: bytes, reason: str = "There is no author in it.") -> None:
    """Something comes in that the adapter can't translate."""
    key = f"garbled-{next(_numbers)}"
    receive(
        session,
        [NotUnderstood(network=NETWORK, account=ACCOUNT, dedupe_key=key, raw=raw, reason=reason)],
    )


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """The statements that readers send meanwhile."""
    statements: list[str] = []

    def note(*given: object) -> None:
        statements.append(str(given[2]))

    event.listen(database.readers, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.readers, "before_cursor_execute", note)
