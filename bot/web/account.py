"""A member of staff's own account: their second factor, and where they give it."""

from typing import Any

import segno
from litestar import get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Redirect
from markupsafe import Markup

from bot.accounts import codes, second_factor, service
from bot.accounts.codes import Given
from bot.accounts.second_factor import Answer
from bot.accounts.service import Standing
from bot.db import Session, Writer
from bot.errors import Conflict
from bot.web.access import Access
from bot.web.entering import give_session
from bot.web.forms import typed
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.limits import Limit
from bot.web.pages import AnyRequest, Page, back_to, page

ACCOUNT, CODE = "/account", "/second-factor"
# For every code that is typed, beside what the database counts for each user.
_TRIES = Limit(20, seconds=60)


@get(CODE, access=Access.HALF_IN)
async def ask_code(standing: Standing, house: House) -> Page | Redirect:
    if not standing.half_in:
        return Redirect(house.shell.home, status_code=303)
    return _code_page()


def _code_page(*, status: int = 200, problem: str = "") -> Page:
    title = _("One more step")
    return page("accounts/code.html", status=status, title=title, problems=_beside(problem))


@post(CODE, access=Access.HALF_IN, guards=[_TRIES])
async def give_code(
    request: AnyRequest, standing: Standing, house: House, writer: Writer
) -> Page | Redirect:
    """The code makes a session that is half in a whole one, under a new token."""
    if not standing.half_in:
        return Redirect(house.shell.home, status_code=303)
    given = await _given(request, standing, house)

    def prove(session: Session) -> tuple[Answer, str]:
        answer = second_factor.prove(session, standing, given)
        return answer, service.renew(session, standing) if answer is Answer.RIGHT else ""

    answer, token = await writer.run(prove)
    if answer is not Answer.RIGHT:
        return _code_page(status=422, problem=_said(answer))
    response = back_to(house.shell.home)
    give_session(response, house, token)
    return response


@get(ACCOUNT, access=Access.SETTING_UP, sync_to_thread=True)
def show_account(session: Session, standing: Standing, house: House) -> Page:
    return _account_page(session, standing, house)


def _account_page(
    session: Session, standing: Standing, house: House, *, status: int = 200, problem: str = ""
) -> Page:
    user = standing.user
    secret = None if standing.has_factor else second_factor.pending(session, user.id)
    shop = house.settings.shop.name
    return page(
        "accounts/account.html",
        status=status,
        title=_("Your account"),
        user=user,
        has_factor=standing.has_factor,
        must=house.factor_required and not standing.has_factor,
        codes_left=second_factor.codes_left(session, user.id),
        secret=_in_fours(secret) if secret else "",
        picture=_picture(codes.address(secret, email=user.email, shop=shop)) if secret else "",
        problems=_beside(problem),
    )


def _picture(address: str) -> Markup:
    """A QR code as SVG without a style or script, which our content policy would refuse."""
    drawn = segno.make_qr(address, error="m").svg_inline(
        omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff", border=4
    )
    return Markup(drawn)


def _in_fours(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


@post("/account/second-factor", access=Access.SETTING_UP)
async def begin(standing: Standing, writer: Writer) -> Redirect:
    await writer.run(lambda session: second_factor.begin(session, standing.user))
    return back_to(ACCOUNT)


@post("/account/second-factor/confirm", access=Access.SETTING_UP, guards=[_TRIES])
async def confirm(
    request: AnyRequest, standing: Standing, house: House, writer: Writer, session: Session
) -> Page | Redirect:
    given = await _given(request, standing, house)
    fresh = await sync_to_thread(codes.new_recovery_codes)

    def command(session: Session) -> tuple[Answer, str]:
        answer = second_factor.confirm(session, standing, given, fresh)
        return answer, service.renew(session, standing) if answer is Answer.RIGHT else ""

    try:
        answer, token = await writer.run(command)
    except Conflict as late:
        return back_to(ACCOUNT, str(late), level="problem")
    if answer is not Answer.RIGHT:
        return await _again(session, standing, house, answer)
    response = _codes_page(standing, fresh.shown)
    give_session(response, house, token)
    return response


@post("/account/second-factor/codes", access=Access.SETTING_UP, guards=[_TRIES])
async def renew_codes(
    request: AnyRequest, standing: Standing, house: House, writer: Writer, session: Session
) -> Page:
    given = await _given(request, standing, house)
    fresh = await sync_to_thread(codes.new_recovery_codes)
    answer = await writer.run(
        lambda session: second_factor.renew_codes(session, standing.user, given, fresh)
    )
    if answer is not Answer.RIGHT:
        return await _again(session, standing, house, answer)
    return _codes_page(standing, fresh.shown)


@post("/account/second-factor/remove", access=Access.SETTING_UP, guards=[_TRIES])
async def take_off(
    request: AnyRequest, standing: Standing, house: House, writer: Writer, session: Session
) -> Page | Redirect:
    given = await _given(request, standing, house)
    answer = await writer.run(lambda session: second_factor.take_off(session, standing, given))
    if answer is not Answer.RIGHT:
        return await _again(session, standing, house, answer)
    return back_to(ACCOUNT, _("Taken off. Set another one up while you are here."))


async def _given(request: AnyRequest, standing: Standing, house: House) -> Given:
    """What was typed, as the service compares it; slow to work out, so not in the writer."""
    text = str((await typed(request)).get("code", ""))

    def read() -> Given:
        with house.database.reading() as session:
            salt = second_factor.salt_of(session, standing.user.id)
        return codes.read(text, salt)

    return await sync_to_thread(read)


async def _again(session: Session, standing: Standing, house: House, answer: Answer) -> Page:
    problem = _said(answer)
    return await sync_to_thread(
        lambda: _account_page(session, standing, house, status=422, problem=problem)
    )


def _codes_page(standing: Standing, shown: tuple[str, ...]) -> Page:
    title = _("Your recovery codes")
    return page("accounts/codes.html", title=title, user=standing.user, codes=shown)


def _said(answer: Answer) -> str:
    if answer is Answer.TOO_OFTEN:
        return _("That was too often. Wait a quarter of an hour, then try again.")
    return _("This code is wrong or was used already. Wait for the next one, and type that.")


def _beside(problem: str) -> dict[str, list[str]]:
    return {"code": [problem]} if problem else {}


routes: list[Any] = [ask_code, give_code, show_account, begin, confirm, renew_codes, take_off]
