"""Who may call what: every handler says so, and one guard sees to it.

    @get("/calendar", access=Access.MARKETER, sync_to_thread=True)

A handler that doesn't say keeps the app from starting.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Any

from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.routes import BaseRoute, HTTPRoute

from bot.accounts import api_tokens
from bot.accounts.api_tokens import Program, Scope
from bot.accounts.models import Role, User
from bot.accounts.service import Standing, standing
from bot.errors import NotAllowed
from bot.web.house import Connection, house_of

SESSION_COOKIE = "hubbub"


class Access(Enum):
    """Who may call a handler. Owners may what approvers may, approvers what marketers may."""

    PUBLIC = "public"  # everybody
    VISITOR = "visitor"  # everybody: pages made for consumers
    PARTNER = "partner"  # a partner who has entered; only what is theirs
    MARKETER = "marketer"
    APPROVER = "approver"
    OWNER = "owner"
    HALF_IN = "half in"  # staff who came in by a link, whatever they still owe: to give their code
    SETTING_UP = "setting up"  # the same, but not before the code: to set a second factor up
    TOKEN = "token"  # programs that show a token of staff; the handler names its `scope`
    SYSTEM = "system"  # programs: the handler itself checks a signature or an address

    @property
    def roles(self) -> frozenset[Role]:
        """The staff who may; empty where it is not about staff."""
        return _STAFF.get(self, frozenset())


_STAFF = {
    Access.MARKETER: frozenset(Role),
    Access.APPROVER: frozenset({Role.APPROVER, Role.OWNER}),
    Access.OWNER: frozenset({Role.OWNER}),
}


class NotSignedIn(NotAllowed):
    """Please sign in first."""

    door = "/enter"


class CodeOwed(NotSignedIn):
    """Please give the code from your phone first."""

    door = "/second-factor"


class FactorOwed(NotSignedIn):
    """Please set up your second factor first."""

    door = "/account"


class TokenNeeded(NotAllowed):
    """Send a token that still works as “Authorization: Bearer hubbub_…”: Settings, API tokens."""


class ScopeMissing(NotAllowed):
    """This token was not made for that. Make one with the scope that is named here."""


async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let the request through, or raise `NotSignedIn` (with the door to go to) or `NotAllowed`."""
    access = handler.opt.get("access")
    if access in (Access.PUBLIC, Access.VISITOR, Access.SYSTEM) or _is_options(handler):
        return
    if access is Access.PARTNER:
        await _let_partner_in(connection)
    elif access is Access.TOKEN:
        await _let_program_in(connection, handler)
    elif isinstance(access, Access):
        await _let_staff_in(connection, access)
    else:
        raise NotAllowed


async def _let_staff_in(connection: Connection, access: Access) -> None:
    found = await find_standing(connection)
    if found is None:
        raise NotSignedIn
    if access is Access.HALF_IN:
        return
    if found.half_in:
        raise CodeOwed
    if access is Access.SETTING_UP:
        return
    user = user_of(connection)
    if user is None:
        raise FactorOwed
    if user.role not in access.roles:
        raise NotAllowed


async def find_user(connection: Connection) -> User | None:
    """Who of the staff this is, when they have given all that it takes to be in."""
    await find_standing(connection)
    return user_of(connection)


async def find_standing(connection: Connection) -> Standing | None:
    """How far they have got; asked anew with every request, so revoking works at once."""
    token = session_token(connection)
    if token is None:
        return None
    found = await sync_to_thread(_read_standing, connection, token)
    required = house_of(connection).factor_required
    connection.state.standing = found
    connection.state.user = found.user if found and found.is_in(factor_required=required) else None
    return found


def _read_standing(connection: Connection, token: str) -> Standing | None:
    with house_of(connection).database.reading() as session:
        return standing(session, token)


def session_token(connection: Connection) -> str | None:
    return connection.cookies.get(house_of(connection).cookie_name(SESSION_COOKIE))


async def _let_partner_in(connection: Connection) -> None:
    doorkeepers = house_of(connection).doorkeepers
    if doorkeepers.partner is None:
        raise NotAllowed(doorkeepers.partner_message)
    partner = await sync_to_thread(doorkeepers.partner, connection)
    if partner is None:
        raise NotAllowed(doorkeepers.partner_message)
    connection.state.partner = partner


async def _let_program_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """Only by its token, never by a cookie: so no page elsewhere can make a browser call."""
    kind, _, secret = connection.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise TokenNeeded
    house = house_of(connection)

    def read() -> Program | None:
        with house.database.reading() as session:
            return api_tokens.find(session, secret.strip(), factor_required=house.factor_required)

    program = await sync_to_thread(read)
    if program is None:
        raise TokenNeeded
    scope: Scope = handler.opt["scope"]
    if not program.may(scope):
        raise ScopeMissing(f"This token may not do that: it needs the scope “{scope.value}”.")
    connection.state.user, connection.state.program = program.user, program
    if api_tokens.is_stale(program.token, house.clock.now()):
        await house.writer.run(lambda session: api_tokens.touch(session, program.token.id))


def user_of(connection: Connection) -> User | None:
    """The staff user whom the guard let in: nobody while they owe their second factor."""
    user: User | None = connection.state.get("user")
    return user


def refuse_undeclared(routes: Iterable[BaseRoute]) -> None:
    """Raise `LookupError` naming each handler without an access, or free of CSRF for no reason."""
    problems = []
    for path, handler in handlers_of(routes):
        access = handler.opt.get("access")
        if not isinstance(access, Access) and not _is_options(handler):
            problems.append(f"{path}: {handler} doesn't say who may call it (access=Access.…)")
        elif access is Access.TOKEN and not isinstance(handler.opt.get("scope"), Scope):
            problems.append(
                f"{path}: {handler} doesn't say which scope it asks for (scope=Scope.…)"
            )
        elif handler.opt.get("exclude_from_csrf") and access not in (Access.SYSTEM, Access.TOKEN):
            problems.append(f"{path}: {handler} is free of CSRF checks but not Access.SYSTEM")
    if problems:
        raise LookupError("\n".join(problems))


def handlers_of(routes: Iterable[BaseRoute]) -> list[tuple[str, BaseRouteHandler]]:
    """Every handler with its path. WebSockets and mounted apps count: they need a rule too."""
    found: list[tuple[str, BaseRouteHandler]] = []
    for route in routes:
        handlers: Any = route.route_handlers if isinstance(route, HTTPRoute) else ()
        single: Any = getattr(route, "route_handler", None)
        found += [(route.path, one) for one in (*handlers, *([single] if single else []))]
    return found


def _is_options(handler: BaseRouteHandler) -> bool:
    """Litestar's own answer to OPTIONS, which only names the methods of a path."""
    return isinstance(handler, HTTPRouteHandler) and handler.http_methods == {"OPTIONS"}
