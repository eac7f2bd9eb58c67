"""What crosses the port comes back from the tables as it was."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.db import Session
from bot.inbox.models import Event
from bot.inbox.service import receive
from bot.networks import Author, Button, Content, EventKind, InboundEvent, Media

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
CONTENTS = st.builds(
    Content,
    text=WORDS,
    title=WORDS,
    media=st.lists(st.builds(Media, url=WORDS, type=WORDS, alt=WORDS), max_size=2).map(tuple),
    buttons=st.lists(st.builds(Button, label=WORDS, value=WORDS), max_size=2).map(tuple),
)


@given(CONTENTS)
def test_content_survives_json(content: Content) -> None:
    assert Content.from_json(content.to_json()) == content


def test_an_old_row_without_the_newer_fields_can_be_read() -> None:
    assert Content.from_json({"text": "Hello"}) == Content(text="Hello")


def test_an_event_is_stored_as_it_came(session: Session) -> None:
    event = InboundEvent(
        network="sandbox",
        account="shop",
        dedupe_key="42",
        kind=EventKind.BUTTON,
        occurred_at=datetime(2026, 3, 2, 8, 59, tzinfo=UTC),
        channel="square",
        raw=b'{"half": "\xff"}',
        conversation="t1",
        message="m1",
        reply_to="m0",
        thread="t1",
        author=Author(id="ada", name="Ada", is_bot=True),
        text="Grüße \u202e\u05e9\u05dc\u05d5\u05dd",
        media=(Media(url="u", type="image/png", alt="a"),),
        private=True,
        data={"value": "yes"},
    )
    receive(session, [event])
    stored = session.query(Event).one()
    details = stored.details
    assert (stored.network, stored.account, stored.dedupe_key) == ("sandbox", "shop", "42")
    assert (stored.kind, stored.occurred_at, stored.raw) == (
        event.kind,
        event.occurred_at,
        event.raw,
    )
    assert Author(**details["author"]) == event.author
    assert tuple(Media(**one) for one in details["media"]) == event.media
    for name in ("channel", "message", "reply_to", "thread", "text", "private", "data"):
        assert details[name] == getattr(event, name)
