"""The portal's door: a link shows a button, the button lets in, once."""

from litestar import get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Redirect

from bot.accounts.models import User
from bot.accounts.tokens import hash_token, is_signed, sign
from bot.db import Session, Writer
from bot.errors import NotAllowed
from bot.suppliers import devices, guards, links
from bot.suppliers.portal import Partner
from bot.web.access import Access, find_user
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.limits import Limit, SharedLimit
from bot.web.pages import AnyRequest, Page, back_to, page

# Set when the button is shown; who only follows links (a mail scanner) can't press it.
SHOWN_COOKIE = "hubbub-portal"
_SHOWN_FOR = 10 * 60  # seconds


@get("/s/{token:str}", access=Access.PUBLIC, guards=[Limit(60, seconds=60)])
async def show(token: str, house: House) -> Page:
    """A button; looking at it uses nothing up, and says nothing about the link."""
    response = page("suppliers/entering.html", title=_("Your page with us"), token=token)
    proof = sign(house.secret, "portal", hash_token(token).hex())
    response.set_cookie(guards.cookie(house, SHOWN_COOKIE, proof, max_age=_SHOWN_FOR))
    return response


@post("/s/{token:str}", access=Access.PUBLIC, guards=[SharedLimit("portal", 20, seconds=60)])
async def enter(request: AnyRequest, token: str, house: House, writer: Writer) -> Page | Redirect:
    _must_be_shown(request, house, token)
    partner, staff = await sync_to_thread(guards.doorkeeper, request), await find_user(request)
    try:
        device = devices.said(request.headers.get("user-agent", ""))
        entered = await writer.run(lambda session: _enter(session, token, partner, staff, device))
    except links.LinkSpent as spent:
        title = _("This link has done its work")
        return page("suppliers/spent.html", status=403, title=title, token=token, spent=str(spent))
    response = back_to(f"/supplier/cases/{entered.case_id}" if entered.case_id else "/supplier")
    lasts = int(entered.lives.total_seconds())
    if entered.token:
        response.set_cookie(guards.cookie(house, guards.COOKIE, entered.token, max_age=lasts))
    response.set_cookie(guards.cookie(house, SHOWN_COOKIE, "", max_age=0))
    return response


def _enter(
    session: Session, token: str, partner: Partner | None, staff: User | None, device: str
) -> links.Entered:
    """By the link, or where it is spent by the session that this browser still has."""
    link = links.find(session, token)
    if link and link.used_at and partner and partner.supplier.id == link.supplier_id:
        return links.Entered(token="", supplier_id=link.supplier_id, case_id=link.case_id)
    return links.redeem(session, token, staff, device=device)


@post("/s/{token:str}/again", access=Access.PUBLIC, guards=[SharedLimit("new link", 5, seconds=60)])
async def send_again(request: AnyRequest, token: str, house: House, writer: Writer) -> Page:
    """A fresh link, to the address that we have; what we say is the same for invented ones."""
    _must_be_shown(request, house, token)
    await writer.run(lambda session: links.send_again(session, token))
    return page("suppliers/sent.html", title=_("Look into your mail"))


def _must_be_shown(request: AnyRequest, house: House, token: str) -> None:
    proof = request.cookies.get(house.cookie_name(SHOWN_COOKIE), "")
    if not is_signed(house.secret, "portal", hash_token(token).hex(), proof):
        raise NotAllowed(_("Please open the link again, and press the button that it shows."))


@post("/supplier/leave", access=Access.PARTNER)
async def leave(partner: Partner, house: House, writer: Writer) -> Page | Redirect:
    """End this browser's session; others of the same partner stay."""
    await writer.run(lambda session: links.leave(session, partner.session_id))
    response: Page | Redirect = page("suppliers/left.html", title=_("You have left"))
    if partner.lent_to is not None:
        response = back_to(f"/partners/{partner.supplier.id}")
    response.set_cookie(guards.cookie(house, guards.COOKIE, "", max_age=0))
    return response


routes = [show, enter, send_again, leave]
