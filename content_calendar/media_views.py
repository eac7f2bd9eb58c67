"""Pictures taken in while somebody writes, shown as they will be cut, and what a link shows."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread as to_thread

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.errors import HubbubError, InvalidInput, NotFound
from bot.media.service import named
from bot.media.views import HEADERS
from bot.web.access import Access
from bot.web.forms import typed
from bot.web.house import House
from bot.web.i18n import retell
from bot.web.pages import AnyRequest, Page, fragment
from content_calendar import cards, editor, pictures
from content_calendar.cropping import cut
from content_calendar.detail import detail
from content_calendar.forms import ACROSS, ALT, CROP, DOWN, typed_again
from content_calendar.saying import RATIOS, Crop

FIELDS = {"alt": ALT, "crop": CROP, "x": ACROSS, "y": DOWN}


@post(
    "/posts/media",
    access=Access.MARKETER,
    status_code=200,
    request_max_body_size=pictures.LARGEST_FORM,
)
async def take_in(request: AnyRequest, writer: Writer, house: House) -> Page | Response[Any]:
    """Keep the chosen file at once; gives the part of the form that lists them all."""
    given = await typed(request)
    try:
        await pictures.take_in(given, writer)
    except InvalidInput as wrong:
        return Response({"problem": retell(wrong.problems[0])}, status_code=422)

    def read() -> list[Any]:
        with house.database.reading() as session:
            targets = editor.targets(session, editor.limits_of(house))
            return list({each.network: each for each in targets}.values())

    return fragment(
        "calendar/_media.html",
        values=typed_again(given),
        fields=FIELDS,
        networks=await to_thread(read),
        ratios=list(RATIOS),
        problems={},
    )


@get("/media/{digest:str}/cut", access=Access.MARKETER, sync_to_thread=True)
def show_cut(
    digest: str, session: Session, ratio: str = "", x: int = 50, y: int = 50
) -> Response[Any]:
    """A picture as a network will get it. Its address says all, so it never changes."""
    if ratio not in RATIOS:
        raise NotFound
    kept = named(session, digest)
    crop = Crop(ratio=ratio, x=min(max(x, 0), 100), y=min(max(y, 0), 100))
    return Response(cut(kept.data, kept.type, crop), media_type=kept.type, headers=HEADERS)


@post(
    "/posts/link",
    access=Access.MARKETER,
    status_code=200,
    request_max_body_size=pictures.LARGEST_FORM,
)
async def look_up(
    request: AnyRequest, writer: Writer, house: House, user: User
) -> Page | Response[Any]:
    """Look what stands at the link. A page without scripts gets its form back, with the answer."""
    given = await typed(request)
    url = str(given.get("link") or cards.first_link(str(given.get("text", ""))))
    problem = await _looked(url, writer, house)
    if "application/json" in request.headers.get("accept", ""):
        return Response({"problem": problem}, status_code=422 if problem else 200)
    told = {"link": [problem]} if problem else {}
    await _keep_file(given, writer, told)
    return await to_thread(_form, request, given, told, user, house)


async def _looked(url: str, writer: Writer, house: House) -> str:
    """Why nothing was found there, or nothing."""
    if not url:
        return retell("Give a link first.")
    if await to_thread(_is_fresh, url, house):
        return ""
    try:
        await cards.look(url, writer)
    except HubbubError as refused:
        return retell(str(refused))
    return ""


def _is_fresh(url: str, house: House) -> bool:
    with house.database.reading() as session:
        return cards.is_fresh(cards.known(session, url), session.now())


async def _keep_file(given: dict[str, Any], writer: Writer, told: dict[str, list[str]]) -> None:
    try:
        await pictures.take_in(given, writer)
    except InvalidInput as wrong:
        told["file"] = list(wrong.problems)


def _form(
    request: AnyRequest,
    given: dict[str, Any],
    told: dict[str, list[str]],
    user: User,
    house: House,
) -> Page:
    with house.database.reading() as session:
        try:
            found = detail(session, UUID(request.query_params.get("post", "")))
        except ValueError:
            found = None
        status = 422 if told else 200
        return editor.form(
            session, found, typed_again(given), user, house, told=told, status=status
        )


routes = [take_in, show_cut, look_up]
