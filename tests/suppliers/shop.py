"""A small shop for these tests: products, people, and what they say."""

from bot.channels.service import ensure
from bot.db import Session
from bot.inbox.models import Event, EventState, Message, Signal
from bot.members.models import Member
from bot.members.service import meet
from bot.networks import Author, EventKind
from bot.products import service as products
from bot.products.models import Product
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers.models import Answer, Case
from bot.understanding import Facet, Kind

CATALOGUE = """sku,name,brand,aliases
K-1,Brew kettle,Alba,kettle
K-2,Milk pan,Alba,
T-1,Tea tin,Nord,tin
"""


def open_shop(session: Session) -> None:
    products.apply(session, products.plan_import(session, CATALOGUE))


def product(session: Session, sku: str) -> Product:
    return session.query(Product).filter_by(sku=sku).one()


def suggest(
    session: Session,
    words: str = "please make the lid dishwasher-safe",
    *,
    sku: str | None = "K-1",
    kind: Kind = Kind.SUGGESTION,
    people: tuple[str, ...] = ("Ana Lopez",),
) -> Suggestion:
    """A suggestion that these people made, each in the same words."""
    suggestion = session.put(
        Suggestion(
            kind=kind,
            facet=Facet.IMPROVEMENT,
            product_id=product(session, sku).id if sku else None,
            words=words,
            created_at=session.now(),
            last_voice_at=session.now(),
        )
    )
    session.flush()
    for name in people:
        speak(session, suggestion, name, words)
    return suggestion


def speak(session: Session, suggestion: Suggestion, name: str, words: str) -> Voice:
    """One more person says it, in our web chat."""
    member = meet(session, network="webchat", account="default", author=Author(id=name, name=name))
    message = _message(session, member, words)
    signal = session.put(
        Signal(
            message_id=message.id,
            product_id=suggestion.product_id,
            kind=suggestion.kind,
            facet=suggestion.facet,
            polarity=0.0,
            words=words,
            start=0,
            end=len(words),
            confidence=0.9,
            why=[],
        )
    )
    return session.put(
        Voice(
            suggestion_id=suggestion.id,
            person_id=member.person_id,
            member_id=member.id,
            message_id=message.id,
            signal_id=signal.id,
            words=words,
            said_at=session.now(),
        )
    )


def reply(session: Session, case: Case, name: str, words: str) -> Answer:
    """Somebody answers what the partner asked."""
    member = meet(session, network="webchat", account="default", author=Author(id=name, name=name))
    message = _message(session, member, words)
    return session.put(
        Answer(case_id=case.id, message_id=message.id, words=words, said_at=session.now())
    )


def _message(session: Session, member: Member, words: str) -> Message:
    channel = ensure(session, network="webchat", account="default", remote_id="lounge")
    event = session.put(
        Event(
            network="webchat",
            account="default",
            dedupe_key=str(session.ids.new()),
            kind=EventKind.MESSAGE,
            conversation="lounge",
            received_at=session.now(),
            occurred_at=session.now(),
            raw=b"",
            details={},
            state=EventState.DONE,
        )
    )
    return session.put(
        Message(
            id=event.id,
            channel_id=channel.id,
            member_id=member.id,
            remote_id=event.dedupe_key,
            conversation="lounge",
            text=words,
            private=False,
            said_at=session.now(),
        )
    )
