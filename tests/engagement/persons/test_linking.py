"""One human on two networks is one person, by a code; and two again, as before."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.all_models import metadata
from bot.engagement.persons import linking
from bot.engagement.persons.models import Link, VoiceAside, WrongCode
from bot.members.models import Answers, Member
from bot.suppliers.models import Act
from tests.engagement.persons.linked import Linked

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
WISH = "please make the Lid Cup bigger"


def people(linked: Linked) -> int:
    return len({voice.person_id for voice in linked.voices()})


async def test_a_code_from_the_second_makes_them_one_and_the_voice_counts_once(
    linked: Linked,
) -> None:
    await linked.say(WISH, author="ada")
    await linked.say(WISH, author="ada_w", on="other")
    await linked.alone("/preferences rarely", "ada_w", on="other")
    assert people(linked) == 2
    here, there = sorted(await linked.link("ada", "ada_w"), key=lambda one: one.account)
    assert "“ada_w” on Sandbox are one person now" in here.text
    assert "“ada” on Sandbox are one person now" in there.text
    assert len(linked.voices()) == 1
    told = await linked.say("please make the Lid Cup bigger!", author="ada_w", on="other")
    assert "down already" in told[0].text
    members = {one.name: one for one in linked.all(Member)}
    assert members["ada"].person_id == members["ada_w"].person_id
    assert (members["ada"].often, members["ada_w"].often) == ("steps", "ends")  # each as before


async def test_undone_both_count_and_are_as_before(linked: Linked) -> None:
    await linked.say(WISH, author="ada")
    await linked.say(WISH, author="ada_w", on="other")
    before = sorted((one.person_id, one.member_id, one.words) for one in linked.voices())
    await linked.link("ada", "ada_w")
    first, other = await linked.alone("/unlink", "ada")
    assert "person of its own again" in first.text
    assert "person of its own again" in other.text
    assert sorted((one.person_id, one.member_id, one.words) for one in linked.voices()) == before
    assert linked.all(VoiceAside) == []
    assert "linked with no other" in (await linked.alone("/unlink", "ada"))[0].text


@ON_SQLITE
async def test_a_decision_reaches_the_person_once(linked: Linked) -> None:
    await linked.say(WISH, author="ada")
    await linked.say(WISH, author="ada_w", on="other")
    await linked.link("ada", "ada_w")
    before = len(await linked.book.entries())
    await linked.decide(Act.ACCEPT)
    await linked.settle()
    assert len(await linked.book.entries()) == before + 1


@ON_SQLITE
async def test_a_code_works_once_and_runs_out(linked: Linked) -> None:
    code = await linked.code("ada")
    await linked.alone(f"/link {code.lower()}", "bob", on="other")
    (late,) = await linked.alone(f"/link {code}", "eve", on="other")
    assert "not known" in late.text
    assert "no other account" not in late.text
    code = await linked.code("ada")
    linked.clock.advance(linking.LIVES + timedelta(seconds=1))
    assert "not known" in (await linked.alone(f"/link {code}", "bob", on="other"))[0].text
    assert "not known" in (await linked.alone(f"/link {code}", "ada"))[0].text
    assert linked.all(Link) == []


@ON_SQLITE
async def test_nobody_says_yes_for_somebody_else(linked: Linked) -> None:
    code = await linked.code("ada")
    await linked.alone(f"/link {code}", "bob", on="other")
    assert "nothing to say yes to" in (await linked.alone("/link yes", "eve", on="other"))[0].text
    linked.clock.advance(linking.LIVES + timedelta(seconds=1))
    assert "nothing to say yes to" in (await linked.alone("/link yes", "bob", on="other"))[0].text
    assert linked.all(Link) == []


@ON_SQLITE
async def test_who_guesses_is_soon_refused_even_with_the_right_one(linked: Linked) -> None:
    code = await linked.code("ada")
    for number in range(5):
        await linked.alone(f"/link AAAA-BBB{number}", "eve", on="other")
    assert "too often" in (await linked.alone(f"/link {code}", "eve", on="other"))[0].text
    assert len(linked.all(WrongCode)) == 5
    linked.clock.advance(timedelta(hours=1, seconds=1))
    code = await linked.code("ada")
    assert "Shall I" in (await linked.alone(f"/link {code}", "eve", on="other"))[0].text


@ON_SQLITE
async def test_who_asks_for_many_codes_is_soon_refused(linked: Linked) -> None:
    for _ in range(5):
        await linked.code("ada")
    assert "too often" in (await linked.alone("/link", "ada"))[0].text


@ON_SQLITE
async def test_a_code_in_public_is_dead(linked: Linked) -> None:
    code = await linked.code("ada")
    (answer,) = await linked.say(f"/link {code}", author="bob", on="other")
    assert "private" in answer.text
    assert "not known" in (await linked.alone(f"/link {code}", "bob", on="other"))[0].text


@ON_SQLITE
async def test_no_code_lies_in_the_database(linked: Linked) -> None:
    code = await linked.code("ada")
    with linked.writer.database.readers.connect() as connection:
        rows = [
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(sa.select(table))
        ]
    assert not [row for row in rows if code in row or code.replace("-", "") in row]


@ON_SQLITE
async def test_what_they_want_to_hear_stays_theirs(linked: Linked) -> None:
    await linked.alone("/preferences private", "ada")
    await linked.alone("hello", "ada_w", on="other")
    await linked.link("ada", "ada_w")
    answers = {one.name: one.answers for one in linked.all(Member)}
    assert answers == {"ada": Answers.PRIVATE, "ada_w": Answers.HERE}
