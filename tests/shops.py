"""A small shop with a row of every kind that a page can show, made by the real services.

``word`` stands in everything that somebody outside, or a member of staff, may write: names, titles,
texts, notes. So a test finds again on any page what came from where.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from uuid import UUID, uuid4

import sqlalchemy as sa

from adapters.webchat.translate import ACCOUNT, COMMUNITY, NETWORK
from bot.accounts import service as accounts
from bot.accounts.models import Role, User
from bot.channels.models import Channel
from bot.channels.service import ensure, pause
from bot.db import Row, Session
from bot.engagement.closing.models import GoAhead, Notice, NoticeState, Why
from bot.engagement.handling import keep
from bot.engagement.persons import belonging, linking
from bot.engagement.persons.models import Belonging
from bot.engagement.reading import read
from bot.engagement.telling import Voices, tell, untold
from bot.inbox.answering import answer
from bot.inbox.models import Event, EventState, Message, Signal
from bot.inbox.service import receive
from bot.members.models import Member, Person
from bot.members.service import meet
from bot.networks import Author, Capabilities, Content, EventKind, InboundEvent, NotUnderstood
from bot.outbox.models import Delivery
from bot.products import catalogue
from bot.products import service as products
from bot.products.models import Product
from bot.suggestions.models import Suggestion
from bot.suppliers import agreeing, links, people, product_pictures
from bot.suppliers.agreement_models import Agreement
from bot.suppliers.agreement_terms import Terms
from bot.suppliers.correspondence.models import Reply, Standing, Way
from bot.suppliers.models import Act, Case, Coverage, PortalSession, Supplier
from bot.suppliers.partners import add_supplier
from bot.suppliers.portal_models import Contact, Picture, PictureState
from bot.suppliers.service import decide
from bot.suppliers.tie_models import TieKind, TieTask
from tests import shop_calendar

_LIMITS = {NETWORK: Capabilities(text_limit=20_000)}
# https://www.w3.org/TR/png-3/: the smallest whole picture, one grey point.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b"
    "550000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)
_SPEAK = Voices(languages=("en",), shop="Willow & Wren")
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One row of each kind; ``alba`` and ``nord`` are partners with a case each."""

    rows: dict[type[Row], UUID]
    alba: UUID
    nord: UUID
    cases: dict[UUID, UUID]  # by partner
    coverage: dict[UUID, UUID]
    of_partner: dict[UUID, dict[type[Row], UUID]]  # what each sees in the portal, by kind
    messages: dict[str, UUID]  # by what was said
    threads: dict[str, str]  # the network's ids


def furnish(session: Session, word: str) -> Shop:
    """Everything; `session` may write and is committed by who called."""
    mark = uuid4().hex[:6]
    user = _marketer(session, word, mark)
    alba, nord = _partners(session, word, mark)
    said = [
        _say(session, f"Please make the {thing} dishwasher-safe. {word}", word, mark)
        for thing in ("kettle", "tin")
    ]
    alone = _say(session, f"I want to talk to a person! {word}", word, mark, private=True)
    cases = {owner: _case_of(session, owner) for owner in (alba.id, nord.id)}
    _accept(session, cases.values(), word)
    answer(session, said[0], Content(text=f"Thank you. {word}"), once=uuid4(), by=user)
    spokespeople = {one.id: _people_of(session, one, mark) for one in (alba, nord)}
    portals = {
        one.id: _portal(session, one, what, word, mark) | spokespeople[one.id]
        for one, what in zip((alba, nord), said, strict=True)
    }
    place = _lounge(session, word, mark)
    session.flush()
    return Shop(
        rows={
            User: user.id,
            Coverage: _coverage_of(session, alba.id),
            Channel: place.id,
            Message: said[0].id,
            Signal: _signal_of(session, said[0]),
            Event: _garble(session, word, mark),
            Delivery: _letter_to(session, alba),
            **_partner(session, alba, cases[alba.id], word, mark),
            Suggestion: session.need(Case, cases[alba.id]).suggestion_id,
            **_told(session),
            **shop_calendar.rows(session, word, mark, place, user),
            **portals[alba.id],
        },
        alba=alba.id,
        nord=nord.id,
        cases=cases,
        coverage={one.id: _coverage_of(session, one.id) for one in (alba, nord)},
        of_partner=portals,
        messages={"kettle": said[0].id, "tin": said[1].id, "alone": alone.id},
        threads={"kettle": said[0].remote_id, "alone": alone.remote_id},
    )


def _portal(
    session: Session, supplier: Supplier, said: Message, word: str, mark: str
) -> dict[type[Row], UUID]:
    """A person of the partner, a browser of theirs, and a picture in their case."""
    email = f"jo-{mark}-{supplier.id.hex[:8]}@maker.example"
    jo = people.add(session, supplier, f"Jo {word}"[:80], email, by="user:Mia")
    links.enter(session, supplier, contact=jo)
    picture = session.put(
        Picture(
            message_id=said.id,
            number=0,
            url="",
            alt=f"A cracked lid. {word}",
            state=PictureState.KEPT,
            due_at=session.now(),
            type="image/png",
            data=PIXEL,
        )
    )
    session.flush()
    entered = session.scalars(sa.select(PortalSession).filter_by(contact_id=jo.id)).one()
    case = session.need(Case, _case_of(session, supplier.id))
    product = session.need(Suggestion, case.suggestion_id).product_id
    assert product
    made = PIXEL, "image/png"
    product_pictures.give(session, session.need(Product, product), made, by="user:Mia")
    return {
        Contact: jo.id,
        PortalSession: entered.id,
        Picture: picture.id,
        Product: product,
        Case: case.id,
    }


def _lounge(session: Session, word: str, mark: str) -> Channel:
    name = f"Lounge {word}"
    place = ensure(session, network="sandbox", account="main", remote_id=mark, name=name)
    pause(session, place, f"The token was revoked. {word}")
    return place


def _agreed(session: Session, alba: Supplier, word: str) -> UUID:
    """What counts from next week on, so that it can still be withdrawn."""
    later = (session.now() + timedelta(days=7)).date()
    terms = Terms(contact_name=word)
    return agreeing.agree(session, alba, terms, on=later, by=f"user:{word}").id


def _partner(
    session: Session, alba: Supplier, case: UUID, word: str, mark: str
) -> dict[type[Row], UUID]:
    return {
        Supplier: alba.id,
        Agreement: _agreed(session, alba, word),
        TieTask: _silent(session, alba),
        Reply: _answer_of(session, alba, case, word, mark),
    }


def _silent(session: Session, alba: Supplier) -> UUID:
    task = TieTask(kind=TieKind.PARTNER, subject_id=alba.id, done_by="")
    task.silent_since = task.made_at = session.now()
    return session.put(task).id


def _signal_of(session: Session, message: Message) -> UUID:
    return session.scalars(sa.select(Signal.id).filter_by(message_id=message.id)).all()[0]


def _marketer(session: Session, word: str, mark: str) -> User:
    email = f"mia-{mark}@shop.example"
    accounts.invite(session, f"Mia {word}"[:80], email, Role.MARKETER)
    return session.scalars(sa.select(User).filter_by(email=email)).one()


def _accept(session: Session, cases: Iterable[UUID], word: str) -> None:
    for id in cases:
        case = session.need(Case, id)
        decide(session, case, Act.ACCEPT, text=f"We will. {word}", by=f"supplier:{word}")
        session.flush()
    for decision in untold(session):
        tell(session, decision, _SPEAK)


def _told(session: Session) -> dict[type[Row], UUID]:
    """One who could not be reached, and a decision that waits for the staff's word."""
    notice = session.scalars(sa.select(Notice).order_by(Notice.id).limit(1)).one()
    notice.state, notice.why = NoticeState.UNREACHED, Why.CLOSED
    asked = GoAhead(decision_id=notice.decision_id, people=2, asked_at=session.now())
    return {Notice: notice.id, GoAhead: session.put(asked).id}


def _partners(session: Session, word: str, mark: str) -> tuple[Supplier, Supplier]:
    brands = {"Alba": ("K", "kettle"), "Nord": ("T", "tin")}
    entries = [
        catalogue.Entry(
            row=0,
            sku=f"{sku}-{mark}",
            name=f"{thing} {word}"[:300],
            brand=f"{brand} {word}"[:100] + mark,
            aliases=(thing, f"{thing} {word}"[:80]),
        )
        for brand, (sku, thing) in brands.items()
    ]
    plan = products.ImportPlan(new=tuple(entries), changed=(), unchanged=(), problems=())
    products.apply(session, plan)
    alba, nord = (
        add_supplier(
            session,
            f"{brand} {word}"[:100] + mark,
            f"{brand}-{mark}@maker.example",
            brands=[entry.brand],
        )
        for brand, entry in zip(brands, entries, strict=True)
    )
    session.flush()
    return alba, nord


def _say(session: Session, text: str, word: str, mark: str, *, private: bool = False) -> Message:
    number = f"{mark}-{next(_numbers)}"
    visitor = f"v{mark}"
    event = InboundEvent(
        network=NETWORK,
        account=ACCOUNT,
        dedupe_key=number,
        kind=EventKind.MESSAGE,
        occurred_at=session.now(),
        channel=f"dm:{visitor}" if private else COMMUNITY,
        raw=text.encode("utf-8", "replace"),
        message=number,
        author=Author(id=visitor, name=f"Ada {word}"[:80]),
        text=text,
        private=private,
    )
    receive(session, [event])
    keep(session, read(session, most=10, languages=("en",)), _SPEAK)
    return session.scalars(sa.select(Message).filter_by(remote_id=number)).one()


def _people_of(session: Session, partner: Supplier, mark: str) -> dict[type[Row], UUID]:
    """Somebody who speaks for the partner, and was two accounts before."""
    sara, also = (
        meet(session, network=NETWORK, account=ACCOUNT, author=Author(id=f"{one}{partner.id.hex}"))
        for one in ("sara", "also")
    )
    linking.join(session, also, sara)
    speaks = belonging.begin(session, sara, partner, by=f"supplier:{mark}")
    return {Person: sara.person_id, Member: sara.id, Belonging: speaks.id}


def _case_of(session: Session, supplier: UUID) -> UUID:
    return session.scalars(sa.select(Case.id).filter_by(supplier_id=supplier)).one()


def _coverage_of(session: Session, supplier: UUID) -> UUID:
    return session.scalars(sa.select(Coverage.id).filter_by(supplier_id=supplier)).one()


def _letter_to(session: Session, supplier: Supplier) -> UUID:
    found = sa.select(Delivery.id).filter_by(channel_id=supplier.channel_id)
    return session.scalars(found.limit(1)).one()


def _answer_of(session: Session, supplier: Supplier, case: UUID, word: str, mark: str) -> UUID:
    """By mail, from an address that is not theirs."""
    reply = session.put(
        Reply(
            way=Way.MAIL,
            remote_id=f"<{mark}@maker.example>",
            supplier_id=supplier.id,
            case_id=case,
            sender=f"{word}-{mark}@elsewhere.example"[:200],
            text=f"done: it is ready {word}",
            came_at=session.now(),
            standing=Standing.HELD,
        )
    )
    return reply.id


def _garble(session: Session, word: str, mark: str) -> UUID:
    event = NotUnderstood(
        network=NETWORK,
        account=ACCOUNT,
        dedupe_key=f"garbled-{mark}",
        raw=f"\xff {word}".encode("utf-8", "replace"),
        reason=f"There is no author in it. {word}",
    )
    receive(session, [event])
    found = sa.select(Event.id).filter_by(state=EventState.QUARANTINED)
    return session.scalars(found.order_by(Event.id.desc()).limit(1)).one()
