"""Letting partners into their portal: who has which cookie."""

from typing import Any

from litestar.datastructures import Cookie

from bot.suppliers import links
from bot.suppliers.portal import Partner
from bot.web.house import Connection, House, house_of

COOKIE = "hubbub-partner"

__all__ = ["COOKIE", "Partner", "cookie", "doorkeeper", "token_of"]


def doorkeeper(connection: Connection) -> Partner | None:
    """Who this is, asked anew with every request: revoking works from the next one on."""
    token = token_of(connection)
    if token is None:
        return None
    with house_of(connection).database.reading() as session:
        return links.partner_of(session, token)


def token_of(connection: Connection) -> str | None:
    return connection.cookies.get(house_of(connection).cookie_name(COOKIE))


def cookie(house: House, name: str, value: str, *, max_age: int) -> Cookie:
    given: dict[str, Any] = {"path": "/", "httponly": True, "samesite": "lax"}
    return Cookie(
        key=house.cookie_name(name), value=value, max_age=max_age, secure=house.is_https, **given
    )
