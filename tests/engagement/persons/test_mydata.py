"""What somebody gets is all that is held of them, over every account that is theirs."""

import io
import json
import zipfile

import pytest
import sqlalchemy as sa

from bot.engagement import mydata
from bot.engagement.held import NAMED, OF_OTHERS, tables_about
from bot.engagement.mydata_file import archive, as_page
from bot.engagement.telling import finish_erasures
from bot.members.models import Member
from bot.suppliers.models import Act
from tests.engagement.persons.linked import Linked

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

# What an erasure does with each table that names a member or a person. A new one fails here until
# somebody has decided: bot/engagement/erasing.py.
ERASED = {
    "answer": "its words go",
    "ballot": "names nobody any more, and still counts",
    "belonging": "deleted",
    "data_link": "deleted",
    "expecting": "deleted",
    "link": "undone",
    "link_code": "deleted",
    "member": "emptied",
    "message": "emptied",
    "notice": "keeps that they were told, without words",
    "reaction": "names nobody any more, and still counts",
    "voice": "its words go, and it still counts",
    "voice_aside": "deleted",
    "wishes": "deleted",
    "wrong_code": "deleted",
}


async def everything(linked: Linked, who: str) -> dict[str, object]:
    (answer,) = await linked.alone("/mydata export", who)
    token = answer.text.rpartition("/mydata/")[2]
    return await linked.writer.run(lambda session: mydata.redeem(session, token))


def test_every_table_that_names_somebody_is_exported_and_has_its_way_of_being_erased() -> None:
    about = set(tables_about())
    assert about <= ERASED.keys(), f"decide what an erasure does with {about - ERASED.keys()}"
    assert {"member", "message", "voice"} <= NAMED | OF_OTHERS


async def test_over_both_accounts_with_answers_and_what_was_said_to_them(linked: Linked) -> None:
    await linked.say("please make the Lid Cup bigger", author="ada")
    await linked.decide(Act.ASK, text="How much bigger?")
    await linked.settle()
    question = (await linked.book.entries())[-1]
    await linked.say("twice as big", author="ada", reply_to=question.message)
    await linked.alone("I like the Ember Pan", "ada_w", on="other")
    await linked.link("ada", "ada_w")
    held = json.dumps(await everything(linked, "ada"))
    for word in ("bigger", "twice as big", "I like the Ember Pan", "How much bigger?", '"ada"'):
        assert word in held
    assert '"link_code"' in held and "code_hash" not in held


@ON_SQLITE
async def test_of_nobody_else(linked: Linked) -> None:
    await linked.say("please make the Lid Cup bigger", author="ada")
    await linked.say("please make the Lid Cup bigger, says Bobby", author="bob")
    assert "Bobby" not in str(await everything(linked, "ada"))


@ON_SQLITE
async def test_the_page_says_all_and_no_word_shapes_it(linked: Linked) -> None:
    hostile = "<script>alert(1)</script> & <b>bold</b>"
    await linked.alone(hostile, "ada")
    held = await everything(linked, "ada")
    with zipfile.ZipFile(io.BytesIO(archive(held, "en"))) as file:
        page = file.read("mydata.html").decode()
        assert json.loads(file.read("mydata.json")) == held
    assert "<script>" not in page and "<b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;bold&lt;/b&gt;" in page
    assert as_page(held, "en").count("<h2>") == 1


@ON_SQLITE
async def test_erased_from_one_account_all_of_them_are(linked: Linked) -> None:
    await linked.say("please make the Lid Cup bigger", author="ada")
    await linked.alone("I like the Ember Pan", "ada_w", on="other")
    await linked.link("ada", "ada_w")
    await linked.alone("/mydata erase", "ada_w", on="other")
    await linked.alone("/mydata erase yes", "ada_w", on="other")
    await finish_erasures(linked.writer)
    with linked.writer.database.reading() as session:
        erased = sa.select(sa.func.count()).select_from(Member)
        assert session.scalar(erased.where(Member.erased_at.is_not(None))) == 2
