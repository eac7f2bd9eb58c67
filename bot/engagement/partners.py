"""What partners answer, told apart from what people say: it goes to the case, not into a new one.

The same human may be a partner here and a consumer there, so only an answer to a letter counts, a
button below one, or a word that decides in the chat where letters go.
"""

from collections.abc import Iterable

from bot.db import Session
from bot.engagement.reading import SAID, Understood
from bot.outbox.models import About
from bot.suppliers.correspondence import chats
from bot.suppliers.correspondence.answering import Came, by_mail
from bot.suppliers.correspondence.models import Way


def take(session: Session, batch: Iterable[Understood]) -> list[Understood]:
    """Take in what partners answered; gives back everything else."""
    return [one for one in batch if not _is_taken(session, one)]


def _is_taken(session: Session, one: Understood) -> bool:
    if one.kind not in SAID or not one.private or one.author is None:
        return False
    if "tag" in one.data:  # only what came to an address for answers has one, even if it is empty
        by_mail(session, _came(one, Way.MAIL), str(one.data["tag"]))
        return True
    value = str(one.data.get("value", ""))
    answered = one.answers.id if one.answers and one.answers.about is About.CASE else None
    if not (answered or chats.may_be_for_us(one.text, value)):
        return False
    return chats.take(
        session,
        _came(one, Way.CHAT),
        place=chats.Place(
            network=one.network,
            account=one.account,
            channel=one.channel,
            person=one.author.id,
        ),
        answered=answered,
        value=value,
    )


def _came(one: Understood, way: Way) -> Came:
    assert one.author is not None
    return Came(
        id=one.id,
        way=way,
        message=one.message,
        thread=one.thread if way is Way.MAIL else one.thread or one.message,
        sender=one.author.id,
        text=one.text,
        at=one.occurred_at,
        automatic=str(one.data.get("automatic", "")),
        problem=str(one.data.get("problem", "")),
    )
