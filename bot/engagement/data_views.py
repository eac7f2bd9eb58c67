"""Pages for people whose data we hold: what it is, and whether it is gone."""

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread

from bot.accounts.tokens import hash_token, is_signed, sign
from bot.db import Session, Writer
from bot.engagement import erasing, mydata
from bot.engagement.mydata_file import archive
from bot.errors import NotAllowed, NotFound
from bot.suppliers import guards
from bot.web.access import Access
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.i18n import locale
from bot.web.limits import Limit, SharedLimit
from bot.web.pages import AnyRequest, Page, page

# Set when the button is shown; who only follows links (a preview of a chat) can't press it.
_SHOWN_COOKIE, _SHOWN_FOR = "hubbub-data", 10 * 60  # seconds


@get("/mydata/{token:str}", access=Access.PUBLIC, guards=[Limit(60, seconds=60)])
async def show(token: str, house: House) -> Page:
    """A button; looking at it uses nothing up, and says nothing about the link."""
    response = page("engagement/mydata.html", title=_("What we keep about you"), token=token)
    proof = sign(house.secret, "data", hash_token(token).hex())
    response.set_cookie(guards.cookie(house, _SHOWN_COOKIE, proof, max_age=_SHOWN_FOR))
    return response


@post("/mydata/{token:str}", access=Access.PUBLIC, guards=[SharedLimit("data", 20, seconds=60)])
async def take(request: AnyRequest, token: str, house: House, writer: Writer) -> Response[bytes]:
    """Everything, for programs and for people, in one archive. Raises `LinkSpent`."""
    proof = request.cookies.get(house.cookie_name(_SHOWN_COOKIE), "")
    if not is_signed(house.secret, "data", hash_token(token).hex(), proof):
        raise NotAllowed(_("Please open the link again, and press the button that it shows."))
    found = await writer.run(lambda session: mydata.redeem(session, token))
    named = {"content-disposition": 'attachment; filename="mydata.zip"'}
    made = await sync_to_thread(archive, found, locale())
    return Response(made, headers=named, media_type="application/zip", status_code=200)


@get(
    "/erasures/{code:str}",
    access=Access.PUBLIC,
    guards=[Limit(60, seconds=60)],
    sync_to_thread=True,
)
def erasure(code: str, session: Session) -> Page:
    """Whether it is done, and nothing else: who it was about is not known here any more."""
    done = erasing.state_of(session, code)
    if done is None:
        raise NotFound
    return page("engagement/erasure.html", title=_("Erasing your data"), done=done, code=code)


routes = [show, take, erasure]
