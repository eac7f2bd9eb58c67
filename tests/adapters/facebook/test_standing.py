"""How we stand with Facebook, said in sentences with what to do about it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.facebook import plugin
from adapters.facebook.standing import FIELDS, RIGHTS
from bot.clock import FrozenClock
from bot.errors import RateLimited, Rejected, Unavailable
from bot.networks import Action, Finding, Health
from tests.adapters.facebook.conftest import Build, Inbox
from tests.adapters.facebook.saying import say
from tests.adapters.facebook.test_faults import until
from tests.stand_ins.facebook import Facebook
from tests.stand_ins.facebook.server import PERSONS_TOKEN, TOKEN
from tests.stand_ins.facebook.wall import No, id_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


async def found(build: Build, what: str, **settings: Any) -> Finding:
    findings = await build(**settings).examine(Facebook.channel)
    [one] = [finding for finding in findings if finding.what == what]
    return one


def expired(graph: Facebook) -> None:
    graph.graph.expired = True


def ends_soon(graph: Facebook) -> None:
    graph.graph.expires_at = int((datetime.now(UTC) + timedelta(days=3)).timestamp())


def data_ends_soon(graph: Facebook) -> None:
    graph.graph.data_access_expires_at = int((datetime.now(UTC) + timedelta(days=3)).timestamp())


def lacks_a_right(graph: Facebook) -> None:
    graph.graph.scopes.remove("pages_messaging")


def may_not_subscribe(graph: Facebook) -> None:
    graph.graph.may_subscribe = False


def unpublished(graph: Facebook) -> None:
    graph.graph.published = False


def busy(graph: Facebook) -> None:
    graph.usage = {"call_count": 90, "total_time": 1, "total_cputime": 1}


@pytest.mark.parametrize(
    ("wrong", "what", "health", "says"),
    [
        (expired, "token", Health.OFF, "Make a new token"),
        (ends_soon, "token", Health.WARN, "valid until"),
        (data_ends_soon, "token", Health.WARN, "valid until"),
        (lacks_a_right, "rights", Health.WARN, "pages_messaging (to write in Messenger)"),
        (may_not_subscribe, "subscription", Health.WARN, "pages_manage_metadata"),
        (unpublished, "place", Health.WARN, "not published"),
        (busy, "speed", Health.WARN, "90 %"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_what_is_wrong_is_found(
    graph: Facebook,
    build: Build,
    wrong: Callable[[Facebook], None],
    what: str,
    health: Health,
    says: str,
) -> None:
    fine = await found(build, what)
    assert fine.health is Health.OK
    graph.reset()
    wrong(graph)
    finding = await found(build, what)
    assert finding.health is health
    assert says in f"{finding.says} {finding.then}"
    assert finding.then


async def test_the_end_of_a_token_is_told_as_a_moment_too(graph: Facebook, build: Build) -> None:
    """So that a post after it can be warned of."""
    assert (await found(build, "token")).until is None
    ends_soon(graph)
    ends = datetime.fromtimestamp(graph.graph.expires_at, UTC)
    assert (await found(build, "token")).until == ends


async def test_without_a_webhook_it_is_said_what_does_not_arrive(build: Build) -> None:
    finding = await found(build, "subscription", verify_token="")
    assert finding.health is Health.WARN
    assert "can't call us" in finding.says


async def test_another_place_than_the_page_is_none(build: Build) -> None:
    findings = await build().examine("42")
    assert [one.health for one in findings if one.what == "place"] == [Health.OFF]


async def test_an_app_in_development_is_known_once_facebook_says_so(
    graph: Facebook, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = build()

    def testers_only(person: str) -> None:
        raise No(200, "(#200) Cannot message users who are not testers of the app", 2018028)

    monkeypatch.setattr(type(graph.wall), "may_write_to", lambda _, person: testers_only(person))
    with pytest.raises(Rejected, match="in development"):
        await adapter.send(say("Hello", Action.DIRECT, recipient=id_of("ada")))
    [app] = [one for one in await adapter.examine() if one.what == "app"]
    assert app.health is Health.WARN
    assert "Live" in app.then


async def test_a_page_that_is_not_subscribed_is_subscribed(graph: Facebook, build: Build) -> None:
    assert (await found(build, "subscription")).health is Health.OK
    assert graph.wall.subscribed == list(FIELDS)
    writes = [call for call in graph.requests if call.method == "POST"]
    await found(build, "subscription")
    assert [call for call in graph.requests if call.method == "POST"] == writes  # only once


async def test_messenger_says_that_it_is_a_bot_and_has_a_menu(
    graph: Facebook, build: Build
) -> None:
    assert (await found(build, "messenger")).health is Health.OK
    profile = graph.wall.profile
    assert "You write with a bot of Fern & Kettle" in profile["greeting"][0]["text"]
    assert profile["get_started"] == {"payload": "command:start"}
    [menu] = profile["persistent_menu"]
    assert [one["payload"] for one in menu["call_to_actions"]] == ["command:ideas", "command:help"]
    graph.wall.profile["greeting"] = [{"locale": "default", "text": "Somebody changed it"}]
    await found(build, "messenger")
    last = [call for call in graph.requests if call.path.endswith("messenger_profile")][-1]
    assert set(last.sent) - {"appsecret_proof"} == {"greeting"}  # only what differs


async def test_a_persons_token_becomes_the_pages(graph: Facebook, build: Build) -> None:
    await build().send(say())
    used = [call.headers["Authorization"] for call in graph.requests]
    assert used == [f"Bearer {PERSONS_TOKEN}", f"Bearer {TOKEN}"]


async def test_it_can_speak_on_its_page(build: Build) -> None:
    [place] = await build().places()
    assert (place.channel, place.name, place.kind) == (Facebook.channel, "Fern & Kettle", "Page")


async def test_where_nobody_answers_that_is_what_is_found(build: Build) -> None:
    findings = await build(graph_base="http://127.0.0.1:9").examine()
    assert [(one.what, one.health) for one in findings] == [("connection", Health.OFF)]


async def test_before_it_is_connected_it_says_so(build: Build) -> None:
    assert build().health() == (Health.OFF, "Facebook is not connected yet.")


async def test_connected_it_says_since_when(webhook: Facebook, build: Build, inbox: Inbox) -> None:
    adapter = build(grace_seconds=1.0)
    running = asyncio.create_task(adapter.run(inbox.receive))
    await until(lambda: adapter.health()[0] is Health.OK)
    await webhook.say("hello", reply_to=(await adapter.send(say())).message)
    await until(lambda: "last heard" in adapter.health()[1])
    says = adapter.health()[1]
    assert says.startswith("Connected since 2")
    assert "last said something at 2" in says
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_token_that_is_refused_is_tried_once_until_a_person_looks(
    graph: Facebook, build: Build, inbox: Inbox
) -> None:
    adapter = build()
    graph.graph.expired = True
    running = asyncio.create_task(adapter.run(inbox.receive))
    await until(lambda: "token" in adapter.health()[1])
    calls = len(graph.requests)
    await asyncio.sleep(0)  # it would have called at once
    assert (len(graph.requests), running.done()) == (calls, False)
    graph.graph.expired = False
    await adapter.examine()
    await until(lambda: adapter.health()[0] is Health.OK)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_where_much_is_used_it_goes_slower_and_says_so(build: Build) -> None:
    clock = FrozenClock(NOW)
    with Facebook(now=clock.now) as graph:
        adapter = build(clock=clock, graph_base=graph.base)
        graph.usage = {"call_count": 87.5}
        await adapter.send(say("one"))
        await adapter.send(say("two", key="k2"))
        with pytest.raises(RateLimited, match="88 % of what Facebook allows") as limit:
            await adapter.send(say("three", key="k3"))
        assert limit.value.retry_after == timedelta(seconds=16)  # half way from 2 to 30
        clock.advance(limit.value.retry_after)
        graph.usage = {"call_count": 10}
        await adapter.send(say("three", key="k3"))
        await adapter.send(say("four", key="k4"))  # there is room again
        assert [one.text for one in graph.shown()] == ["one", "two", "three", "four"]


async def test_a_look_that_could_not_be_had_changes_nothing(
    graph: Facebook, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = build()
    graph.graph.expired = True
    assert (await adapter.examine())[0].health is Health.OFF
    refused = adapter.health()
    monkeypatch.setattr(adapter._page, "as_app", unreachable)
    graph.graph.expired = False
    assert [one.what for one in await adapter.examine()] == ["connection"]
    assert adapter.health() == refused


async def unreachable(*_: object, **__: object) -> None:
    raise Unavailable("Nobody is there.")


def test_every_step_of_the_guide_names_a_finding_that_there_is() -> None:
    named = {step.finding for step in plugin.guide if step.finding}
    assert named <= {"token", "rights", "subscription", "app", "messenger", "webhook"}
    assert "seven rights" in plugin.guide[1].do
    assert len(RIGHTS) == 7
