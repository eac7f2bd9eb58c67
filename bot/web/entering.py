"""The door: one-time links in, and the way out."""

from concurrent.futures import Future
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from bot.accounts import service
from bot.accounts.tokens import hash_token, is_signed, sign
from bot.db import Session, Writer
from bot.errors import NotAllowed
from bot.logs import log
from bot.web.access import SESSION_COOKIE, Access, find_standing, session_token
from bot.web.forms import typed
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.limits import Limit, SharedLimit
from bot.web.pages import AnyRequest, Page, back_to, page

# Set when the button is shown; who only follows links (a mail scanner) can't press it.
SHOWN_COOKIE = "hubbub-entering"
_SHOWN_FOR = 10 * 60  # seconds
_LONGEST_ADDRESS = 254  # RFC 5321


@get("/", access=Access.PUBLIC)
async def start(request: AnyRequest, house: House) -> Redirect:
    """Staff to their first page, everybody else to the shop's."""
    staff = await find_standing(request)
    return Redirect(house.shell.home if staff else house.shell.guests, status_code=303)


@get("/enter", access=Access.PUBLIC)
async def ask(request: AnyRequest, house: House) -> Page | Redirect:
    """How to get a link."""
    if await find_standing(request):
        return Redirect(house.shell.home, status_code=303)
    return _door(house)


def _door(house: House, *, status: int = 200, refused: str = "") -> Page:
    by_mail = house.mail_entry is not None
    title = _("Come in")
    return page("accounts/enter.html", status=status, title=title, refused=refused, by_mail=by_mail)


@post("/enter", access=Access.PUBLIC, guards=[Limit(5, seconds=60)])
async def mail_link(request: AnyRequest, house: House, writer: Writer) -> Page | Redirect:
    """Mail a link to this address, if it is one of ours: what is said does not tell.

    Nor does how long it takes: nobody waits for what is written.
    """
    mail = house.mail_entry
    if mail is None:
        return _door(house)
    email = str((await typed(request)).get("email", ""))[:_LONGEST_ADDRESS]
    writer.submit(lambda session: mail(session, email)).add_done_callback(_note_failure)
    return page("accounts/mailed.html", title=_("Look into your mail"))


def _note_failure(done: "Future[None]") -> None:
    if problem := done.exception():
        log("web").error("a link could not be mailed", problem=type(problem).__name__)


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
        session_token, has_factor = await writer.run(lambda session: _enter(session, token))
    except NotAllowed as refused:
        return _door(house, status=403, refused=str(refused))
    reminder = "" if has_factor or house.factor_required else _remind()
    response = back_to(house.shell.home, reminder, level="note")
    give_session(response, house, session_token)
    response.set_cookie(_cookie(house, SHOWN_COOKIE, "", max_age=0))
    return response


def _enter(session: Session, token: str) -> tuple[str, bool]:
    session_token = service.enter(session, token)
    found = service.standing(session, session_token)
    return session_token, found is not None and found.has_factor


def _remind() -> str:
    return _("Whoever reads your mail could come in as you: set up a second factor in the menu.")


def give_session(response: Response[Any], house: House, token: str) -> None:
    """Let the browser keep this session's token; how long it opens something, the server knows."""
    lasts = int(service.SESSION_LASTS.total_seconds())
    response.set_cookie(_cookie(house, SESSION_COOKIE, token, max_age=lasts))


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


routes = [start, ask, mail_link, show, enter, leave]
