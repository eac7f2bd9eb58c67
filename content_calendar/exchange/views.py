"""In and out: files of posts taken in and given out."""

from pathlib import PurePath
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.response import Response
from pydantic import BaseModel, ConfigDict

from bot.accounts.models import User
from bot.db import Database, Session, Writer
from bot.errors import Conflict, InvalidInput
from bot.settings import Settings
from bot.web.access import Access
from bot.web.forms import read_form
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, Page, back_to, page
from content_calendar.exchange import address_views, feed_views, service
from content_calendar.exchange.models import Intake
from content_calendar.exchange.page import EXCHANGE, exchange_page
from content_calendar.exchange.rows import COLUMNS
from content_calendar.exchange.sheets import LARGEST

_TOLD = 200  # so many problems stand on the page


class FileForm(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    file: UploadFile | None = None


@get(EXCHANGE, access=Access.MARKETER, sync_to_thread=True)
def exchange(session: Session, user: User) -> Page:
    return exchange_page(session, user)


@post("/exchange/files", access=Access.MARKETER, request_max_body_size=LARGEST + 1_000_000)
async def bring(
    request: AnyRequest, user: User, writer: Writer, database: Database, settings: Settings
) -> Page | Back:
    """The file is kept and looked at in the background: its page shows how far that is."""
    try:
        form = await read_form(request, FileForm)
        data = await form.file.read() if form.file else b""
        if form.file is None or not data:
            raise InvalidInput(fields={"file": _("Choose a file.")})
        name, zone = PurePath(form.file.filename.replace("\\", "/")).name, settings.shop.zone
        id = await writer.run(
            lambda session: service.begin(session, name, data, zone=zone, by=user).id
        )
    except InvalidInput as wrong:
        with database.reading() as session:
            return exchange_page(session, user, wrong)
    return back_to(f"/exchange/files/{id}")


@get("/exchange/files/{id:uuid}", access=Access.MARKETER, sync_to_thread=True)
def show_file(id: UUID, session: Session) -> Page:
    intake = session.need(Intake, id)
    return page(
        "exchange/file.html",
        title=intake.name,
        it=intake,
        told=[_by_row(problem) for problem in intake.problems[:_TOLD]],
    )


def _by_row(problem: str) -> tuple[str, str]:
    """Where it is, in the reader's words, and what it is."""
    where, _colon, what = problem.partition(": ")
    if where.startswith("Row ") and what:
        return _("Row %s") % where.removeprefix("Row "), what
    return (where, what) if where.startswith("Event ") and what else ("", problem)


@post("/exchange/files/{id:uuid}/take-in", access=Access.MARKETER)
async def take_in(id: UUID, user: User, writer: Writer) -> Back:
    try:
        await writer.run(lambda session: service.take_in(session, id, by=user))
    except Conflict as late:
        return back_to(f"/exchange/files/{id}", str(late), level="problem")
    return back_to(f"/exchange/files/{id}")


@post("/exchange/files/{id:uuid}/leave", access=Access.MARKETER)
async def leave(id: UUID, user: User, writer: Writer) -> Back:
    try:
        made = await writer.run(lambda session: service.leave(session, id, by=user).new)
    except Conflict as late:
        return back_to(f"/exchange/files/{id}", str(late), level="problem")
    return back_to(EXCHANGE, _("Stopped.") if made else _("Left. Nothing of it was kept."))


@get("/exchange/example.csv", access=Access.MARKETER)
async def example(settings: Settings) -> Response[str]:
    """A file to begin with."""
    row = [
        *("Lids", "Which lid do you use most?", "", "2027-03-02", "14:30", settings.shop.zone),
        *("", "draft", "", "Spring", "", "no"),
    ]
    text = "\N{BOM}" + "\r\n".join(",".join(cells) for cells in (COLUMNS, row)) + "\r\n"
    headers = {"Content-Disposition": 'attachment; filename="posts.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


routes: list[Any] = [
    *(exchange, bring, show_file, take_in, leave, example),
    *address_views.routes,
    *feed_views.routes,
]
