"""Understanding what is new in the inbox, before anything is written. Only reads."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.db import Session
from bot.engagement.commands import Asked, asked
from bot.engagement.origins import Place, origins
from bot.engagement.phrases import wants_person
from bot.inbox.models import Event, EventState
from bot.networks import Author, EventKind
from bot.outbox.models import About, Delivery
from bot.products.finding import finder
from bot.reviewing.learning import layer_in_use
from bot.understanding import Context, Kind, ProductFinder, Signal, language_of, understand
from bot.understanding.learning.layer import Layer

SAID = frozenset({EventKind.MESSAGE, EventKind.BUTTON, EventKind.COMMAND})
# Done to a message of ours, which the event itself names.
_DONE_TO_OURS = frozenset({EventKind.REACTION, EventKind.REACTION_REMOVED, EventKind.POLL_VOTE})
_BY_PEOPLE = SAID | _DONE_TO_OURS | {EventKind.EDIT}
# Values of the buttons under our posts and of the chat's own "Talk to a person".
_PERSON = "person"
# Characters from which a text shows its language.
_TELLING = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Our delivery that a message replies to: what it is read in the light of."""

    id: UUID
    about: About
    about_id: UUID | None
    product_id: UUID | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One thing said, and the product it is about."""

    signal: Signal
    product_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A new event, and what it means. ``meanings`` is empty where nothing was said to us."""

    id: UUID
    kind: EventKind
    network: str
    account: str
    channel: str
    conversation: str
    message: str
    thread: str | None
    reply_to: str | None
    author: Author | None
    private: bool
    occurred_at: datetime
    text: str
    language: str
    answers: Answered | None
    meanings: tuple[Meaning, ...]
    wants_person: bool
    command: Asked | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    media: Sequence[Mapping[str, Any]] = ()

    @property
    def asked(self) -> bool:
        """It answers what a partner asked back."""
        question = self.answers is not None and self.answers.about is About.QUESTION
        return question and self.command is None

    @property
    def by_us_or_a_bot(self) -> bool:
        """Never answered, or the bot would talk to itself, or to another bot, without end.

        Who deletes something is often not told; who says something always is.
        """
        if self.kind not in _BY_PEOPLE:
            return False
        if self.author is None:
            return self.kind is not EventKind.EDIT
        return self.author.is_self or self.author.is_bot

    @property
    def erases(self) -> bool:
        """Whether who says it may be forgotten by it."""
        return self.kind is EventKind.FORGET or (self.command is not None and self.command.erases)


def read(session: Session, *, most: int, languages: Sequence[str]) -> list[Understood]:
    """The oldest new events, understood, in the order in which they came.

    One after which somebody may be forgotten is the last: what they say later is somebody new's.
    """
    events = session.scalars(
        sa.select(Event).filter_by(state=EventState.NEW).order_by(Event.id).limit(most)
    ).all()
    elsewhere = origins(session, events)
    answered = _answered(session, events, elsewhere)
    products = finder(session) if events else None
    layer = layer_in_use(session) if events else None
    batch = []
    for event in events:
        light = _light(event, answered, elsewhere)
        batch.append(_understand(event, light, products, languages, layer))
        if batch[-1].erases:
            break
    return batch


def _understand(
    event: Event,
    answers: Answered | None,
    products: ProductFinder | None,
    languages: Sequence[str],
    layer: Layer | None,
) -> Understood:
    details = event.details
    text: str = details["text"]
    assert event.kind is not None
    command = asked(event.kind, text, details["data"])
    human = not command and (wants_person(text) or details["data"].get("value") == _PERSON)
    language = _language(command.words if command else text, answers, languages)
    means = event.kind in SAID or event.kind is EventKind.EDIT
    said = means and text.strip() and not human
    meanings: tuple[Meaning, ...] = ()
    if said and products:
        meanings = (
            commanded(command, text, products)
            if command
            else tuple(_meanings(text, language, answers, products, layer))
        )
    return Understood(
        id=event.id,
        kind=event.kind,
        network=event.network,
        account=event.account,
        channel=details["channel"],
        conversation=event.conversation,
        message=details["message"] or event.dedupe_key,
        thread=details["thread"],
        reply_to=details["reply_to"],
        author=details["author"] and Author(**details["author"]),
        private=details["private"],
        occurred_at=event.occurred_at,
        text=text,
        answers=answers,
        language=language,
        meanings=meanings,
        wants_person=human,
        command=command,
        data=details["data"],
        media=details.get("media", ()),
    )


def commanded(command: Asked, text: str, products: ProductFinder) -> tuple[Meaning, ...]:
    """What a command means by its words: `suggest` surely a suggestion, a person said so."""
    if command.name != "suggest" or not command.words:
        return ()
    return (surely(command.words, command.start, products),)


def surely(words: str, start: int, products: ProductFinder) -> Meaning:
    """The words as a suggestion, whatever they sound like. ``start``: where they stand."""
    heard = understand(words)[0]
    found = products.find(words)
    product = found[0].key if found else None
    assert product is None or isinstance(product, UUID)
    signal = Signal(
        kind=Kind.SUGGESTION,
        facet=heard.facet,
        topic=heard.topic,
        polarity=heard.polarity,
        words=words,
        start=start,
        end=start + len(words),
        confidence=1.0,
        why=("they said that it is one",),
    )
    return Meaning(signal=signal, product_id=product)


def _language(text: str, answers: Answered | None, languages: Sequence[str]) -> str:
    """One word tells little: then it is the language of what it answers, else the shop's own."""
    if len(text) >= _TELLING:
        return language_of(text, languages)
    return language_of(answers.text, languages) if answers else languages[0]


def _meanings(
    text: str,
    language: str,
    answers: Answered | None,
    products: ProductFinder,
    layer: Layer | None,
) -> Iterator[Meaning]:
    asked = answers is not None and answers.about is About.QUESTION
    context = None
    if answers is not None:
        context = Context(question=answers.text) if asked else Context(post=answers.text)
    thread = _products_of(answers, products) if answers else []
    for signal in understand(text, context=context, language=language, layer=layer):
        # "Love the cup. Please make it bigger": the product may stand in another sentence.
        found = products.find(signal.words, context=thread)
        if not found and signal.words != text:
            found = products.find(text, context=thread)
        product = found[0].key if found else None
        assert product is None or isinstance(product, UUID)
        yield Meaning(signal=signal, product_id=product)


def _products_of(answers: Answered, products: ProductFinder) -> list[Hashable]:
    """What the thread is about: said by who wrote the post, else named in its words."""
    if answers.product_id:
        return [answers.product_id]
    return [found.key for found in products.find(answers.text) if found.exact]


# Network, account, channel, message: all by the network's own ids.
_Place = tuple[str, str, str, str]


def _places(event: Event, elsewhere: Mapping[UUID, Place]) -> list[_Place]:
    """The messages in whose light an event may stand, the nearest first."""
    details = event.details
    named = [details.get("reply_to"), details.get("thread")]
    if event.kind in _DONE_TO_OURS:
        named = [details.get("message"), details.get("reply_to")]
    found = [(details.get("channel", ""), remote) for remote in named if remote]
    if event.id in elsewhere:
        found.append(elsewhere[event.id])
    return [(event.network, event.account, *place) for place in found]


def _light(
    event: Event, answered: Mapping[_Place, Answered], elsewhere: Mapping[UUID, Place]
) -> Answered | None:
    places = _places(event, elsewhere)
    return next((answered[place] for place in places if place in answered), None)


def _answered(
    session: Session, events: Sequence[Event], elsewhere: Mapping[UUID, Place]
) -> dict[_Place, Answered]:
    remotes = {remote for event in events for *_, remote in _places(event, elsewhere)}
    if not remotes:
        return {}
    rows = session.execute(
        sa.select(Channel.network, Channel.account, Channel.remote_id, Delivery)
        .join(
            Channel,
            sa.and_(
                Channel.workspace_id == Delivery.workspace_id, Channel.id == Delivery.channel_id
            ),
        )
        .where(Delivery.remote_id.in_(remotes))
    )
    return {
        (network, account, channel, str(delivery.remote_id)): Answered(
            id=delivery.id,
            about=delivery.about,
            about_id=delivery.about_id,
            product_id=delivery.product_id,
            text=delivery.content["text"],
        )
        for network, account, channel, delivery in rows
    }
