"""The staff's pages about what was agreed with a partner."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from litestar import get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Redirect

from bot.accounts.models import User
from bot.clock import Clock
from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput
from bot.suppliers import agreeing, agreement
from bot.suppliers.agreement_forms import AgreementForm, typed_of
from bot.suppliers.agreement_stages import Held, runs
from bot.suppliers.agreement_terms import Terms
from bot.suppliers.models import Supplier
from bot.suppliers.words import say_date
from bot.web.access import Access
from bot.web.forms import problems, read_given, typed
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, Page, back_to, page

_ADDRESS = "/partners/{supplier_id:uuid}/agreement"


@get(_ADDRESS, access=Access.MARKETER, sync_to_thread=True)
def show(session: Session, supplier_id: UUID) -> Page:
    supplier = session.need(Supplier, supplier_id)
    terms = agreement.terms_now(session, supplier)
    return _page(session, supplier, typed_of(terms), terms)


def _page(
    session: Session,
    supplier: Supplier,
    values: Mapping[str, Any],
    terms: Terms | None,
    *,
    status: int = 200,
    **more: Any,
) -> Page:
    now = session.now()
    return page(
        "suppliers/agreement.html",
        status=status,
        title=_("What we agreed with %s") % supplier.name,
        supplier=supplier,
        values=values,
        stages=runs(Held(since=now), lambda at: terms) if terms else [],
        terms=terms,
        their_zone=ZoneInfo(terms.zone) if terms else None,
        zones=sorted(it for it in available_timezones() if "/" in it or it == "UTC"),
        versions=[
            (one, Terms.model_validate(one.terms), one.counts_from > now)
            for one in agreeing.versions(session, supplier.id)
        ],
        say_date=say_date,
        **({"problems": {}, "looking": False} | more),
    )


@post(_ADDRESS, access=Access.MARKETER)
async def agree(
    request: AnyRequest,
    supplier_id: UUID,
    session: Session,
    writer: Writer,
    user: User,
    clock: Clock,
) -> Page | Redirect:
    """Agree on it; or, with ``act=look``, only say what a case would be due that came now."""
    given = await typed(request)

    def again(terms: Terms | None, **more: Any) -> Page:
        return _page(session, session.need(Supplier, supplier_id), given, terms, **more)

    try:
        form = read_given(given, AgreementForm)
        terms = form.terms()
        agreeing.check(terms, clock.now())
        if given.get("act") == "look":
            return await sync_to_thread(lambda: again(terms, looking=True))
        await writer.run(
            lambda session: agreeing.agree(
                session,
                session.need(Supplier, supplier_id),
                terms,
                on=form.on,
                by=f"user:{user.name}",
            )
        )
    except InvalidInput as error:
        found = problems(error)
        return await sync_to_thread(lambda: again(None, status=422, problems=found))
    said = _("Agreed. What has begun stays as it was agreed then.")
    return back_to(f"/partners/{supplier_id}/agreement", said)


@post(f"{_ADDRESS}/{{agreement_id:uuid}}/withdraw", access=Access.MARKETER)
async def withdraw(supplier_id: UUID, agreement_id: UUID, writer: Writer, user: User) -> Back:
    address = f"/partners/{supplier_id}/agreement"

    def run(session: Session) -> None:
        supplier = session.need(Supplier, supplier_id)
        agreeing.withdraw(session, supplier, agreement_id, by=f"user:{user.name}")

    try:
        await writer.run(run)
    except Conflict as refused:
        return back_to(address, str(refused), level="problem")
    return back_to(address, _("Withdrawn. What counts now goes on."))


routes = [show, agree, withdraw]
