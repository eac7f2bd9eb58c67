"""Where other calendars read ours, and where staff make such an address."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Response

from bot.accounts.models import User
from bot.db import Database, Writer
from bot.errors import InvalidInput, NotFound
from bot.settings import Settings
from bot.web.access import Access
from bot.web.forms import typed
from bot.web.i18n import gettext as _
from bot.web.limits import Limit
from bot.web.pages import AnyRequest, Back, Page, back_to, page
from bot.web.versions import is_seen
from content_calendar.exchange import addresses, calendar_out
from content_calendar.exchange.page import EXCHANGE, exchange_page
from content_calendar.recurrence import zone_info


@get("/ical/{token:str}", access=Access.PUBLIC, guards=[Limit(120, seconds=60)])
async def calendar(
    token: str, request: AnyRequest, settings: Settings, database: Database, writer: Writer
) -> Response[bytes]:
    """Whoever knows the address reads it: calendars send no cookies."""
    shop = settings.shop

    def read() -> tuple[str, bytes, UUID | None]:
        with database.reading() as session:
            address = addresses.find(session, token)
            if address is None:
                raise NotFound
            zone = zone_info(shop.zone)
            shown = calendar_out.entries(session, zone, drafts=address.drafts)
            stale = address.id if addresses.is_stale(session, address) else None
        tag = calendar_out.tag(shown, shop.name)
        if is_seen(request, tag):
            return tag, b"", stale
        return tag, calendar_out.calendar(shown, shop.name, settings.public_url), stale

    tag, body, stale = await sync_to_thread(read)
    if stale is not None:
        await writer.run(lambda session: addresses.touch(session, stale))
    headers = {
        "ETag": tag,
        "Cache-Control": "private, no-cache",
        "Content-Disposition": 'inline; filename="hubbub.ics"',
    }
    status = 200 if body else 304
    return Response(body, status_code=status, media_type="text/calendar", headers=headers)


@post("/exchange/addresses", access=Access.MARKETER)
async def make_address(
    request: AnyRequest, user: User, writer: Writer, database: Database, settings: Settings
) -> Page:
    """The address is in this answer only: it is stored nowhere."""
    given = await typed(request)
    name, drafts = str(given.get("address_name", "")), bool(given.get("drafts"))
    try:
        token = await writer.run(lambda session: addresses.make(session, user, name, drafts=drafts))
    except InvalidInput as wrong:
        with database.reading() as session:
            return exchange_page(session, user, wrong)
    return page(
        "exchange/address.html",
        title=_("Your calendar elsewhere"),
        name=name,
        address=f"{settings.public_url}/ical/{token}",
    )


@post("/exchange/addresses/{id:uuid}/revoke", access=Access.MARKETER)
async def revoke_address(id: UUID, user: User, writer: Writer) -> Back:
    name = await writer.run(lambda session: addresses.revoke(session, id, by=user).name)
    return back_to(EXCHANGE, _("%s can't read the calendar any more.") % name)


routes: list[Any] = [calendar, make_address, revoke_address]
