"""Letting partners into their portal: who has which cookie."""

from typing import Any

from litestar.datastructures import Cookie

from bot.accounts.service import signed_in
from bot.db import Session
from bot.suppliers import links
from bot.suppliers.portal import Partner
from bot.web.access import session_token
from bot.web.house import Connection, House, house_of

COOKIE = "hubbub-partner"

__all__ = ["COOKIE", "Partner", "cookie", "doorkeeper", "partner_in", "token_of"]


def doorkeeper(connection: Connection) -> Partner | None:
    """Who this is, asked anew with every request: revoking works from the next one on."""
    if token_of(connection) is None:
        return None
    with house_of(connection).database.reading() as session:
        return partner_in(session, connection)


def partner_in(session: Session, connection: Connection) -> Partner | None:
    """Who this browser belongs to now; for staff who look as a partner, both cookies count."""
    token, staff = token_of(connection), session_token(connection)
    if token is None:
        return None
    required = house_of(connection).factor_required
    user = signed_in(session, staff, factor_required=required) if staff else None
    return links.partner_of(session, token, user)


def token_of(connection: Connection) -> str | None:
    return connection.cookies.get(house_of(connection).cookie_name(COOKIE))


def cookie(house: House, name: str, value: str, *, max_age: int) -> Cookie:
    given: dict[str, Any] = {"path": "/", "httponly": True, "samesite": "lax"}
    return Cookie(
        key=house.cookie_name(name), value=value, max_age=max_age, secure=house.is_https, **given
    )
