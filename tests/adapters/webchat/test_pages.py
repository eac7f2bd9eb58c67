"""The chat without JavaScript: what is sent is there once, and what can't be is kept."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from bot.channels.models import Channel
from bot.clock import FrozenClock
from bot.db import Session
from bot.inbox.models import Event, Message
from bot.members.models import Member
from bot.networks import Action, Content
from bot.outbox.models import About, Delivery
from bot.outbox.service import enqueue
from tests.adapters.webchat.chat import Chat
from tests.adapters.webchat.conftest import Visit, found_in

SUGGESTION = "Please make the lid dishwasher-safe"


def events(chat: Chat) -> int:
    with chat.database.reading() as session:
        return session.scalars(sa.select(sa.func.count()).select_from(Event)).one()


async def test_what_i_say_is_there_at_once_and_answered_below(chat: Chat, visit: Visit) -> None:
    message = await visit.say(SUGGESTION, name="Mara")
    page = await visit.see()
    assert SUGGESTION in page
    await chat.answer()
    page = await visit.see(f"/chat/threads/{message}")
    assert page.count(f'<div class="bubble-text">{SUGGESTION}</div>') == 1
    assert "Thank you, Mara!" in page
    assert '<span class="tag">bot</span>' in page


async def test_a_double_click_is_one_message(chat: Chat, visit: Visit) -> None:
    form = await visit.fill(text=SUGGESTION)
    await visit.send(form)
    await visit.send(form)
    assert events(chat) == 1


async def test_going_back_and_writing_something_else_is_another_message(
    chat: Chat, visit: Visit
) -> None:
    form = await visit.fill(text=SUGGESTION)
    await visit.send(form)
    await visit.send(form | {"text": "And in blue"})
    assert events(chat) == 2


async def test_a_reply_goes_below_what_it_answers(chat: Chat, visit: Visit) -> None:
    await chat.publish("Which lid do you like?")
    root = found_in(await visit.see(), 'id="t-([0-9a-f]+)"')
    await visit.say("The one that locks", thread=root)
    await chat.answer()
    with chat.database.reading() as session:
        [message] = session.scalars(sa.select(Message))
        assert (message.thread, message.reply_to) == (root, root)
        assert message.answers_id is not None


async def test_quick_replies_say_their_value(chat: Chat, visit: Visit) -> None:
    await chat.publish("Which lid?", buttons=("The lock", "The straw"))
    root = found_in(await visit.see(), 'id="t-([0-9a-f]+)"')
    await visit.say("The lock", thread=root, value="the lock")
    with chat.database.reading() as session:
        [event] = session.scalars(sa.select(Event))
        assert event.details["data"] == {"value": "the lock"}


async def test_a_person_can_be_asked_for_and_only_we_two_read_it(
    chat: Chat, visit: Visit, other_visit: Visit
) -> None:
    await visit.say("Talk to a person", value="person", private="yes")
    await chat.answer()
    assert "will answer you here" in await visit.see("/chat/me")
    for page in ("/chat", "/chat/me"):
        assert "will answer you here" not in await other_visit.see(page)
    with chat.database.reading() as session:
        [message] = session.scalars(sa.select(Message))
        assert (message.private, message.wants_person) == (True, True)


async def test_nobody_reads_or_joins_anothers_private_talk(
    chat: Chat, visit: Visit, other_visit: Visit
) -> None:
    message = await visit.say("Between us: my order never came", private="yes")
    await chat.answer()
    for thread in (message, "0" * 32, "..%2Fme"):
        answer = await other_visit.client.get(f"/chat/threads/{thread}")
        assert answer.status_code == 404
        form = await other_visit.fill(text="Let me in", thread=thread)
        assert (await other_visit.send(form)).status_code == 404
    assert events(chat) == 1


async def test_an_answer_finds_the_question_that_was_asked(chat: Chat, visit: Visit) -> None:
    message = await visit.say(SUGGESTION)
    await chat.answer()
    question = await ask(chat, message, "Which lid do you mean?")
    await visit.say("The locking one", thread=message)
    await visit.say("And hello to everybody", thread=message)
    with chat.database.reading() as session:
        replies = [
            event.details["reply_to"]
            for event in session.scalars(sa.select(Event).order_by(Event.id).offset(1))
        ]
    assert replies == [question, message]


async def ask(chat: Chat, message: str, text: str) -> str:
    """A partner's question to whoever said that; gives its id in the chat."""

    def put(session: Session) -> UUID:
        said = session.scalars(sa.select(Message).filter_by(remote_id=message)).one()
        return enqueue(
            session,
            key="question",
            channel=session.need(Channel, said.channel_id),
            action=Action.REPLY,
            content=Content(text=text),
            about=About.QUESTION,
            thread=message,
            reply_to=message,
        ).id

    id = await chat.writer.run(put)
    await chat.postman.deliver_due()
    with chat.database.reading() as session:
        return session.need(Delivery, id).remote_id or ""


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": ""}, "write a few words first"),
        ({"text": " \n\t "}, "write a few words first"),
        ({"text": "x" * 2001}, "1 characters too long"),
        ({"text": "Hello", "name": "willow & WREN"}, "That is our name"),
        ({"text": "Hello", "name": "x" * 500}, "shorter name"),
    ],
)
async def test_what_cannot_be_taken_comes_back_with_what_to_mend(
    chat: Chat, visit: Visit, typed: dict[str, str], sentence: str
) -> None:
    form = await visit.fill(**typed)
    for headers in ({}, {"hx-request": "true"}):
        answer = await visit.send(form, **headers)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert typed["text"].strip() in answer.text
    assert events(chat) == 0


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "NUL \x00", "\u202eevil", "x" * 2000, "\U0001f600" * 2000],
)
async def test_hostile_words_are_only_words(chat: Chat, visit: Visit, text: str) -> None:
    await visit.say(text)
    page = await visit.see()
    assert "<script>alert" not in page
    assert events(chat) == 1


async def test_ten_megabytes_are_refused(chat: Chat, visit: Visit) -> None:
    answer = await visit.send(await visit.fill(text="x" * 10_000_000))
    assert answer.status_code == 413
    assert events(chat) == 0


async def test_a_form_from_elsewhere_is_refused(chat: Chat, visit: Visit) -> None:
    form = await visit.fill(text="Hello") | {"_csrf_token": "forged"}
    assert (await visit.send(form)).status_code == 403
    assert events(chat) == 0


async def test_who_is_too_quick_is_asked_to_wait(
    chat: Chat, visit: Visit, clock: FrozenClock
) -> None:
    for number in range(8):
        await visit.say(f"Message {number}")
    answer = await visit.send(await visit.fill(text="One more"))
    assert answer.status_code == 429
    assert "Try again in a minute" in answer.text
    clock.advance(timedelta(minutes=1))
    await visit.say("One more")


async def test_a_name_is_kept_and_a_guest_has_one_too(chat: Chat, visit: Visit) -> None:
    await visit.say("Hello", name="Mara")
    await visit.say("It is me again")
    await chat.answer()
    assert 'value="Mara"' in await visit.see()
    with chat.database.reading() as session:
        [member] = session.scalars(sa.select(Member))
        assert member.name == "Mara"


async def test_the_cookie_is_not_for_scripts_nor_for_us_to_read_back(
    chat: Chat, visit: Visit
) -> None:
    answer = await visit.client.get("/chat")
    cookie = next(
        value for value in answer.headers.get_list("set-cookie") if "hubbub-visitor" in value
    )
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    secret = found_in(cookie, "hubbub-visitor=([0-9a-f]{32})")
    await visit.say("Hello")
    assert secret not in await visit.see()
    with chat.database.reading() as session:
        [event] = session.scalars(sa.select(Event))
        assert secret not in f"{event.raw!r} {event.details}"


async def test_older_conversations_are_a_page_away(
    chat: Chat, visit: Visit, clock: FrozenClock
) -> None:
    for number in range(20):
        clock.advance(timedelta(minutes=1))
        await visit.say(f"Message number {number}.")
    newest = await visit.see()
    older = await visit.see(found_in(newest, r'href="(/chat\?before=[^"]+)"'))
    numbers = [re.findall(r"Message number (\d+)\.</div>", page) for page in (newest, older)]
    assert numbers[0] == [str(number) for number in range(19, 4, -1)]
    assert numbers[1] == ["4", "3", "2", "1", "0"]


async def test_what_was_not_sent_is_not_shown(chat: Chat, visit: Visit) -> None:
    def put(session: Session) -> UUID:
        return enqueue(
            session,
            key="later",
            channel=session.scalars(sa.select(Channel)).one(),
            action=Action.PUBLISH,
            content=Content(text="Not yet"),
            about=About.POST,
            due_at=session.now() + timedelta(hours=1),
        ).id

    await chat.writer.run(put)
    await chat.answer()
    assert "Not yet" not in await visit.see()


async def test_what_is_said_to_me_alone_is_read_by_nobody_else(
    chat: Chat, visit: Visit, other_visit: Visit
) -> None:
    message = await visit.say("/mydata")
    await chat.answer()
    kept = "I keep about you"
    assert kept in await visit.see("/chat/me")
    for who in (visit, other_visit):
        assert kept not in await who.see()
        assert kept not in await who.see(f"/chat/threads/{message}")
    assert kept not in await other_visit.see("/chat/me")


async def test_commands_are_typed_and_buttons_pressed(
    chat: Chat, visit: Visit, other_visit: Visit
) -> None:
    await visit.say(SUGGESTION)
    await chat.answer()
    message = await other_visit.say("/ideas")
    await chat.answer()
    page = await other_visit.see(f"/chat/threads/{message}")
    value = found_in(page, 'name="value" value="(voice:[0-9a-f]{32})"')
    await other_visit.say("1 +1", thread=message, value=value)
    await chat.answer()
    assert "Your voice counts" in await other_visit.see(f"/chat/threads/{message}")
