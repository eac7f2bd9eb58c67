"""The door: one-time links in, and the way out."""

from typing import Any

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from bot.accounts import service
from bot.accounts.tokens import hash_token, is_signed, sign
from bot.db import Writer
from bot.errors import NotAllowed
from bot.web.access import SESSION_COOKIE, Access, find_user, session_token
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.limits import Limit, SharedLimit
from bot.web.pages import AnyRequest, Page, back_to, page

# Set when the button is shown; who only follows links (a mail scanner) can't press it.
SHOWN_COOKIE = "hubbub-entering"
_SHOWN_FOR = 10 * 60  # seconds


@get("/", access=Access.PUBLIC)
async def start(request: AnyRequest, house: House) -> Redirect:
    """Staff to their first page, everybody else to the shop's."""
    user = await find_user(request)
    return Redirect(house.shell.home if user else house.shell.guests, status_code=303)


@get("/enter", access=Access.PUBLIC)
async def ask(request: AnyRequest, house: House) -> Page | Redirect:
    """How to get a link. Nothing can be typed here, so nothing can be found out."""
    if await find_user(request):
        return Redirect(house.shell.home, status_code=303)
    return page("accounts/enter.html", title=_("Come in"))


@get("/enter/{token:str}", access=Access.PUBLIC, guards=[Limit(60, seconds=60)])
async def show(token: str, house: House) -> Page:
    """A button; looking at it uses nothing up, and says nothing about the link."""
    response = page("accounts/entering.html", title=_("Come in"), token=token)
    proof = sign(house.secret, "entering", hash_token(token).hex())
    response.set_cookie(_cookie(house, SHOWN_COOKIE, proof, max_age=_SHOWN_FOR))
    return response


@post("/enter/{token:str}", access=Access.PUBLIC, guards=[SharedLimit("enter", 20, seconds=60)])
async def enter(request: AnyRequest, token: str, house: House, writer: Writer) -> Page | Redirect:
    """Use the link up and begin a session, in the browser that was shown the button."""
    proof = request.cookies.get(house.cookie_name(SHOWN_COOKIE), "")
    if not is_signed(house.secret, "entering", hash_token(token).hex(), proof):
        raise NotAllowed(_("Please open the link again, and press the button that it shows."))
    try:
        session_token = await writer.run(lambda session: service.enter(session, token))
    except NotAllowed as refused:
        return page("accounts/enter.html", status=403, title=_("Come in"), refused=str(refused))
    response = back_to(house.shell.home)
    lasts = int(service.SESSION_LASTS.total_seconds())
    response.set_cookie(_cookie(house, SESSION_COOKIE, session_token, max_age=lasts))
    response.set_cookie(_cookie(house, SHOWN_COOKIE, "", max_age=0))
    return response


@post("/leave", access=Access.PUBLIC)
async def leave(request: AnyRequest, house: House, writer: Writer) -> Redirect:
    """End this browser's session; the others of the same person stay."""
    token = session_token(request)
    if token is not None:
        await writer.run(lambda session: service.leave(session, token))
    response = back_to("/enter", _("You have left. See you soon."))
    response.set_cookie(_cookie(house, SESSION_COOKIE, "", max_age=0))
    return response


def _cookie(house: House, name: str, value: str, **more: Any) -> Cookie:
    return Cookie(
        key=house.cookie_name(name),
        value=value,
        path="/",
        httponly=True,
        secure=house.is_https,
        samesite="lax",
        **more,
    )


routes = [start, ask, show, enter, leave]
