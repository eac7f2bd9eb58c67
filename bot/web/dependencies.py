"""What handlers may ask for by a parameter's name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import wraps
from typing import Annotated, Any, TypeVar, get_origin, get_type_hints

from litestar import HttpMethod, Request
from litestar.concurrency import sync_to_thread
from litestar.constants import RESERVED_KWARGS
from litestar.di import Dependency, Provide
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromPath, FromQuery, SkipValidationMarker
from litestar.response import Stream

from bot.accounts.api_tokens import Program
from bot.accounts.models import User
from bot.accounts.service import Standing
from bot.db import Session
from bot.web.access import NotSignedIn, TokenNeeded, user_of
from bot.web.house import House, house_of

AnyRequest = Request[Any, Any, Any]

T = TypeVar("T")
# What is injected is ours and needs no validation, which protocols don't allow.
_OURS = Annotated[T, Dependency(), SkipValidationMarker()]
_PARAMETER = re.compile(r"{(\w+)")


def of(house: House) -> dict[str, Provide]:
    """Each field of the house by its name, and what a request adds."""
    given = {field.name: _constant(getattr(house, field.name)) for field in fields(House)}
    return given | {
        "house": _constant(house),
        "session": Provide(_session),
        "user": Provide(_user, sync_to_thread=False),
        "program": Provide(_program, sync_to_thread=False),
        "standing": Provide(_standing, sync_to_thread=False),
        "partner": Provide(_partner, sync_to_thread=False),
    }


def declare(handlers: Iterable[Any], names: Iterable[str]) -> None:
    """Tell Litestar where each parameter comes from, so that handlers need only name it.

    One of these names is a dependency, one of the path comes from there, any other from the query.
    """
    for handler in handlers:
        if isinstance(handler, BaseRouteHandler):
            given = {**dict.fromkeys(_in_paths(handler), FromPath), **dict.fromkeys(names, _OURS)}
            hints = get_type_hints(handler.fn, include_extras=True)
            for name in hints.keys() - RESERVED_KWARGS - {"return"}:
                if get_origin(hints[name]) is not Annotated:
                    source: Any = given.get(name, FromQuery)
                    handler.fn.__annotations__[name] = source[hints[name]]
            _answer_head(handler)
            _run_in_thread(handler)


def _answer_head(handler: BaseRouteHandler) -> None:
    """Who watches over us asks with HEAD. A stream has no end that could be waited for."""
    if (
        isinstance(handler, HTTPRouteHandler)
        and handler.http_methods == {HttpMethod.GET}
        and get_type_hints(handler.fn).get("return") is not Stream
    ):
        handler.http_methods.add(HttpMethod.HEAD)


def _run_in_thread(handler: BaseRouteHandler) -> None:
    """What ``sync_to_thread`` asks for, also where a path has a second handler.

    Litestar 2.25 registers the first again then, and takes what it wrapped for a plain function.
    """
    if isinstance(handler, HTTPRouteHandler) and handler.sync_to_thread:
        function: Any = handler.fn

        @wraps(function)
        async def in_thread(**given: Any) -> Any:
            return await sync_to_thread(function, **given)

        handler.sync_to_thread = None
        handler(in_thread)


def _in_paths(handler: BaseRouteHandler) -> set[str]:
    return {name for path in handler.paths for name in _PARAMETER.findall(path)}


def _constant(value: Any) -> Provide:
    def give() -> Any:
        return value

    return Provide(give, sync_to_thread=False)


def _session(request: AnyRequest) -> Iterator[Session]:
    """A reading session for as long as the handler runs; it connects with its first query."""
    with house_of(request).database.reading() as session:
        yield session


def _user(request: AnyRequest) -> User:
    user = user_of(request)
    if user is None:
        raise NotSignedIn
    return user


def _standing(request: AnyRequest) -> Standing:
    found: Standing | None = request.state.get("standing")
    if found is None:
        raise NotSignedIn
    return found


def _program(request: AnyRequest) -> Program:
    found: Program | None = request.state.get("program")
    if found is None:
        raise TokenNeeded
    return found


def _partner(request: AnyRequest) -> Any:
    return request.state.partner
