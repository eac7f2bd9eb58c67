"""What we say, as it is then to be seen on the Page and in Messenger."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.clock import FrozenClock
from bot.errors import Rejected
from bot.networks import Action, Button
from tests.adapters.facebook.conftest import Build
from tests.adapters.facebook.saying import MOVIE, PICTURE, say
from tests.stand_ins.facebook import Facebook
from tests.stand_ins.facebook.wall import id_of

ADA = id_of("ada")


async def test_a_post_appears_on_the_page(graph: Facebook, build: Build) -> None:
    receipt = await build().send(say())
    [post] = graph.shown()
    assert (post.id, post.text) == (receipt.message, "What would make the mug better?")
    assert receipt.permalink == f"https://www.facebook.com/{receipt.message}"


async def test_a_link_is_shown_with_its_preview(graph: Facebook, build: Build) -> None:
    await build().send(say(content={"link": "https://shop.example/mug"}))
    [post] = graph.wall.posts.values()
    assert post["link"] == "https://shop.example/mug"


async def test_several_pictures_stand_in_one_post_with_their_alt_texts(
    graph: Facebook, build: Build
) -> None:
    await build().send(say(content={"media": (PICTURE, PICTURE, PICTURE)}))
    assert [post.media for post in graph.shown()] == [3]
    assert {one["alt_text_custom"] for one in graph.wall.photos.values()} == {"A mug"}


async def test_beside_pictures_a_link_stands_in_the_text(graph: Facebook, build: Build) -> None:
    await build().send(say("New", content={"media": (PICTURE,), "link": "https://shop.example/"}))
    assert [post.text for post in graph.shown()] == ["New\n\nhttps://shop.example/"]


async def test_a_film_is_known_by_the_post_that_shows_it(graph: Facebook, build: Build) -> None:
    receipt = await build().send(say("How it is made", content={"media": (MOVIE,)}))
    [post] = graph.shown()
    assert (post.id, post.text, post.media) == (receipt.message, "How it is made", 1)


async def test_an_answer_stands_below_what_it_answers(graph: Facebook, build: Build) -> None:
    post = await build().send(say())
    comment = await graph.say("make it blue", reply_to=post.message)
    receipt = await build().send(
        say("Thanks!", Action.REPLY, thread=post.message, reply_to=comment)
    )
    answer = graph.shown()[-1]
    assert (answer.id, answer.thread, answer.reply_to) == (receipt.message, post.message, comment)


@pytest.mark.parametrize("taken", [True, False])
async def test_what_answers_an_answer_stands_beside_it(
    graph: Facebook, build: Build, taken: bool
) -> None:
    post = await graph.say("Do you ship?")
    comment = await graph.say("to Austria", reply_to=post)
    beside = await graph.say("and to Italy", reply_to=comment, author="ben")
    graph.wall.answers_to_answers = taken
    answer = say("Yes!", Action.REPLY, thread=post, reply_to=beside)
    receipt = await build().send(answer)
    assert [(one.id, one.reply_to) for one in graph.shown()] == [(receipt.message, comment)]
    found = await build().find(answer)
    assert found is not None
    assert found.message == receipt.message


async def test_an_answer_may_have_one_picture(graph: Facebook, build: Build) -> None:
    post = await build().send(say())
    answer = say("So?", Action.REPLY, thread=post.message, content={"media": (PICTURE,)})
    await build().send(answer)
    assert graph.shown()[-1].media == 1


async def test_choices_that_cannot_be_pressed_are_written_out(
    graph: Facebook, build: Build
) -> None:
    post = await build().send(say())
    buttons = (Button(label="Blue", value="b"), Button(label="Red", value="r"))
    await build().send(
        say("Which?", Action.REPLY, thread=post.message, content={"buttons": buttons})
    )
    assert graph.shown()[-1].text == "Which?\n\n\u2013 Blue\n\u2013 Red"


async def test_a_person_who_wrote_gets_an_answer_with_quick_replies(
    graph: Facebook, build: Build
) -> None:
    await graph.say("hello", private=True)
    buttons = tuple(Button(label=f"A rather long label {n}", value=f"v{n}") for n in range(13))
    await build().send(say("Yes?", Action.DIRECT, recipient=ADA, content={"buttons": buttons}))
    [message] = graph.shown()
    assert (message.text, message.recipient) == ("Yes?", ADA)
    sent = graph.requests[-1].sent
    assert sent["messaging_type"] == "RESPONSE"
    replies = json.loads(sent["message"])["quick_replies"]
    assert [one["payload"] for one in replies] == [f"v{n}" for n in range(13)]
    assert max(len(one["title"]) for one in replies) == 20


async def test_a_comment_is_answered_in_private_once(graph: Facebook, build: Build) -> None:
    post = await build().send(say())
    comment = await graph.say("my order never came", reply_to=post.message)
    private = say("Tell me its number.", Action.DIRECT, reply_to=comment, recipient=ADA)
    await build().send(private)
    assert graph.shown()[-1].recipient == ADA
    for again in (private, replace(private, recipient=None)):
        with pytest.raises(Rejected, match=r"once, within 7 days\. Answer below it"):
            await build().send(again)
    await graph.say("it is 4711", private=True)  # and so they can be written to
    await build().send(replace(private, content=replace(private.content, text="Thank you!")))
    assert [one.text for one in graph.shown()][-2:] == ["Tell me its number.", "Thank you!"]


async def test_after_seven_days_a_comment_is_answered_in_public(build: Build) -> None:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    clock = FrozenClock(now)
    with Facebook(now=clock.now) as graph:
        adapter = build(graph_base=graph.base)
        post = await adapter.send(say())
        comment = await graph.say("where is it?", reply_to=post.message)
        clock.advance(timedelta(days=7, minutes=1))
        with pytest.raises(Rejected, match="within 7 days"):
            await adapter.send(say("Here", Action.DIRECT, reply_to=comment, recipient=ADA))


async def test_after_a_day_of_silence_a_person_cannot_be_written_to(build: Build) -> None:
    clock = FrozenClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    with Facebook(now=clock.now) as graph:
        adapter = build(graph_base=graph.base)
        await graph.say("hello", private=True)
        await adapter.send(say("Hello!", Action.DIRECT, recipient=ADA))
        clock.advance(timedelta(hours=24, minutes=1))
        with pytest.raises(Rejected, match=r"outside of allowed window.*Answer below"):
            await adapter.send(say("Still there?", Action.DIRECT, recipient=ADA))


async def test_whom_we_never_met_cannot_be_written_to(build: Build) -> None:
    with pytest.raises(Rejected, match="Messenger does not let us write to this person"):
        await build().send(say("Hello", Action.DIRECT, recipient="5"))


async def test_what_we_said_can_be_said_anew_and_taken_back(graph: Facebook, build: Build) -> None:
    adapter = build()
    post = await adapter.send(say())
    await adapter.send(say("What would make the cup better?", Action.EDIT, target=post.message))
    assert [one.text for one in graph.shown()] == ["What would make the cup better?"]
    taken_back = say("", Action.DELETE, target=post.message)
    assert (await adapter.send(taken_back)).message == post.message
    assert graph.shown() == []
    await adapter.send(taken_back)  # it is away already


async def test_a_comment_is_hidden_from_everybody_else(graph: Facebook, build: Build) -> None:
    post = await build().send(say())
    comment = await graph.say("buy followers at …", reply_to=post.message)
    await build().send(say("", Action.HIDE, target=comment))
    assert graph.wall.comments[comment]["is_hidden"] is True


REFUSED: list[tuple[Action, str, Mapping[str, Any], Mapping[str, Any], str]] = [
    (Action.REPLY, "x" * 8001, {}, {"thread": "1_2"}, "1 too long in a comment: 8001 of 8000"),
    (Action.DIRECT, "x" * 2001, {}, {"recipient": "5"}, "1 too long in Messenger: 2001 of 2000"),
    (Action.DIRECT, "x", {}, {}, "somebody whom it is for"),
    (Action.DIRECT, "x", {"media": (PICTURE,)}, {"recipient": "5"}, "Only words go there"),
    (Action.PUBLISH, "x", {"media": (PICTURE, MOVIE)}, {}, "one film by itself"),
    (Action.REPLY, "x", {"media": (PICTURE, PICTURE)}, {"thread": "1_2"}, "room for one picture"),
    (Action.REPLY, "x", {}, {}, "needs the post or comment"),
    (Action.EDIT, "x", {}, {"target": "m_abc"}, "Messenger stays"),
]


@pytest.mark.parametrize(("action", "text", "content", "what", "why"), REFUSED)
async def test_what_facebook_would_refuse_is_not_even_sent(
    graph: Facebook,
    build: Build,
    action: Action,
    text: str,
    content: dict[str, Any],
    what: dict[str, Any],
    why: str,
) -> None:
    with pytest.raises(Rejected, match=why):
        await build().send(say(text, action, content=content, **what))
    assert graph.requests == []


async def test_words_that_would_mention_somebody_are_only_words(
    graph: Facebook, build: Build
) -> None:
    await build().send(say("Ask @[1234567] or @everyone <b>now</b>"))
    assert [one.text for one in graph.shown()] == ["Ask @\u200b[1234567] or @everyone <b>now</b>"]
