"""Letting partners into their portal: who has which cookie."""

from contextlib import suppress
from typing import Any

from litestar.datastructures import Cookie

from bot.accounts.service import signed_in
from bot.db import Session
from bot.errors import DatabaseUnavailable
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
    house = house_of(connection)
    with house.database.reading() as session:
        partner = partner_in(session, connection)
    if partner is not None:
        _note_that_seen(house, partner)
    return partner


def _note_that_seen(house: House, partner: Partner) -> None:
    """Nobody waits for it, and where it can't be written now, the next request does."""
    if partner.seen_at is None or house.clock.now() - partner.seen_at >= links.SEEN_EVERY:
        with suppress(DatabaseUnavailable):
            house.writer.submit(lambda session: links.seen(session, partner.session_id))


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
