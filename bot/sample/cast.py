"""The people of the sample shop, and what they can do: each act is one write."""

import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from adapters.webchat.service import community, hear
from adapters.webchat.translate import Saying, Visitor, to_event
from bot.accounts.models import Role as StaffRole
from bot.accounts.models import User
from bot.accounts.service import invite
from bot.db import Session
from bot.inbox.service import receive
from bot.networks import Capabilities, NotUnderstood
from bot.outbox.models import About, Delivery
from bot.sample import script
from bot.sample.script import Days, Said
from bot.suppliers import catalogue
from bot.suppliers.models import Role
from bot.suppliers.partners import add_supplier
from content_calendar import service as calendar
from content_calendar.composing import find_product
from content_calendar.draft import Draft
from content_calendar.models import Stage

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(slots=True)
class Cast:
    """Who is there, and what has been begun so far: posts by title, threads by first message."""

    days: Days
    limits: dict[str, Capabilities]
    staff: dict[str, User] = field(default_factory=dict)
    visitors: dict[str, Visitor] = field(default_factory=dict)
    posts: dict[str, UUID] = field(default_factory=dict)
    threads: dict[str, str] = field(default_factory=dict)

    def move_in(self, session: Session) -> None:
        """The shop opens: its staff, its catalogue, its partners."""
        shop = script.read("shop")
        for one in shop["staff"]:
            invite(session, one["name"], one["email"], StaffRole(one["role"]))
        self.staff = {user.name: user for user in session.scalars(sa.select(User))}
        owner, _ = script.owner()
        by = f"user:{owner}"
        catalogue.apply(session, catalogue.plan_import(session, script.products()), by=by)
        for one in shop["partner"]:
            add_supplier(
                session,
                one["name"],
                one["email"],
                role=Role(one.get("role", Role.SUPPLIER)),
                zone=one["zone"],
                answer_within_hours=one["hours"],
                brands=one.get("brands", ()),
                by=by,
            )

    def write(self, session: Session, post: dict[str, Any], rrule: str = "") -> None:
        """Compose a post and bring it as far as the script says."""
        product = find_product(session, post.get("product", ""))
        day = post.get("day")
        draft = Draft(
            title=post["title"],
            text=post["text"],
            broadcast=post.get("broadcast", False),
            campaign=post.get("campaign", ""),
            product_id=product,
            channel_ids=(community(session).id,),
            local=None if day is None else self.days.wall(day, post["at"]),
            zone=self.days.zone,
            rrule=rrule,
        )
        by = self.staff[post.get("by", script.owner()[0])]
        stage = Stage(post.get("stage", Stage.SCHEDULED))
        made = calendar.create(session, draft, by=by, capabilities=self.limits, stage=stage)
        self.posts[post["title"]] = made.id

    def write_series(self, session: Session, series: dict[str, Any]) -> None:
        first = self.days.first_of_series(series)
        self.write(
            session, {**series, "day": first}, f"FREQ=WEEKLY;BYDAY={_DAYS[series['weekday']]}"
        )

    def say(self, session: Session, said: Said) -> None:
        """Somebody writes in the chat."""
        visitor = self.visitors.get(said.who)
        if visitor is None:
            visitor = self.visitors[said.who] = Visitor(secret=secrets.token_hex(16), name=said.who)
        below = self._below(session, said)
        saying = Saying(
            text=said.text,
            once=session.ids.new().hex,
            thread=below,
            reply_to=below,
            private=said.private,
        )
        event = to_event(visitor, saying, session.now())
        hear(session, event)
        if not said.below and event.message:
            self.threads[said.text] = event.message

    def answer(self, session: Session, who: str, text: str, asked: Delivery) -> None:
        """Somebody answers what a partner asked them."""
        saying = Saying(
            text=text,
            once=session.ids.new().hex,
            thread=asked.thread,
            reply_to=asked.remote_id,
        )
        hear(session, to_event(self.visitors[who], saying, session.now()))

    def garble(self, session: Session) -> None:
        """Something comes in that nobody can read."""
        broken = NotUnderstood(
            network="webchat",
            account="webchat",
            dedupe_key=session.ids.new().hex,
            raw=b'{"text": "Hallo, ich wollte nur kurz fra',
            reason="It breaks off in the middle of a sentence.",
        )
        receive(session, [broken])

    def _below(self, session: Session, said: Said) -> str | None:
        """The network's id of what it hangs under."""
        if not said.below or said.below in self.threads:
            return self.threads.get(said.below)
        sent = sa.select(Delivery.remote_id).where(
            Delivery.about == About.POST,
            Delivery.about_id == self.posts[said.below],
            Delivery.remote_id.is_not(None),
        )
        return session.scalars(sent.order_by(Delivery.due_at)).all()[said.turn - 1]
