"""What new messages lead to: signals, suggestions, cases and answers, in one transaction."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel
from bot.channels.service import ensure
from bot.db import Session, insert_all
from bot.engagement import phrases
from bot.engagement.forgetting import rewrite
from bot.engagement.reading import Understood
from bot.engagement.telling import Voices
from bot.inbox.models import Event, EventState, Message, Signal
from bot.members.models import Member
from bot.members.service import Identity, meet_all
from bot.networks import Action, Content, EventKind
from bot.outbox import service as outbox
from bot.outbox.models import About
from bot.products.models import Product
from bot.suggestions.hearing import MATTERS, Heard, Matter, hear
from bot.suppliers.models import Answer, Case, Supplier
from bot.suppliers.opening import open_cases
from bot.understanding import Kind

# Below this a signal is kept for staff to see but opens nothing by itself.
_SURE_ENOUGH = 0.5

_SAID = {EventKind.MESSAGE, EventKind.BUTTON, EventKind.COMMAND}


def keep(session: Session, batch: list[Understood], speak: Voices) -> int:
    """Write down what the batch means and what to answer; gives how many events are done.

    Events that another process has done meanwhile are passed over.
    """
    ids = [understood.id for understood in batch]
    is_fresh = sa.and_(Event.id.in_(ids), Event.state == EventState.NEW)
    fresh = set(session.scalars(sa.select(Event.id).where(is_fresh).with_for_update()))
    work = _Work(session, speak)
    work.handle([one for one in batch if one.id in fresh and not one.by_us_or_a_bot])
    session.execute(
        sa.update(Event).where(is_fresh).values(state=EventState.DONE),
        execution_options={"synchronize_session": False},
    )
    session.announce("messages")
    return len(fresh)


@dataclass(slots=True)
class _Work:
    """What one transaction has met and is going to write, written together at its end."""

    session: Session
    speak: Voices
    channels: dict[tuple[str, str, str], Channel] = field(default_factory=dict)
    members: dict[Identity, Member] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    signals: list[dict[str, Any]] = field(default_factory=list)
    matters: list[Matter] = field(default_factory=list)
    heard: dict[UUID, list[Heard]] = field(default_factory=dict)

    def handle(self, batch: list[Understood]) -> None:
        said = [one for one in batch if one.kind in _SAID]
        self.members = meet_all(
            self.session,
            [(one.network, one.account, one.author) for one in said if one.author],
        )
        for one in said:
            self._note(one)
            self._note_signals(one)
        insert_all(self.session, Message, self.messages)
        insert_all(self.session, Signal, self.signals)
        for heard in hear(self.session, self.matters):
            self.heard.setdefault(heard.matter.message_id, []).append(heard)
        owners = self._open_cases()
        answers = [self._say(one, text) for one in said if (text := self._answer(one, owners))]
        outbox.enqueue_all(self.session, answers)
        for one in batch:
            if one.kind is EventKind.EDIT:
                rewrite(self.session, one, one.text)
            elif one.kind is EventKind.DELETE:
                rewrite(self.session, one, "")

    def _note(self, one: Understood) -> None:
        channel = self._channel(one)
        asks = any(meaning.signal.kind is Kind.QUESTION for meaning in one.meanings)
        self.messages.append(
            {
                "id": one.id,
                "channel_id": channel.id,
                "member_id": self._member(one).id,
                "remote_id": one.message,
                "conversation": one.conversation,
                "thread": one.thread,
                "reply_to": one.reply_to,
                "answers_id": one.answers.id if one.answers else None,
                "text": one.text,
                "private": one.private,
                "said_at": one.occurred_at,
                "wants_person": one.wants_person or asks,
            }
        )
        self.session.announce(f"chat:{channel.id.hex}")

    def _note_signals(self, one: Understood) -> None:
        member = self._member(one)
        for meaning in one.meanings:
            said = meaning.signal
            id = self.session.ids.new()
            self.signals.append(
                {
                    "id": id,
                    "message_id": one.id,
                    "product_id": meaning.product_id,
                    "kind": said.kind,
                    "facet": said.facet,
                    "polarity": said.polarity,
                    "words": said.words,
                    "start": said.start,
                    "end": said.end,
                    "confidence": said.confidence,
                    "why": list(said.why),
                }
            )
            if one.asked or said.kind not in MATTERS or said.confidence < _SURE_ENOUGH:
                continue
            self.matters.append(
                Matter(
                    kind=said.kind,
                    facet=said.facet,
                    product_id=meaning.product_id,
                    words=said.words,
                    said_at=one.occurred_at,
                    message_id=one.id,
                    signal_id=id,
                    member_id=member.id,
                    person_id=member.person_id,
                )
            )

    def _open_cases(self) -> dict[UUID, str | None]:
        """The partner's name by suggestion, None where it is still to be found out whose it is."""
        everything = [heard for several in self.heard.values() for heard in several]
        opened = [heard.suggestion_id for heard in everything if heard.opened]
        said = [heard.matter.said_at for heard in everything if heard.opened]
        open_cases(self.session, opened, since=min(said, default=self.session.now()))
        if len(everything) > len(opened):
            self.session.announce("cases")  # more people behind them: partners see it
        owners = (
            sa.select(Case.suggestion_id, Supplier.name)
            .join(Supplier, Supplier.id == Case.supplier_id)
            .where(Case.suggestion_id.in_({heard.suggestion_id for heard in everything}))
        )
        return dict(self.session.execute(owners).all()) if everything else {}

    def _answer(self, one: Understood, owners: dict[UUID, str | None]) -> str:
        name = self._member(one).name
        if one.wants_person:
            return phrases.person_comes(language=one.language, name=name, shop=self.speak.shop)
        if one.asked:
            return self._answer_to_partner(one, name)
        if heard := self.heard.get(one.id):
            return "\n".join(self._acknowledge(one, name, each, owners) for each in heard[:2])
        return self._courtesy(one, name)

    def _acknowledge(
        self, one: Understood, name: str, heard: Heard, owners: dict[UUID, str | None]
    ) -> str:
        product = heard.matter.product_id and self.session.need(Product, heard.matter.product_id)
        return phrases.acknowledge(
            heard.matter.kind,
            language=one.language,
            name=name,
            words=heard.matter.words,
            product=product.name if product else None,
            partner=owners.get(heard.suggestion_id),
            others=heard.others,
            again=heard.again,
        )

    def _answer_to_partner(self, one: Understood, name: str) -> str:
        """A consumer answers what a partner asked: it goes to the case, not into a new one."""
        assert one.answers is not None
        assert one.answers.about_id is not None
        case = self.session.need(Case, one.answers.about_id)
        self.session.put(
            Answer(case_id=case.id, message_id=one.id, words=one.text, said_at=one.occurred_at)
        )
        self.session.announce("cases")
        partner = case.supplier_id and self.session.need(Supplier, case.supplier_id)
        return phrases.answer_passed_on(
            language=one.language, name=name, partner=partner.name if partner else None
        )

    def _courtesy(self, one: Understood, name: str) -> str:
        """Questions and praise are answered; chatter only where somebody speaks to us alone."""
        kinds = [m.signal.kind for m in one.meanings if m.signal.confidence >= _SURE_ENOUGH]
        polite: list[Kind] = [kind for kind in (Kind.QUESTION, Kind.PRAISE) if kind in kinds]
        if one.private and not polite:
            polite = [Kind.CHATTER]
        if not polite:
            return ""
        return phrases.acknowledge(
            polite[0],
            language=one.language,
            name=name,
            words="",
            product=None,
            partner=None,
            others=0,
        )

    def _say(self, one: Understood, text: str) -> dict[str, Any]:
        member = self._member(one)
        if not member.told_it_is_a_bot:
            member.told_it_is_a_bot = True
            text = f"{text}\n{phrases.disclosure(one.language, self.speak.shop)}"
        return outbox.draft(
            self.session,
            key=f"answer:{one.id.hex}",
            channel=self._channel(one),
            action=Action.DIRECT if one.private else Action.REPLY,
            content=Content(text=text),
            about=About.ACKNOWLEDGEMENT,
            about_id=one.id,
            since=one.occurred_at,
            thread=one.thread or one.message,
            reply_to=one.message,
            recipient=member.remote_id if one.private else None,
        )

    def _channel(self, one: Understood) -> Channel:
        place = (one.network, one.account, one.channel)
        if place not in self.channels:
            channel = ensure(
                self.session, network=one.network, account=one.account, remote_id=one.channel
            )
            channel.last_event_at = self.session.now()
            self.channels[place] = channel
        return self.channels[place]

    def _member(self, one: Understood) -> Member:
        assert one.author is not None
        return self.members[one.network, one.account, one.author.id]
