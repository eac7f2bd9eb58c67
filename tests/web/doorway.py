"""A small house with a page for everybody, and keys to it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from litestar import Litestar, get, post
from litestar.response import Redirect
from litestar.testing import TestClient
from pydantic import BaseModel, Field

from bot.accounts import service
from bot.accounts.models import Role, User
from bot.clock import Clock
from bot.db import Session, Writer
from bot.errors import Conflict, DatabaseUnavailable, InvalidInput, NotFound
from bot.web.access import SESSION_COOKIE, Access
from bot.web.forms import problems, read_form, typed
from bot.web.house import House
from bot.web.pages import AnyRequest, Page, back_to, page

Client = TestClient[Litestar]

TOKEN = re.compile(r'name="_csrf_token" value="(\w+)"')


class Note(BaseModel):
    text: str = Field(min_length=3, max_length=20)
    stars: int = Field(0, ge=0, le=5)
    tags: list[str] = []


@get("/open", access=Access.PUBLIC)
async def open_page() -> Page:
    return page("public.html", title="For everybody")


@get("/calendar", access=Access.MARKETER, sync_to_thread=True)
def staff_page(session: Session, user: User, clock: Clock) -> Page:
    return page("layout.html", title=f"Hello {user.name}, {clock.now():%H:%M}")


@get("/approvals", access=Access.APPROVER)
async def approver_page(user: User) -> str:
    return user.name


@get("/settings", access=Access.OWNER)
async def owner_page(user: User) -> str:
    return user.name


@get("/supplier", access=Access.PARTNER)
async def partner_page(partner: Any) -> str:
    return str(partner)


@post("/notes", access=Access.MARKETER)
async def add_note(request: AnyRequest, user: User) -> Page | Redirect | dict[str, Any]:
    try:
        note = await read_form(request, Note)
    except InvalidInput as error:
        found = {"problems": problems(error), "typed": await typed(request)}
        return page("public.html", status=422, title=str(found))
    return back_to("/calendar", f"Noted: {note.text} {note.stars} {note.tags}")


class Unheard(Exception):
    """Something that nobody expected."""


@get("/broken/{how:str}", access=Access.PUBLIC)
async def broken(how: str) -> str:
    raise {
        "gone": NotFound(),
        "changed": Conflict("Ada moved it to Tuesday."),
        "wrong": InvalidInput("This can't be."),
        "down": DatabaseUnavailable("password=hunter2 at 10.0.0.1"),
        "bug": Unheard("sesame"),
    }[how]


routes = [
    open_page,
    staff_page,
    approver_page,
    owner_page,
    partner_page,
    add_note,
    broken,
]


@contextmanager
def visiting(app: Litestar) -> Iterator[Client]:
    """A browser that follows no redirect by itself."""
    with TestClient(app, raise_server_exceptions=False) as client:
        client.follow_redirects = False
        yield client


def sign_in(client: Client, writer: Writer, role: Role) -> User:
    """Give this browser the session of a new member of staff."""
    token, user = writer.run_blocking(lambda session: _let_in(session, role))
    house: House = client.app.state.house
    client.cookies.set(house.cookie_name(SESSION_COOKIE), token)
    return user


def _let_in(session: Session, role: Role) -> tuple[str, User]:
    link = service.invite(session, f"The {role}", f"{role}@shop.example", role)
    token = service.enter(session, link)
    user = service.signed_in(session, token)
    assert user is not None
    return token, user


def csrf(client: Client) -> dict[str, str]:
    """The hidden field that a form on one of our pages would hold."""
    found = TOKEN.search(client.get("/enter/nothing").text)
    assert found is not None
    return {"_csrf_token": found[1]}
