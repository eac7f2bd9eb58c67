"""Pages: how a partner is reached, and what came back. And the door for partners' programs."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from pydantic import BaseModel, Field

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.errors import InvalidInput, NotFound
from bot.suppliers.correspondence import answering, chats, choosing, programs, queries
from bot.suppliers.correspondence.models import Reply, Standing, Way
from bot.suppliers.models import Supplier
from bot.suppliers.words import DONE
from bot.web.access import Access
from bot.web.forms import problems, read_form, typed
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.limits import Limit
from bot.web.pages import AnyRequest, Back, Page, back_to, page

ANSWERS = "/partners/answers"
LARGEST = 64_000  # bytes of a call


class ProgramForm(BaseModel):
    url: str = Field("", max_length=2_000)


@get("/partners/{supplier_id:uuid}/reached", access=Access.MARKETER, sync_to_thread=True)
def show(session: Session, supplier_id: UUID, house: House) -> Page:
    return _page(session, supplier_id, house)


def _page(
    session: Session, supplier_id: UUID, house: House, *, status: int = 200, **more: Any
) -> Page:
    supplier = session.need(Supplier, supplier_id)
    return page(
        "correspondence/reached.html",
        status=status,
        title=_("How %s is reached") % supplier.name,
        supplier=supplier,
        reached=queries.reached(session, supplier),
        calls_to=f"{house.settings.public_url}/webhooks/partners/{supplier.id}",
        hears=_hears(house),
        **({"problems": {}, "values": {}} | more),
    )


def _hears(house: House) -> bool:
    """Whether an answer by mail reaches us."""
    mails = [one for (network, _a), one in house.adapters.items() if network == "email"]
    return any(one.capabilities.hears for one in mails)


@post("/partners/{supplier_id:uuid}/reached/mail", access=Access.MARKETER)
async def by_mail(supplier_id: UUID, writer: Writer, user: User) -> Back:
    await writer.run(
        lambda session: choosing.by_mail(session, session.need(Supplier, supplier_id), by=user)
    )
    return _back(supplier_id, _("Letters go to their mailbox now."))


@post("/partners/{supplier_id:uuid}/reached/program", access=Access.MARKETER)
async def by_program(
    request: AnyRequest,
    supplier_id: UUID,
    session: Session,
    writer: Writer,
    user: User,
    house: House,
) -> Page:
    """The secret is shown once, in the answer to this."""
    try:
        form = await read_form(request, ProgramForm)
        secret = await writer.run(
            lambda session: choosing.by_program(
                session,
                session.need(Supplier, supplier_id),
                form.url,
                place=_place_of_programs(house),
                by=user,
            )
        )
    except InvalidInput as error:
        given, found = await typed(request), problems(error)
        return await sync_to_thread(
            lambda: _page(session, supplier_id, house, status=422, values=given, problems=found)
        )
    supplier = await sync_to_thread(lambda: session.need(Supplier, supplier_id))
    return page(
        "correspondence/secret.html",
        title=_("The secret for %s") % supplier.name,
        supplier=supplier,
        secret=secret,
    )


def _place_of_programs(house: House) -> tuple[str, str]:
    for network, account in house.adapters:
        if house.plugins[network].calls:
            return network, account
    raise NotFound


@post("/partners/{supplier_id:uuid}/reached/chat", access=Access.MARKETER)
async def by_chat(supplier_id: UUID, session: Session, writer: Writer, user: User) -> Page:
    """The code is shown once, in the answer to this."""
    code = await writer.run(
        lambda session: chats.make_code(session, session.need(Supplier, supplier_id), by=user)
    )
    supplier = await sync_to_thread(lambda: session.need(Supplier, supplier_id))
    return page(
        "correspondence/code.html",
        title=_("A private chat with %s") % supplier.name,
        supplier=supplier,
        code=code,
        days=chats.CODE_LIVES.days,
    )


@post("/partners/{supplier_id:uuid}/reached/try", access=Access.MARKETER)
async def try_out(supplier_id: UUID, writer: Writer, user: User) -> Back:
    await writer.run(
        lambda session: choosing.try_out(session, session.need(Supplier, supplier_id), by=user)
    )
    return _back(supplier_id, _("A test is on its way. What became of it stands below."))


def _back(supplier_id: UUID, said: str) -> Back:
    return back_to(f"/partners/{supplier_id}/reached", said)


@get(ANSWERS, access=Access.MARKETER, sync_to_thread=True)
def show_answers(session: Session) -> Page:
    return page(
        "correspondence/answers.html",
        title=_("What partners answered"),
        answers=queries.answers(session),
        ways=_ways(),
        standings=_standings(),
        done=DONE,
    )


def _ways() -> Mapping[Way, str]:
    return {Way.MAIL: _("by mail"), Way.CHAT: _("in a chat"), Way.CALL: _("by their program")}


def _standings() -> Mapping[Standing, tuple[str, str]]:
    """Label, and the state whose badge looks like it."""
    return {
        Standing.DONE: (_("Decided"), "done"),
        Standing.NOTED: (_("A note"), "acknowledged"),
        Standing.REFUSED: (_("Not possible"), "declined"),
        Standing.HELD: (_("Needs a look"), "needs_look"),
        Standing.AUTOMATIC: (_("From a machine"), "cancelled"),
        Standing.DROPPED: (_("Put aside"), "cancelled"),
    }


Settle = Callable[..., None]


async def _settle(writer: Writer, id: UUID, settle: Settle, user: User) -> None:
    await writer.run(lambda session: settle(session, session.need(Reply, id), by=user))


@post("/partners/answers/{id:uuid}/take", access=Access.MARKETER)
async def take(id: UUID, writer: Writer, user: User) -> Back:
    try:
        await _settle(writer, id, answering.take_as_theirs, user)
    except InvalidInput as error:
        return back_to(ANSWERS, str(error), level="problem")
    return back_to(ANSWERS, _("Taken as theirs. The people who spoke will hear it."))


@post("/partners/answers/{id:uuid}/drop", access=Access.MARKETER)
async def drop(id: UUID, writer: Writer, user: User) -> Back:
    await _settle(writer, id, answering.put_aside, user)
    return back_to(ANSWERS, _("Put aside."), undo=f"{ANSWERS}/{id}/back")


@post("/partners/answers/{id:uuid}/back", access=Access.MARKETER)
async def bring_back(id: UUID, writer: Writer, user: User) -> Back:
    await _settle(writer, id, answering.bring_back, user)
    return back_to(ANSWERS, _("It waits for you again."))


@post(
    "/webhooks/partners/{supplier_id:uuid}",
    access=Access.SYSTEM,
    exclude_from_csrf=True,
    request_max_body_size=LARGEST,
    guards=[Limit(120, seconds=60)],
    status_code=200,
)
async def called(request: AnyRequest, supplier_id: UUID, writer: Writer) -> Response[Any]:
    """A partner's program decides. 404 while this partner has no secret, 403 on a wrong signature;
    otherwise the same answer whenever the same call comes again."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = await request.body()
    status, answer = await writer.run(
        lambda session: programs.called(session, supplier_id, headers, body)
    )
    return Response(answer, status_code=status, media_type="application/json")


routes = [
    show,
    by_mail,
    by_program,
    by_chat,
    try_out,
    show_answers,
    take,
    drop,
    bring_back,
    called,
]
