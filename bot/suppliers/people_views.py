"""Who of a partner is in: seen and changed by their own people, and by staff."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Redirect

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.errors import InvalidInput
from bot.suppliers import guards, people, portal_queries
from bot.suppliers.forms import ContactForm
from bot.suppliers.models import Supplier
from bot.suppliers.portal import Partner
from bot.web.access import Access
from bot.web.forms import problems, read_form, typed
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Page, back_to, page

OURS = "/supplier/people"


@get(OURS, access=Access.PARTNER, sync_to_thread=True)
def show_own(session: Session, partner: Partner) -> Page:
    return _own_page(session, partner)


def _own_page(session: Session, partner: Partner, **more: Any) -> Page:
    here: dict[str, Any] = {"base": OURS, "here": partner.session_id, "me": partner.contact}
    title = _("Your people")
    return _page(session, "suppliers/people.html", partner.supplier, title, **here, **more)


def _page(
    session: Session,
    template: str,
    supplier: Supplier,
    title: str,
    *,
    status: int = 200,
    **more: Any,
) -> Page:
    return page(
        template,
        status=status,
        title=title,
        supplier=supplier,
        people=portal_queries.contacts(session, supplier.id),
        entrances=portal_queries.entrances(session, supplier.id),
        **({"values": {}, "problems": {}} | more),
    )


@post(OURS, access=Access.PARTNER)
async def add_own(
    request: AnyRequest, partner: Partner, session: Session, writer: Writer
) -> Page | Redirect:
    try:
        said = await _add(request, writer, partner.supplier.id, partner.actor)
    except InvalidInput as error:
        values, found = await typed(request), problems(error)
        return await sync_to_thread(
            lambda: _own_page(session, partner, status=422, values=values, problems=found)
        )
    return back_to(OURS, said)


async def _add(request: AnyRequest, writer: Writer, supplier: UUID, by: str) -> str:
    form = await read_form(request, ContactForm)

    def add(session: Session) -> None:
        people.add(session, session.need(Supplier, supplier), form.name, form.email, by=by)

    await writer.run(add)
    return _("A letter with their own link is on its way to %s.") % form.email


@post("/supplier/people/{contact_id:uuid}/invite", access=Access.PARTNER)
async def invite_own(partner: Partner, contact_id: UUID, writer: Writer) -> Redirect:
    return back_to(OURS, await _invite(writer, partner.supplier.id, contact_id))


async def _invite(writer: Writer, supplier: UUID, contact: UUID) -> str:
    def invite(session: Session) -> str:
        found = people.own(session, supplier, contact)
        people.invite(session, session.need(Supplier, supplier), found)
        return found.email

    return _("A letter with their own link is on its way to %s.") % await writer.run(invite)


@post("/supplier/people/{contact_id:uuid}/remove", access=Access.PARTNER)
async def remove_own(
    partner: Partner, contact_id: UUID, writer: Writer, house: House
) -> Page | Redirect:
    said = await _remove(writer, partner.supplier.id, contact_id, partner.actor)
    if partner.contact is not None and partner.contact.id == contact_id:
        return _left(house)
    return back_to(OURS, said)


async def _remove(writer: Writer, supplier: UUID, contact: UUID, by: str) -> str:
    def remove(session: Session) -> str:
        found = people.own(session, supplier, contact)
        people.remove(session, found, by=by)
        return found.name

    return _("%s is out: their pages and links work no more.") % await writer.run(remove)


@post("/supplier/sessions/{session_id:uuid}/end", access=Access.PARTNER)
async def end_own(
    partner: Partner, session_id: UUID, writer: Writer, house: House
) -> Page | Redirect:
    said = await _end(writer, partner.supplier.id, session_id, partner.actor)
    return _left(house) if session_id == partner.session_id else back_to(OURS, said)


async def _end(writer: Writer, supplier: UUID, session_id: UUID, by: str) -> str:
    def end(session: Session) -> None:
        people.end_session(session, session.need(Supplier, supplier), session_id, by=by)

    await writer.run(end)
    return _("That browser is signed out.")


def _left(house: House) -> Page:
    response = page("suppliers/left.html", title=_("You have left"))
    response.set_cookie(guards.cookie(house, guards.COOKIE, "", max_age=0))
    return response


@get("/partners/{supplier_id:uuid}/people", access=Access.MARKETER, sync_to_thread=True)
def show(session: Session, supplier_id: UUID) -> Page:
    return _staff_page(session, supplier_id)


def _staff_page(session: Session, supplier_id: UUID, **more: Any) -> Page:
    supplier = session.need(Supplier, supplier_id)
    title = _("People of %s") % supplier.name
    base = _at(supplier_id)
    return _page(session, "suppliers/people_of.html", supplier, title, base=base, **more)


def _at(supplier_id: UUID) -> str:
    return f"/partners/{supplier_id}/people"


@post("/partners/{supplier_id:uuid}/people", access=Access.MARKETER)
async def add(
    request: AnyRequest, supplier_id: UUID, session: Session, writer: Writer, user: User
) -> Page | Redirect:
    try:
        said = await _add(request, writer, supplier_id, f"user:{user.name}")
    except InvalidInput as error:
        values, found = await typed(request), problems(error)
        return await sync_to_thread(
            lambda: _staff_page(session, supplier_id, status=422, values=values, problems=found)
        )
    return back_to(_at(supplier_id), said)


@post("/partners/{supplier_id:uuid}/people/{contact_id:uuid}/invite", access=Access.MARKETER)
async def invite(supplier_id: UUID, contact_id: UUID, writer: Writer) -> Redirect:
    return back_to(_at(supplier_id), await _invite(writer, supplier_id, contact_id))


@post("/partners/{supplier_id:uuid}/people/{contact_id:uuid}/remove", access=Access.MARKETER)
async def remove(supplier_id: UUID, contact_id: UUID, writer: Writer, user: User) -> Redirect:
    by = f"user:{user.name}"
    return back_to(_at(supplier_id), await _remove(writer, supplier_id, contact_id, by))


@post("/partners/{supplier_id:uuid}/sessions/{session_id:uuid}/end", access=Access.MARKETER)
async def end(supplier_id: UUID, session_id: UUID, writer: Writer, user: User) -> Redirect:
    by = f"user:{user.name}"
    return back_to(_at(supplier_id), await _end(writer, supplier_id, session_id, by))


routes = [show_own, add_own, invite_own, remove_own, end_own, show, add, invite, remove, end]
