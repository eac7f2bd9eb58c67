"""What is kept: every version, what somebody is typing, templates, and links for outsiders."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from bot.accounts.models import Role, User
from bot.clock import FrozenClock
from bot.db import Session
from bot.errors import InvalidInput, NotFound
from bot.networks import Media
from bot.outbox.models import About, DeliveryState
from content_calendar import beginning, comments, history, pattern, previews, service, unfinished
from content_calendar.draft import Draft
from content_calendar.models import Post
from content_calendar.planning import draft_of
from content_calendar.saying import Ballot, Crop
from tests.content_calendar.calendars import (
    LIMITS,
    becomes,
    channel,
    deliveries,
    draft,
    person,
    scheduled,
    wall,
)

SECRET = b"k" * 32


@pytest.fixture
def mia(session: Session) -> User:
    return person(session, Role.MARKETER, "Mia")


def everything(session: Session) -> Draft:
    """A draft with something in every field."""
    return draft(
        session,
        overrides={"webchat": "Other words?"},
        media=(Media(url="media:" + "a" * 64, type="image/png", alt="A lid"),),
        crops={"a" * 64: {"webchat": Crop(ratio="1:1", x=10, y=20, made="b" * 64)}},
        poll=Ballot(question="Which?", options=("Glass", "Steel"), in_words=("webchat",)),
        link="https://kettle.example/lids",
        first_comment="By the way",
        tags=("lids", "spring"),
        campaign="Spring",
        rrule="FREQ=WEEKLY;BYDAY=TU",
        exdates=frozenset({wall("2026-03-10T14:30")}),
        broadcast=True,
    )


CAN = {"webchat": replace(LIMITS["webchat"], media_limit=4)}


def test_every_field_of_a_post_comes_back_as_it_was_written(session: Session, mia: User) -> None:
    written = everything(session)
    post = service.create(session, written, by=mia, capabilities=CAN)
    session.expire_all()
    assert draft_of(session, session.need(Post, post.id)) == written
    assert history.said_in(session, post.id, 1) == written


def test_every_change_is_a_version_and_none_is_lost(session: Session, mia: User) -> None:
    post = service.create(session, draft(session), by=mia, capabilities=LIMITS)
    for number in range(1, 4):
        new = draft(session, text=f"Words {number}?")
        service.save(session, post.id, number, new, by=mia, capabilities=LIMITS)
    found = [(it.number, it.by, it.verb) for it in history.versions(session, post.id)]
    assert found == [
        (4, "Mia", "saved"),
        (3, "Mia", "saved"),
        (2, "Mia", "saved"),
        (1, "Mia", "created"),
    ]
    assert history.said_in(session, post.id, 2).text == "Words 1?"
    with pytest.raises(NotFound):
        history.said_in(session, post.id, 9)


def test_a_deleted_draft_takes_its_versions_and_talk_with_it(session: Session, mia: User) -> None:
    post = service.create(session, draft(session), by=mia, capabilities=LIMITS)
    unfinished.keep(session, mia, {"text": "More"}, post=post, base=1)
    previews.make(session, post, 7, by=mia)
    service.delete(session, post.id, 1, by=mia)
    session.flush()
    session.expire_all()
    assert history.versions(session, post.id) == []
    assert unfinished.of(session, mia, post.id) == []


def test_what_is_typed_within_five_minutes_is_one_state(
    session: Session, clock: FrozenClock, mia: User
) -> None:
    for text in ("W", "Wh", "Which lid?"):
        unfinished.keep(session, mia, {"text": text}, scratch="s")
        clock.advance(timedelta(minutes=1))
    clock.advance(timedelta(minutes=5))
    unfinished.keep(session, mia, {"text": "Which lid do you use?"}, scratch="s")
    kept = [it.given["text"] for it in unfinished.of(session, mia, None, "s")]
    assert kept == ["Which lid do you use?", "Which lid?"]


@pytest.mark.parametrize("nothing", [{}, {"text": ""}, {"zone": "UTC", "poll_options": ["", ""]}])
def test_an_empty_editor_leaves_nothing_behind(
    session: Session, mia: User, nothing: dict[str, object]
) -> None:
    assert unfinished.keep(session, mia, nothing, scratch="s") is None
    assert unfinished.new_ones(session, mia) == []


def test_only_so_many_states_are_kept(session: Session, clock: FrozenClock, mia: User) -> None:
    for number in range(30):
        unfinished.keep(session, mia, {"text": f"{number}"}, scratch="s")
        clock.advance(timedelta(minutes=6))
    kept = [it.given["text"] for it in unfinished.of(session, mia, None, "s")]
    assert (len(kept), kept[0]) == (20, "29")


def test_each_editor_and_each_person_has_their_own(session: Session, mia: User) -> None:
    olga = person(session, Role.OWNER, "Olga")
    unfinished.keep(session, mia, {"text": "one"}, scratch="a")
    unfinished.keep(session, mia, {"text": "two"}, scratch="b")
    unfinished.keep(session, olga, {"text": "three"}, scratch="a")
    assert {it.given["text"] for it in unfinished.new_ones(session, mia)} == {"one", "two"}
    unfinished.forget(session, mia, None, "a")
    assert [it.given["text"] for it in unfinished.new_ones(session, mia)] == ["two"]
    assert [it.given["text"] for it in unfinished.new_ones(session, olga)] == ["three"]


def test_the_first_comment_follows_once_the_post_is_there(session: Session) -> None:
    scheduled(session, first_comment="The link: https://kettle.example")
    assert comments.follow(session) == 0  # nothing is there to be commented on
    becomes(session, DeliveryState.SENT)
    (post,) = deliveries(session)
    post.remote_id = "42"
    assert (comments.follow(session), comments.follow(session)) == (1, 0)
    comment, _ = deliveries(session)
    assert (comment.action.value, comment.thread, comment.reply_to) == ("reply", "42", "42")
    assert comment.content["text"] == "The link: https://kettle.example"
    assert comment.about is About.POST


def test_a_comment_that_would_come_days_later_is_none(session: Session, clock: FrozenClock) -> None:
    scheduled(session, first_comment="First!")
    becomes(session, DeliveryState.SENT)
    deliveries(session)[0].remote_id = "42"
    clock.advance(timedelta(days=3))
    assert comments.follow(session) == 0


PATTERN = Draft(
    title="{product} at {shop}",
    text="On {weekday}, {product} ({brand}) is {percent} off. {Not} {unknown}",
    overrides={"webchat": "{product}!"},
    poll=Ballot(question="{product}?", options=("Yes, {product}", "No")),
    first_comment="Until {date}",
)


def test_variables_are_found_in_all_texts_and_filled() -> None:
    assert pattern.variables(PATTERN) == [
        *("product", "shop", "weekday", "brand", "percent", "unknown", "date")
    ]
    filled = pattern.fill(PATTERN, {"product": "Pot {shop}", "brand": "B", "percent": "10 %"})
    assert filled.text == "On {weekday}, Pot {shop} (B) is 10 % off. {Not} {unknown}"
    assert filled.overrides == {"webchat": "Pot {shop}!"}
    assert filled.poll is not None
    assert filled.poll.options == ("Yes, Pot {shop}", "No")
    day = pattern.of_day(wall("2026-03-03").date(), "de")
    assert day["weekday"] == "Dienstag"
    assert pattern.fill(PATTERN, day).first_comment == "Until 3. März 2026"


def test_a_template_asks_for_what_nobody_knows(session: Session, mia: User) -> None:
    post = service.create(session, PATTERN, by=mia, capabilities=LIMITS)
    template = beginning.keep(session, post, "  Offer of the  day ", by=mia)
    assert template.name == "Offer of the day"
    assert beginning.wanted(template) == ["product", "percent", "unknown", "date"]
    assert beginning.keep(session, post, "Offer of the day", by=mia).id == template.id
    with pytest.raises(InvalidInput):
        beginning.keep(session, post, "  ", by=mia)
    beginning.forget(session, template.id, by=mia)
    assert beginning.templates(session) == []


def test_a_preview_link_opens_until_it_is_over_or_revoked(
    session: Session, clock: FrozenClock, mia: User
) -> None:
    post = service.create(session, draft(session), by=mia, capabilities=LIMITS)
    link = previews.make(session, post, 7, by=mia)
    token = previews.token(SECRET, link)
    assert previews.opened(session, SECRET, token).id == post.id
    clock.advance(timedelta(days=7))
    with pytest.raises(NotFound):
        previews.opened(session, SECRET, token)
    again = previews.token(SECRET, previews.make(session, post, 1, by=mia))
    assert previews.opened(session, SECRET, again).id == post.id
    assert previews.revoke(session, post, by=mia) == 1
    with pytest.raises(NotFound):
        previews.opened(session, SECRET, again)


def test_nobody_can_make_up_a_preview_link(session: Session, mia: User) -> None:
    post = service.create(session, draft(session), by=mia, capabilities=LIMITS)
    token = previews.token(SECRET, previews.make(session, post, 7, by=mia))
    other = UUID(int=7).hex
    for forged in (token[:-1], token[:-1] + "g", other + token[32:], "", "é" * 64, post.id.hex):
        with pytest.raises(NotFound):
            previews.opened(session, SECRET, forged)
    with pytest.raises(NotFound):
        previews.opened(session, b"x" * 32, token)
    with pytest.raises(InvalidInput):
        previews.make(session, post, 3650, by=mia)


def test_a_channel_that_takes_no_answers_takes_no_first_comment(session: Session) -> None:
    silent = {"webchat": replace(LIMITS["webchat"], threads=False)}
    new = draft(session, first_comment="First!", channel_ids=(channel(session).id,))
    with pytest.raises(InvalidInput) as refused:
        service.create(session, new, by=None, capabilities=silent)
    assert refused.value.fields == {
        "first_comment": "Webchat: Nothing can be said below a post there."
    }
