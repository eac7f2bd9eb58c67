"""Every id in every address, fed with what is somebody else's: the answer is that of not-found."""

import re
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from bot.accounts.models import User
from bot.all_models import metadata
from bot.channels.models import Channel
from bot.db import Database
from bot.inbox.models import Message
from bot.members.models import Member, Person
from bot.suggestions.models import Suggestion
from bot.suppliers.models import Case, Coverage
from bot.web.access import Access
from content_calendar.keeping import PostTemplate, Unfinished
from content_calendar.models import Post
from content_calendar.queue.models import Category, Evergreen, WeeklySlot
from tests.shops import furnish
from tests.web.two_shops import EVERYBODY, FORM, MAY, NO_IDS, ONCE, OWNED, Route, World


def test_every_parameter_of_an_address_is_known(world: World) -> None:
    asked = {parameter for route in world.routes for parameter in route.parameters}
    assert asked == OWNED.keys() | NO_IDS.keys()


def foreign(world: World, parameter: str) -> dict[str, UUID]:
    """Ids that are no business of who asks: of another shop, another partner, another kind."""
    kind = OWNED[parameter]
    found = {"another workspace": world.theirs.rows[kind]}
    if parameter.startswith("/supplier/"):
        # A kind that is missing there ends the test: nobody may forget what another partner has.
        found["another partner"] = world.ours.of_partner[world.ours.nord][kind]
        found["another partner there"] = world.theirs.of_partner[world.theirs.nord][kind]
    if parameter.startswith("/partners/{supplier_id:uuid}/") and kind is not Coverage:
        found["another partner's own"] = world.ours.of_partner[world.ours.nord].get(
            kind, UUID(int=7)
        )
    if kind is Coverage:
        found["another partner"] = world.ours.coverage[world.ours.nord]
    other = Post if kind is User else User
    return found | {"another kind": world.ours.rows[other]}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_somebody_else_s_is_answered_as_if_it_never_was(world: World) -> None:
    nothing, wrong, tried = UUID(int=7), [], 0
    before = everything(world.database)
    for route in world.routes:
        for parameter in OWNED.keys() & set(route.parameters):
            for who in EVERYBODY:
                may = who in MAY[route.access]
                forms = [{}, world.form(route)] if may and route.method != "GET" else [{}]
                for form in forms:
                    never = world.answer(who, route, {parameter: nothing}, **form)
                    for whose, id in foreign(world, parameter).items():
                        tried += 1
                        if world.answer(who, route, {parameter: id}, **form) != never:
                            wrong.append(f"{who}: {route} tells of {whose}")
                    if may and (route.method == "GET" or form) and never[0] != 404:
                        wrong.append(f"{who}: {route} → {never[0]}")
    assert not wrong, "\n".join(wrong)
    assert tried > 500
    assert everything(world.database) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_one_s_own_is_found(world: World) -> None:
    """Or the test above would hold in an empty house."""
    lost = []
    last = ("disable", "delete", "remove", "sign-out", "hand-over", "merge", "/end", "give-back")

    def order(route: Route) -> tuple[bool, bool, bool]:
        """What gives something away or ends it comes last."""
        is_early = route.path.startswith(("/supplier", "/mail"))
        return route.path.endswith(last), not is_early, route.method != "GET"

    for route in sorted(world.routes, key=order):
        if route.method == "DELETE":
            continue  # a page's own button has deleted it just before
        if OWNED.keys() & set(route.parameters) and "quarantine" not in route.path:
            who = MAY[route.access][-1]
            status, _ = world.answer(who, route, {}, **world.form(route))
            if status == 404 or status >= 500:
                lost.append(f"{who}: {route} → {status}")
    assert not lost, "\n".join(lost)


def everything(database: Database) -> dict[str, list[Any]]:
    """All that stands in the other shop's tables."""
    with database.readers.connect() as connection:
        return {
            table.name: sorted(
                map(repr, connection.execute(sa.select(table).where(table.c.workspace_id == 2)))
            )
            for table in metadata.sorted_tables
            if "workspace_id" in table.c
        }


def filled(world: World, field: str, given: UUID) -> dict[str, str]:
    ours = world.ours.rows
    own = {"slot": ours[WeeklySlot], "account": ours[Member], "partner": world.ours.nord}
    words = {"act": "draft", "local": "2026-03-04T10:00"}
    return FORM | words | {name: str(id) for name, id in (own | {field: given}).items()}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_ids_in_forms_and_queries_are_no_way_in_either(world: World) -> None:
    theirs, wrong = world.theirs.rows, []
    suggestion, post = world.ours.rows[Suggestion], world.ours.rows[Post]
    kind, person = world.ours.rows[Category], world.ours.rows[Person]
    asked: list[tuple[str, str, str, UUID]] = [
        ("POST", f"/suggestions/{suggestion}/merge", "into", theirs[Suggestion]),
        ("POST", f"/suggestions/{suggestion}/hand-over", "partner", world.theirs.alba),
        ("POST", f"/partners/whose-is-it/{world.ours.rows[Case]}", "supplier", world.theirs.alba),
        ("POST", f"/persons/{person}/partners", "account", theirs[Member]),
        ("POST", f"/persons/{person}/partners", "partner", world.theirs.alba),
        ("POST", f"/posts/{post}/next-slot", "category", theirs[Category]),
        ("POST", "/queue/evergreens/new", "category", theirs[Category]),
        ("POST", f"/queue/categories/{kind}/slots", "channels", theirs[Channel]),
        ("POST", "/queue/fill", "slot", theirs[WeeklySlot]),
        ("POST", "/queue/fill", "evergreen", theirs[Evergreen]),
        ("POST", "/queue/skip", "slot", theirs[WeeklySlot]),
        ("POST", "/queue/reopen", "slot", theirs[WeeklySlot]),
        ("POST", "/posts/preview", "channels", theirs[Channel]),
        ("POST", "/posts/new", "channels", theirs[Channel]),
        ("POST", f"/posts/{post}", "channels", theirs[Channel]),
        ("POST", "/posts/templates/forget", "template", theirs[PostTemplate]),
        ("POST", "/posts/unfinished/forget", "unfinished", theirs[Unfinished]),
        ("POST", "/approvals/approvers", "approvers", theirs[User]),
        ("GET", "/posts/templates", "template", theirs[PostTemplate]),
        ("GET", "/posts/new", "template", theirs[PostTemplate]),
        ("GET", "/posts/new", "unfinished", theirs[Unfinished]),
        ("GET", "/inbox", "channel", theirs[Channel]),
        ("GET", "/inbox", "before", theirs[Message]),
        ("GET", "/suggestions", "partner", world.theirs.alba),
        ("GET", "/suggestions", "product", theirs[Suggestion]),
    ]
    for method, address, field, id in asked:
        answers = []
        for given in (id, UUID(int=id.int ^ 1)):  # nobody's, but as old as theirs
            if method == "GET":
                response = world.call("owner", "GET", f"{address}?{field}={given}")
            else:
                response = world.call("owner", "POST", address, filled(world, field, given))
            body = ONCE.sub(r"\1", response.text).replace(str(given), "ID")
            answers.append((response.status_code, response.headers.get("location"), body))
        if answers[0] != answers[1]:
            wrong.append(f"{method} {address} {field}: {answers[0][0]} and {answers[1][0]}")
        if "heron" in answers[0][2]:
            wrong.append(f"{method} {address} {field} shows what is theirs")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_thread_of_the_chat_is_public_or_not_there(world: World) -> None:
    def ask(root: str) -> tuple[int, str]:
        response = world.call("nobody", "GET", f"/chat/threads/{root}")
        return response.status_code, response.text

    never = ask("never")
    assert never[0] == 404
    assert ask(world.theirs.threads["kettle"]) == never  # of another shop
    assert ask(world.ours.threads["alone"]) == never  # said to us alone
    assert ask(str(world.ours.rows[Message])) == never  # our own id, not the network's
    assert ask(world.ours.threads["kettle"])[0] == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_lists_counts_exports_and_streams_know_nothing_of_another_shop(world: World) -> None:
    """Not one byte of any page is different once another shop has opened beside us."""
    pages = [route for route in world.routes if route.method == "GET" and not route.parameters]
    assert {"/metrics", "/products/catalogue.csv", "/events", "/supplier/events", "/mail"} <= {
        route.path for route in pages
    }
    asked = [(who, route) for route in pages for who in ("partner", "owner", "nobody")]
    before = [world.answer(who, route, {}) for who, route in asked]
    third = Database(str(world.database.url), workspace=3, clock=world.database.clock)
    with third.session(third.writers) as session:
        furnish(session, "heron")
        session.commit()
    third.close()
    after = [world.answer(who, route, {}) for who, route in asked]
    different = [
        f"{who}: {route.path}"
        for (who, route), one, other in zip(asked, before, after, strict=True)
        if one != other or "heron" in one[1]
    ]
    assert different == []
    assert sum("wombat" in body for _, body in before) > 8


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_partner_sees_nothing_of_another_partner(world: World) -> None:
    for route in world.routes:
        if route.access is Access.PARTNER and route.method == "GET":
            status, body = world.answer("partner", route, {})
            assert status == 200
            assert "Nord" not in body and "tin" not in re.findall(r"\w+", body)
            assert str(world.ours.cases[world.ours.nord]) not in body
