"""Whose turn it is to hear what: from what waits for a person to what is said to them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.db import Session
from bot.engagement import preferences
from bot.engagement.closing import caps, crowd, words
from bot.engagement.closing.caps import Heard, Turn
from bot.engagement.closing.models import ASKS, Notice, NoticeState, What
from bot.engagement.closing.said import DIGEST, heard
from bot.engagement.reaching import Listener, Spot, Ways, in_place
from bot.engagement.speaking import Voices
from bot.members.models import Answers, Member, Person
from bot.networks import Action, Content
from bot.outbox import service as outbox
from bot.outbox.models import About, Delivery, DeliveryState
from bot.suggestions.models import Suggestion
from bot.suppliers.models import Decision

# Stands with what could not be told: see the list of people who could not be reached.
UNREACHED = "They could not be reached in private, and this was not for everybody."
_ABOUT = {
    What.QUESTION: About.QUESTION,
    What.NEWS: About.DECISION,
}
# Who could not be reached may be reachable by then.
AGAIN_IN = timedelta(minutes=15)
# What waits for its turn is looked at again by then: something was under way, or a day was full.
_SOON, _LATER = timedelta(seconds=10), timedelta(minutes=10)


def take(session: Session, speak: Voices, persons: Iterable[UUID]) -> int:
    """Say what may be said now to these people; gives how many messages went into the outbox.

    What is said and that it was said is one transaction; two processes never look at the same
    person at a time.
    """
    wanted = sorted(set(persons))
    session.flush()
    lock = sa.select(Person.id).where(Person.id.in_(wanted)).order_by(Person.id)
    session.execute(lock.with_for_update()).all()
    work = _Turns.of(session, speak, wanted)
    for person, notices in work.waiting.items():
        work.serve(person, notices)
    return work.write()


@dataclass(slots=True, kw_only=True)
class _Turns:
    """What one transaction says to these people."""

    session: Session
    speak: Voices
    waiting: dict[UUID, list[Notice]]
    listeners: dict[UUID, Listener]
    ways: Ways
    heard: dict[UUID, Heard]
    drafts: list[dict[str, Any]] = field(default_factory=list)
    said: list[tuple[Notice, str]] = field(default_factory=list)  # and the delivery's key

    @classmethod
    def of(cls, session: Session, speak: Voices, persons: Sequence[UUID]) -> "_Turns":
        rows = session.execute(
            sa.select(Notice, Member.person_id)
            .join(Member, Member.id == Notice.member_id)
            .where(Member.person_id.in_(persons), Notice.state == NoticeState.WAITING)
            .order_by(Notice.id)
        ).all()
        waiting: defaultdict[UUID, list[Notice]] = defaultdict(list)
        for notice, person in rows:
            waiting[person].append(notice)
        found = crowd.listeners(session, [notice.voice_id for notice, _ in rows])
        return cls(
            session=session,
            speak=speak,
            waiting=dict(waiting),
            listeners=found,
            ways=Ways.of(session, speak, [one.member for one in found.values()]),
            heard=heard(session, waiting, speak.zone) if speak.caps else {},
        )

    def serve(self, person: UUID, notices: list[Notice]) -> None:
        notices = [one for one in notices if self._still_wanted(one)]
        if not notices:
            return
        if self.speak.caps is None:
            for one in notices:
                self._say(one)
            return
        now = self.session.now()
        # The shop's day on which it would leave: not in their quiet hours.
        leaves = self._leaves(self.listeners[notices[0].voice_id].member)
        order = [notices[number] for number in caps.in_order([one.what for one in notices])]
        wish = self.ways.wishes.get(person)
        at = self.speak.caps.digest_at
        if wish is not None and wish.digest_hour is not None:
            at = time(wish.digest_hour)
        whose = caps.turn(
            [one.what for one in order],
            self.heard[person],
            self.speak.caps,
            caps.day_of(leaves, self.speak.zone),
            digest_time=now >= caps.digest_time(now, self.speak.zone, at),
            wants_digest=wish is not None and wish.digest,
        )
        later = _SOON if self.heard[person].under_way or whose is not Turn.NOBODY else _LATER
        for one in order:
            one.look_at = now + later
        if whose is Turn.FIRST:
            self._say(order[0])
        elif whose is Turn.ALL_NEWS:
            self._say_together(person, order)

    def _still_wanted(self, notice: Notice) -> bool:
        """Whether they still want to hear it: they may have changed their mind, or be gone."""
        member = self.listeners[notice.voice_id].member
        if member.erased_at is None and member.answers is not Answers.NONE:
            return True
        notice.state = NoticeState.UNWANTED
        return False

    def _leaves(self, member: Member) -> datetime:
        return preferences.not_before(member, self.session.now(), self.speak.zone)

    def _say(self, notice: Notice) -> None:
        one = self.listeners[notice.voice_id]
        spot = self.ways.spot(one, notice.tried)
        key = notice.key if not notice.tries else f"again:{notice.id.hex}:{notice.tries}"
        if spot is None:
            self._unreached(notice, one, key)
            return
        self._draft(notice, one, spot, key)
        self._is_said(notice, key)

    def _unreached(self, notice: Notice, one: Listener, key: str) -> None:
        notice.state = NoticeState.UNREACHED
        notice.why = self.ways.why_not(one, notice.tried)
        notice.look_at = self.session.now() + AGAIN_IN
        if notice.tries == 0:  # staff see in the thread what they should have heard
            self._draft(notice, one, None, key)
            self.drafts[-1] |= {"state": DeliveryState.CANCELLED, "note": UNREACHED}
            self.said.append((notice, key))
            notice.tries += 1

    def _is_said(self, notice: Notice, key: str) -> None:
        notice.state, notice.why = NoticeState.SAID, None
        notice.tries += 1
        self.said.append((notice, key))

    def _draft(self, notice: Notice, one: Listener, spot: Spot | None, key: str) -> None:
        place = spot or in_place(one.channel, one.message, one.member)
        decision = self.session.need(Decision, notice.decision_id)
        suggestion = self.session.need(Suggestion, one.voice.suggestion_id)
        self.drafts.append(
            outbox.draft(
                self.session,
                key=key,
                channel=place.channel,
                action=place.action if spot else Action.DIRECT,
                content=self._content(decision, one, place),
                about=_ABOUT[notice.what],
                about_id=decision.case_id,
                product_id=suggestion.product_id,
                since=decision.decided_at,
                due_at=self._leaves(one.member),
                thread=spot.thread if spot else None,
                reply_to=spot.reply_to if spot else None,
                recipient=spot.recipient if spot else one.member.remote_id,
            )
        )

    def _content(self, decision: Decision, one: Listener, place: Spot) -> Content:
        can = self.speak.able(place.channel)
        return Content(text=words.told(self.session, decision, one, self.speak, can))

    def _say_together(self, person: UUID, notices: Sequence[Notice]) -> None:
        """One message with as much news as fits; what does not fit waits for the next one."""
        news = [one for one in notices if one.what not in ASKS]
        spot = self.ways.alone_of(person)
        if spot is None:  # nothing that was said in private may be told in public
            first = next((one for one in news if not self.listeners[one.voice_id].alone), None)
            if first is None:
                self._say(news[0])
                return
            place = self.listeners[first.voice_id]
            spot = self.ways.spot(place, first.tried)
            if spot is None:
                self._say(first)
                return
            news = [one for one in news if self._is_public_at(one, place)]
        facts = [
            (self.session.need(Decision, one.decision_id), self.listeners[one.voice_id])
            for one in news
        ]
        text, fitting = words.digest(self.session, facts, self.speak, self.speak.able(spot.channel))
        key = f"{DIGEST}{news[0].id.hex}:{news[0].tries}"
        self.drafts.append(
            outbox.draft(
                self.session,
                key=key,
                channel=spot.channel,
                action=spot.action,
                content=Content(text=text),
                about=About.DECISION,
                since=facts[0][0].decided_at,
                due_at=self._leaves(facts[0][1].member),
                thread=spot.thread,
                reply_to=spot.reply_to,
                recipient=spot.recipient,
            )
        )
        for one in news[:fitting]:
            self._is_said(one, key)

    def _is_public_at(self, notice: Notice, place: Listener) -> bool:
        one = self.listeners[notice.voice_id]
        return not one.alone and one.channel.id == place.channel.id

    def write(self) -> int:
        """All in few statements. A key that is there already was said before; it stays so."""
        outbox.enqueue_all(self.session, self.drafts)
        keys = {key for _, key in self.said}
        if keys:
            rows = sa.select(Delivery.key, Delivery.id).where(Delivery.key.in_(keys))
            ids = dict(self.session.execute(rows).all())
            for notice, key in self.said:
                notice.delivery_id = ids[key]
        self.session.flush()
        return len(self.drafts)
