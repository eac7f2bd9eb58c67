"""Words that their author has changed or taken back are nowhere any more."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.all_models import metadata
from bot.clock import FrozenClock
from bot.db import Writer
from bot.networks import EventKind, InboundEvent
from tests.engagement.community import Community

SECRET = "please make the lid purple like my house in Elm Street"
BETTER = "please make the lid green"


@pytest.fixture
def community(writer: Writer, clock: FrozenClock) -> Community:
    return Community(writer, clock)


async def said(community: Community) -> InboundEvent:
    post = await community.post_about("CUP-1")
    event = community.network.event(SECRET, reply_to=post)
    await community.hear(event)
    await community.settle()
    return event


def later(event: InboundEvent, kind: EventKind, text: str = "") -> InboundEvent:
    """What the network tells of the same message afterwards."""
    key = f"{kind}:{event.message}:{len(text)}"
    return replace(event, kind=kind, text=text, dedupe_key=key, raw=text.encode())


def tables_with(community: Community, words: str) -> set[str]:
    """Where the words still stand, apart from what was said to others already."""
    with community.writer.database.readers.connect() as connection:
        return {
            table.name
            for table in metadata.sorted_tables
            for row in connection.execute(sa.select(table))
            if words in str(row)
        } - {"delivery"}


async def test_what_is_taken_back_is_gone_and_the_voice_still_counts(community: Community) -> None:
    event = await said(community)
    assert "voice" in tables_with(community, "Elm Street")
    await community.hear(later(event, EventKind.DELETE))
    await community.settle()
    assert tables_with(community, "Elm Street") == set()
    assert len(community.voices()) == 1


async def test_networks_do_not_say_who_deleted_it(community: Community) -> None:
    event = await said(community)
    await community.hear(replace(later(event, EventKind.DELETE), author=None))
    await community.settle()
    assert tables_with(community, "Elm Street") == set()


async def test_what_was_changed_first_is_gone_too(community: Community) -> None:
    event = await said(community)
    await community.hear(later(event, EventKind.EDIT, f"{SECRET}!"))
    await community.settle()
    assert [message.text for message in community.messages()] == [f"{SECRET}!"]
    await community.hear(later(event, EventKind.DELETE))
    await community.settle()
    assert tables_with(community, "Elm Street") == set()


async def test_a_changed_message_shows_its_new_words(community: Community) -> None:
    event = await said(community)
    await community.hear(later(event, EventKind.EDIT, BETTER))
    await community.settle()
    assert [message.text for message in community.messages()] == [BETTER]
    assert len(community.voices()) == 1


@pytest.mark.parametrize("kind", [EventKind.EDIT, EventKind.DELETE])
async def test_a_message_that_we_never_had_changes_nothing(
    community: Community, kind: EventKind
) -> None:
    await community.hear(later(community.network.event("unheard"), kind, "new"))
    await community.settle()
    assert community.messages() == []


async def test_said_and_taken_back_at_once_it_is_gone(community: Community) -> None:
    event = community.network.event(SECRET)
    await community.hear(event, later(event, EventKind.DELETE))
    await community.settle()
    assert tables_with(community, "Elm Street") == set()


async def test_a_changed_message_is_understood_anew(community: Community) -> None:
    event = await said(community)
    await community.hear(later(event, EventKind.EDIT, BETTER))
    await community.settle()
    assert community.suggestion().words == BETTER
    assert [voice.words for voice in community.voices()] == [BETTER]


async def test_what_was_only_chatter_may_become_a_suggestion(community: Community) -> None:
    event = community.network.event("hm")
    await community.hear(event)
    await community.settle()
    before = len(await community.book.entries())
    await community.hear(later(event, EventKind.EDIT, "please make the Lid Cup bigger"))
    await community.settle()
    assert community.suggestion().words == "please make the Lid Cup bigger"
    assert [one.channel for one in (await community.book.entries())[before:]] == ["Brookstead"]
