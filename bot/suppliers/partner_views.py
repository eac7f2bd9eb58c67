"""The staff's pages about partners: who they are, what they answer for, what waits with them."""

from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from litestar import get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Redirect

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.errors import InvalidInput
from bot.suppliers import handing_back, letters, links, partner_queries, partners, queries, service
from bot.suppliers.correspondence.queries import reached
from bot.suppliers.forms import CoverageForm, NewPartnerForm, OwnerForm, PartnerForm
from bot.suppliers.models import Case, Supplier
from bot.suppliers.words import ROLES, say_date
from bot.web.access import Access
from bot.web.forms import problems, read_form, typed
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Page, back_to, page

WHOSE = "/partners/whose-is-it"


@get("/partners", access=Access.MARKETER, sync_to_thread=True)
def show_partners(session: Session) -> Page:
    return page(
        "suppliers/partners.html",
        title=_("Partners"),
        partners=partner_queries.partners(session),
        ownerless=partner_queries.ownerless_count(session),
        roles=ROLES,
    )


@get("/partners/new", access=Access.MARKETER, sync_to_thread=True)
def show_new() -> Page:
    return _new_page({"role": "supplier", "zone": "UTC", "answer_within_hours": 48})


def _new_page(values: dict[str, Any], *, status: int = 200, **more: Any) -> Page:
    title = _("A new partner")
    return page("suppliers/new.html", status=status, title=title, values=values, **_choices(more))


def _choices(more: dict[str, Any]) -> dict[str, Any]:
    return {"problems": {}, "roles": list(ROLES.items()), "zones": _zones()} | more


def _zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


@post("/partners/new", access=Access.MARKETER)
async def add(request: AnyRequest, writer: Writer, user: User) -> Page | Redirect:
    try:
        form = await read_form(request, NewPartnerForm)
        supplier = await writer.run(
            lambda session: partners.add_supplier(
                session,
                **form.model_dump(exclude={"brands", "products"}),
                brands=form.brand_names,
                products=form.skus,
                by=_actor(user),
            )
        )
    except InvalidInput as error:
        return _new_page(await typed(request), status=422, problems=problems(error))
    return back_to(f"/partners/{supplier.id}", _("Added. Cases that are theirs go to them now."))


@get("/partners/{supplier_id:uuid}", access=Access.MARKETER, sync_to_thread=True)
def show(session: Session, supplier_id: UUID) -> Page:
    return _partner_page(session, supplier_id)


def _partner_page(session: Session, supplier_id: UUID, *, status: int = 200, **more: Any) -> Page:
    supplier = session.need(Supplier, supplier_id)
    cases = queries.cases_of(session, supplier_id)
    values = {name: getattr(supplier, name) for name in PartnerForm.model_fields}
    return page(
        "suppliers/partner.html",
        status=status,
        title=supplier.name,
        supplier=supplier,
        open_cases=[case for case in cases if not case.closed],
        closed_cases=[case for case in cases if case.closed],
        coverage=partner_queries.coverage(session, supplier_id),
        reached=reached(session, supplier),
        subject=letters.subject,
        say_date=say_date,
        role=ROLES[supplier.role],
        **_choices({"values": values} | more),
    )


@post("/partners/{supplier_id:uuid}", access=Access.MARKETER)
async def edit(
    request: AnyRequest, supplier_id: UUID, session: Session, writer: Writer, user: User
) -> Page | Redirect:
    try:
        form = await read_form(request, PartnerForm)
        await writer.run(
            lambda session: partners.edit_supplier(
                session,
                session.need(Supplier, supplier_id),
                by=_actor(user),
                **form.model_dump(),
            )
        )
    except InvalidInput as error:
        values, found = await typed(request), problems(error)
        return await sync_to_thread(
            lambda: _partner_page(session, supplier_id, status=422, values=values, problems=found)
        )
    return back_to(f"/partners/{supplier_id}", _("Saved."))


@post("/partners/{supplier_id:uuid}/coverage", access=Access.MARKETER)
async def cover(
    request: AnyRequest, supplier_id: UUID, session: Session, writer: Writer, user: User
) -> Page | Redirect:
    try:
        form = await read_form(request, CoverageForm)
        await writer.run(
            lambda session: partners.cover(
                session,
                session.need(Supplier, supplier_id),
                brands=form.brand_names,
                products=form.skus,
                by=_actor(user),
            )
        )
    except InvalidInput as error:
        given, found = await typed(request), problems(error)
        return await sync_to_thread(
            lambda: _partner_page(session, supplier_id, status=422, covering=given, problems=found)
        )
    return back_to(f"/partners/{supplier_id}", _("Saved. Cases that are theirs go to them now."))


@post("/partners/{supplier_id:uuid}/coverage/{coverage_id:uuid}/remove", access=Access.MARKETER)
async def uncover(supplier_id: UUID, coverage_id: UUID, writer: Writer, user: User) -> Redirect:
    await writer.run(
        lambda session: partners.uncover(
            session, session.need(Supplier, supplier_id), coverage_id, by=_actor(user)
        )
    )
    return back_to(f"/partners/{supplier_id}", _("Removed. Cases that they have stay theirs."))


@post("/partners/{supplier_id:uuid}/portal", access=Access.MARKETER)
async def open_portal(supplier_id: UUID, writer: Writer, user: User) -> Redirect:
    """The portal as this partner sees it, by a link that is made for it and noted."""
    token = await writer.run(
        lambda session: links.lend(session, session.need(Supplier, supplier_id), by=user)
    )
    return back_to(f"/s/{token}")


@post("/partners/{supplier_id:uuid}/sign-out", access=Access.MARKETER)
async def sign_out(supplier_id: UUID, writer: Writer, user: User) -> Redirect:
    await writer.run(
        lambda session: links.revoke(session, session.need(Supplier, supplier_id), by=_actor(user))
    )
    return back_to(f"/partners/{supplier_id}", _("Signed out everywhere; old links are dead."))


@get(WHOSE, access=Access.MARKETER, sync_to_thread=True)
def whose_is_it(session: Session) -> Page:
    cases = queries.whose_is_it(session)
    return page(
        "suppliers/whose.html",
        title=_("Whose is it?"),
        cases=cases,
        reasons=handing_back.reasons(session, [view.case.id for view in cases]),
        partners=[row.supplier for row in partner_queries.partners(session)],
        subject=letters.subject,
        roles=ROLES,
    )


@post("/partners/whose-is-it/{case_id:uuid}", access=Access.MARKETER)
async def assign(request: AnyRequest, case_id: UUID, writer: Writer, user: User) -> Redirect:
    form = await read_form(request, OwnerForm)

    def hand_over(session: Session) -> str:
        supplier = session.need(Supplier, form.supplier)
        service.hand_over(session, session.need(Case, case_id), supplier, by=_actor(user))
        return supplier.name

    name = await writer.run(hand_over)
    return back_to(WHOSE, _("It is with %s now. A letter is on its way.") % name)


def _actor(user: User) -> str:
    return f"user:{user.name}"


routes = [
    show_partners,
    show_new,
    add,
    show,
    edit,
    cover,
    uncover,
    open_portal,
    sign_out,
    whose_is_it,
    assign,
]
