"""Who speaks for a partner has no voice on what is theirs, by any door, and hears why; of every
other partner they are a consumer like anybody."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.db import Session
from bot.engagement.models import Ballot, Reaction
from bot.engagement.persons import belonging, linking
from bot.engagement.persons.models import Belonging
from bot.members.models import Member
from bot.networks import EventKind
from bot.products.models import Product
from bot.suggestions.models import Suggestion
from bot.suppliers.models import Case, Supplier
from tests.engagement.persons.linked import Linked

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
CUP, PAN = "please make the Lid Cup bigger", "please make the Ember Pan lighter"


@pytest.fixture
async def sara(linked: Linked) -> str:
    """She works for Brook & Daughters, who make the Lid Cup, and says so by their code."""

    def code(session: Session) -> str:
        brook = session.scalars(sa.select(Supplier).where(Supplier.name.contains("Brook"))).one()
        return linking.offer_partner(session, brook, by="supplier:Brook")

    made = await linked.writer.run(code)
    (answer,) = await linked.alone(f"/link {made}", "sara")
    assert "you speak for Brook & Daughters here now" in answer.text
    (late,) = await linked.alone(f"/link {made}", "bob")
    assert "not known" in late.text
    return "sara"


def refused(text: str) -> bool:
    return "You speak for Brook & Daughters" in text


async def test_in_a_message_and_in_a_reply(linked: Linked, sara: str) -> None:
    post = await linked.post_about("CUP-1")
    (told,) = await linked.say(CUP, author=sara)
    assert refused(told.text)
    (told,) = await linked.say("please make it bigger", author=sara, reply_to=post)
    assert refused(told.text)
    assert linked.voices() == []
    assert linked.all(Suggestion) == []
    assert len([one for one in linked.messages() if one.text == CUP]) == 1  # the shop reads it


async def test_of_another_partner_they_are_a_consumer(linked: Linked, sara: str) -> None:
    told, *_letter = await linked.say(PAN, author=sara)
    assert "written down your suggestion" in told.text
    assert len(linked.voices()) == 1


@ON_SQLITE
async def test_by_button_and_by_number(linked: Linked, sara: str) -> None:
    await linked.say(CUP, author="bob")
    suggestion = linked.suggestion()
    data = {"value": f"voice:{suggestion.id.hex}"}
    (told,) = await linked.say("1 +1", author=sara, kind=EventKind.BUTTON, data=data)
    assert refused(told.text)
    await linked.say("/ideas Lid Cup", author=sara)
    (told,) = await linked.say("1", author=sara)
    assert refused(told.text)
    (told,) = await linked.say("/suggest the Lid Cup in red", author=sara)
    assert refused(told.text)
    assert len(linked.voices()) == 1


@ON_SQLITE
async def test_by_reaction_and_in_a_poll(linked: Linked, sara: str) -> None:
    cup, pan = await linked.post_about("CUP-1"), await linked.post_about("PAN-1", "Which handle?")
    for post in (cup, pan):
        for kind, data in (
            (EventKind.REACTION, {"emoji": "👍"}),
            (EventKind.POLL_VOTE, {"options": [0]}),
        ):
            for who in (sara, "bob"):
                event = linked.network.event(kind=kind, author=who, data=data)
                await linked.hear(replace(event, message=post))
    await linked.settle()
    with linked.writer.database.reading() as session:
        names = {
            kind: sorted(
                session.scalars(sa.select(Member.name).join(kind, kind.member_id == Member.id))
            )
            for kind in (Reaction, Ballot)
        }
    assert names == {Reaction: ["bob", "bob", sara], Ballot: ["bob", "bob", sara]}


@ON_SQLITE
async def test_what_was_handed_to_them_by_hand_is_theirs_too(linked: Linked, sara: str) -> None:
    await linked.say(PAN, author="bob")

    def hand_over(session: Session) -> None:
        case = session.scalars(sa.select(Case)).one()
        case.supplier_id = session.scalars(sa.select(Belonging.supplier_id)).one()

    await linked.writer.run(hand_over)
    (told,) = await linked.say(PAN, author=sara)
    assert refused(told.text)
    assert len(linked.voices()) == 1


@ON_SQLITE
async def test_from_every_account_of_theirs_and_no_more_once_it_has_ended(
    linked: Linked, sara: str
) -> None:
    await linked.link(sara, "sara_b")
    (told,) = await linked.say(CUP, author="sara_b", on="other")
    assert refused(told.text)

    def end(session: Session) -> None:
        belonging.end(session, session.scalars(sa.select(Belonging)).one(), by="user:Mia")

    await linked.writer.run(end)
    told, *_letter = await linked.say(CUP, author="sara_b", on="other")
    assert "written down your suggestion" in told.text


@ON_SQLITE
async def test_the_badge_stands_only_where_it_is_about_their_partner(
    linked: Linked, sara: str
) -> None:
    await linked.say(CUP, author=sara)
    with linked.writer.database.reading() as session:
        member = session.scalars(sa.select(Member).filter_by(name=sara)).one()
        sold = {one.sku: one.id for one in linked.all(Product)}
        assert belonging.badges(session, member.person_id, [sold["CUP-1"]]) == ["Brook & Daughters"]
        assert belonging.badges(session, member.person_id, [sold["PAN-1"], None]) == []
