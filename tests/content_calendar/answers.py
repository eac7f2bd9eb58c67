"""What people do in reply to a post, as the network would tell it."""

from itertools import count

import sqlalchemy as sa

from bot.db import Session
from bot.engagement.handling import keep
from bot.engagement.reading import read
from bot.engagement.telling import Voices
from bot.inbox.service import receive
from bot.networks import Author, EventKind, InboundEvent
from bot.outbox.models import Delivery, DeliveryState
from content_calendar.models import Post

_SPEAK = Voices(languages=("en",), shop="Kettle & Co")
_numbers = count(1)


def sent(session: Session, post: Post) -> list[Delivery]:
    """All of the post is there, with an id of the network's."""
    found = list(session.scalars(sa.select(Delivery).filter_by(about_id=post.id)))
    for one in found:
        one.state, one.sent_at = DeliveryState.SENT, one.due_at
        one.remote_id = one.remote_id or f"m{next(_numbers)}"
    session.flush()
    return found


def happens(
    session: Session,
    post: Post,
    text: str = "",
    *,
    who: str = "Ada",
    kind: EventKind = EventKind.MESSAGE,
    **more: object,
) -> None:
    """Somebody answers the post, or reacts to it, on each of its channels."""
    for one in sent(session, post):
        number, reacts = f"e{next(_numbers)}", kind is not EventKind.MESSAGE
        event = InboundEvent(
            network="webchat",
            account="1",
            dedupe_key=number,
            kind=kind,
            occurred_at=session.now(),
            channel="lobby",
            raw=b"",
            message=one.remote_id if reacts else number,
            reply_to=None if reacts else one.remote_id,
            author=Author(id=who, name=who),
            text=text,
            data=dict(more),
        )
        receive(session, [event])
        keep(session, read(session, most=10, languages=("en",)), _SPEAK)
