"""What new messages lead to: signals, suggestions, cases and answers, in one transaction."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.channels.models import Channel, ChannelKind
from bot.channels.service import ensure
from bot.db import Session, insert_all
from bot.engagement import desk as desks
from bot.engagement import erasing, happenings, partners, phrases, reaching, replies
from bot.engagement.desk import Desk
from bot.engagement.forgetting import rewrite
from bot.engagement.persons import belonging
from bot.engagement.persons.desk import refusal
from bot.engagement.reading import SAID, Meaning, Understood
from bot.engagement.telling import Voices
from bot.inbox.models import Event, EventState, Message, Signal
from bot.members.models import Answers, Member
from bot.members.service import Identity, meet_all
from bot.networks import Action, Content, EventKind
from bot.outbox import service as outbox
from bot.outbox.models import About
from bot.products.models import Product
from bot.reviewing.models import Mode
from bot.reviewing.trust import SURE_ENOUGH, modes
from bot.suggestions.hearing import MATTERS, Heard, Matter, hear
from bot.suppliers import pictures
from bot.suppliers.models import Answer, Case, Supplier
from bot.suppliers.opening import open_cases
from bot.understanding import Kind

# Who did it is met, and counted as a person.
_BY_MEMBERS = SAID | {
    EventKind.REACTION,
    EventKind.REACTION_REMOVED,
    EventKind.POLL_VOTE,
    EventKind.MEMBER_LEFT,
    EventKind.FORGET,
}


def keep(session: Session, batch: list[Understood], speak: Voices) -> int:
    """Write down what the batch means and what to answer; gives how many events are done.

    Events that another process has done meanwhile are passed over.
    """
    ids = [understood.id for understood in batch]
    is_fresh = sa.and_(Event.id.in_(ids), Event.state == EventState.NEW)
    fresh = set(session.scalars(sa.select(Event.id).where(is_fresh).with_for_update()))
    work = _Work(session, speak)
    heard = [one for one in batch if one.id in fresh and not one.by_us_or_a_bot]
    work.handle(partners.take(session, heard))
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
    erasures: list[tuple[UUID, str]] = field(default_factory=list)
    refused: dict[UUID, str] = field(default_factory=dict)  # by message: the partner they speak for
    modes: dict[Kind, Mode] | None = None

    def handle(self, batch: list[Understood]) -> None:
        said = [one for one in batch if one.kind in SAID]
        self.members = meet_all(
            self.session,
            [
                (one.network, one.account, one.author)
                for one in batch
                if one.author and one.kind in _BY_MEMBERS
            ],
        )
        desk = Desk(self.session, self.speak)
        desk.recall(said)
        for one in said:
            self._note(one)
            self._note_signals(one, desk.take(one, self._member(one)))
        self._write()
        owners = self._open_cases()
        for one in said:
            if one.media and (one.asked or one.id in self.heard):
                pictures.note(self.session, one.id, one.media)
        self._answer_all(said, desk, owners)
        for one in batch:
            if one.kind is EventKind.EDIT:
                self._edit(one)
            elif one.kind not in SAID:
                self._name(one)
                happenings.follow(self.session, one, self._member_of(one))
        for person, code in self.erasures:
            erasing.begin(self.session, person, code, batch[-1].id)

    def _write(self) -> None:
        """What was noted, and whether it was said before."""
        insert_all(self.session, Message, self.messages)
        insert_all(self.session, Signal, self.signals)
        people = belonging.speak_for(self.session, {one.person_id for one in self.matters})
        fair, refused = belonging.sift(self.session, self.matters, people)
        everything = hear(self.session, fair)
        self.refused |= refused | belonging.withdraw(self.session, everything, people)
        for heard in everything:
            if heard.matter.message_id in self.refused and not heard.opened:
                continue
            self.heard.setdefault(heard.matter.message_id, []).append(heard)
        self.messages, self.signals, self.matters = [], [], []

    def _answer_all(
        self, said: list[Understood], desk: Desk, owners: dict[UUID, str | None]
    ) -> None:
        answers = []
        for one in said:
            if desk.answers(one):
                answers.append(self._serve(one, desk))
            elif text := self._answer(one, owners):
                answers.append(self._say(one, text))
        outbox.enqueue_all(self.session, [answer for answer in answers if answer])

    def _serve(self, one: Understood, desk: Desk) -> dict[str, Any] | None:
        """The answer to a command: always given, whatever else they want to hear."""
        member = self._member(one)
        answer = desk.answer(one, member)
        key = f"answer:{one.id.hex}"
        if answer.erasure:
            key = f"{erasing.LAST}{answer.erasure}"
            self.erasures.append((member.person_id, answer.erasure))
        channel, spot, content = self._channel(one), None, answer.content
        if answer.alone and not one.private:
            message = self.session.need(Message, one.id)
            able = self.speak.able(channel)
            spot = reaching.alone(self.session, channel, message, member, able)
            if spot is None and not answer.erasure:
                content = Content(text=replies.say("alone", member.language or one.language))
        member.told_it_is_a_bot |= bool(one.command and one.command.name in {"help", "start"})
        return self._put(one, key, content, spot, answer.about)

    def _edit(self, one: Understood) -> None:
        """What it says now that it did not say before is heard too, without another answer."""
        found = rewrite(self.session, one)
        if found is None:
            return
        message, fresh = found
        self.members |= meet_all(
            self.session, [(one.network, one.account, one.author)] if one.author else []
        )
        if self._member_of(one) is None:
            return
        self._note_signals(replace(one, id=message.id), tuple(fresh))
        self.heard.clear()
        self._write()
        self._open_cases()

    def _note(self, one: Understood) -> None:
        channel = self._channel(one)
        if one.private:
            self._member(one).unreachable_at = None  # they have let us in again
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

    def _note_signals(self, one: Understood, meanings: tuple[Meaning, ...]) -> None:
        member = self._member(one)
        for meaning in meanings:
            said = meaning.signal
            id = self.session.ids.new()
            self.signals.append(
                {
                    "id": id,
                    "message_id": one.id,
                    "product_id": meaning.product_id,
                    "kind": said.kind,
                    "facet": said.facet,
                    "topic": said.topic,
                    "polarity": said.polarity,
                    "words": said.words,
                    "start": said.start,
                    "end": said.end,
                    "confidence": said.confidence,
                    "why": list(said.why),
                }
            )
            if one.asked or said.kind not in MATTERS or said.confidence < SURE_ENOUGH:
                continue
            if said.confidence < 1 and self._asks_first(said.kind):
                continue  # a person is asked first; whoever said surely what it is has answered
            self.matters.append(
                Matter(
                    kind=said.kind,
                    facet=said.facet,
                    topic=said.topic,
                    product_id=meaning.product_id,
                    words=said.words,
                    said_at=one.occurred_at,
                    message_id=one.id,
                    signal_id=id,
                    member_id=member.id,
                    person_id=member.person_id,
                )
            )

    def _asks_first(self, kind: Kind) -> bool:
        if self.modes is None:
            self.modes = modes(self.session)
        return self.modes[kind] is Mode.ASK

    def _spoken(self, one: Understood) -> str:
        return self._member(one).language or one.language

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
        name, language = self._member(one).name, self._spoken(one)
        if one.wants_person:
            return phrases.person_comes(language=language, name=name, shop=self.speak.shop)
        if one.asked:
            return self._answer_to_partner(one, name)
        heard = self.heard.get(one.id, [])
        said = [self._acknowledge(one, name, each, owners) for each in heard[:2]]
        if partner := self.refused.get(one.id):
            said.append(refusal(partner, self._member(one), language))
        if said:
            return "\n".join(said)
        return self._courtesy(one, name)

    def _acknowledge(
        self, one: Understood, name: str, heard: Heard, owners: dict[UUID, str | None]
    ) -> str:
        product = heard.matter.product_id and self.session.need(Product, heard.matter.product_id)
        return phrases.acknowledge(
            heard.matter.kind,
            language=self._spoken(one),
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
            language=self._spoken(one), name=name, partner=partner.name if partner else None
        )

    def _courtesy(self, one: Understood, name: str) -> str:
        """Questions and praise are answered; chatter only where somebody speaks to us alone."""
        kinds = [m.signal.kind for m in one.meanings if m.signal.confidence >= SURE_ENOUGH]
        polite: list[Kind] = [kind for kind in (Kind.QUESTION, Kind.PRAISE) if kind in kinds]
        if one.private and not polite:
            polite = [Kind.CHATTER]
        if not polite:
            return ""
        return phrases.acknowledge(
            polite[0],
            language=self._spoken(one),
            name=name,
            words="",
            product=None,
            partner=None,
            others=0,
        )

    def _say(self, one: Understood, text: str) -> dict[str, Any] | None:
        """None where they want nothing said, or nothing in public and can't be told alone."""
        member = self._member(one)
        if member.answers is Answers.NONE and not one.wants_person:
            return None
        spot = None
        if member.answers is Answers.PRIVATE and not one.private:
            message = self.session.need(Message, one.id)
            channel = self._channel(one)
            spot = reaching.alone(self.session, channel, message, member, self.speak.able(channel))
            if spot is None:
                return None
        if not member.told_it_is_a_bot:
            member.told_it_is_a_bot = True
            language = member.language or one.language
            text = f"{text}\n{phrases.disclosure(language, self.speak.shop)}"
        return self._put(
            one, f"answer:{one.id.hex}", Content(text=text), spot, About.ACKNOWLEDGEMENT
        )

    def _put(
        self, one: Understood, key: str, content: Content, spot: reaching.Spot | None, about: About
    ) -> dict[str, Any]:
        """Said at the spot, or without one right where they spoke."""
        channel, member = spot.channel if spot else self._channel(one), self._member(one)
        able = self.speak.able(channel)
        return outbox.draft(
            self.session,
            key=key,
            channel=channel,
            action=spot.action if spot else Action.DIRECT if one.private else Action.REPLY,
            content=desks.with_buttons_that_fit(content, able.button_limit if able else 0),
            about=about,
            about_id=one.id,
            since=one.occurred_at,
            thread=spot.thread if spot else one.thread or one.message,
            reply_to=spot.reply_to if spot else one.message,
            recipient=spot.recipient if spot else member.remote_id if one.private else None,
        )

    def _channel(self, one: Understood) -> Channel:
        place = (one.network, one.account, one.channel)
        if place not in self.channels:
            channel = ensure(
                self.session,
                network=one.network,
                account=one.account,
                remote_id=one.channel,
                kind=ChannelKind.DIRECT if one.private else ChannelKind.COMMUNITY,
            )
            channel.last_event_at = self.session.now()
            self.channels[place] = channel
        self._name(one)
        return self.channels[place]

    def _name(self, one: Understood) -> None:
        """A place that we only know by its id gets the name that the network tells."""
        name = one.data.get("name")
        if not name:
            return
        channel = self.channels.get((one.network, one.account, one.channel))
        if channel is None:
            wanted = {"network": one.network, "account": one.account, "remote_id": one.channel}
            channel = self.session.scalar(sa.select(Channel).filter_by(**wanted))
        if channel and channel.name == channel.remote_id:
            channel.name = str(name)
            self.session.announce("channels")

    def _member(self, one: Understood) -> Member:
        assert one.author is not None
        return self.members[one.network, one.account, one.author.id]

    def _member_of(self, one: Understood) -> Member | None:
        """Who did it, where that is told."""
        return self.members.get((one.network, one.account, one.author.id)) if one.author else None
