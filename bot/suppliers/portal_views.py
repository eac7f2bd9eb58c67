"""What partners see and do: their own cases, and nobody else's."""

from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Redirect, Stream

from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput
from bot.suppliers import acts, guards, letters, queries, service
from bot.suppliers.forms import DecisionForm
from bot.suppliers.portal import Partner
from bot.suppliers.words import CALLED, DONE, say_date
from bot.web.access import Access
from bot.web.forms import problems, read_form, typed
from bot.web.i18n import gettext as _
from bot.web.i18n import ngettext, retell
from bot.web.pages import AnyRequest, Page, back_to, page
from bot.web.stream import Streams

EVENTS = "/supplier/events"


@get("/supplier", access=Access.PARTNER, sync_to_thread=True)
def show_cases(session: Session, partner: Partner) -> Page:
    cases = queries.cases_of(session, partner.supplier.id)
    cases = queries.as_agreed(session, partner.supplier, cases)
    return page(
        "suppliers/cases.html",
        title=_("What people ask of you"),
        open_cases=[case for case in cases if not case.closed],
        closed_cases=[case for case in cases if case.closed],
        subject=letters.subject,
        say_date=say_date,
        events_href=EVENTS,
        zone=ZoneInfo(partner.supplier.zone),
    )


@get("/supplier/cases/{case_id:uuid}", access=Access.PARTNER, sync_to_thread=True)
def show_case(session: Session, partner: Partner, case_id: UUID) -> Page:
    return _case_page(session, partner, case_id)


def _case_page(
    session: Session,
    partner: Partner,
    case_id: UUID,
    *,
    status: int = 200,
    **more: Any,
) -> Page:
    file = queries.case_file(session, partner.supplier.id, case_id)
    return page(
        "suppliers/case.html",
        status=status,
        title=retell(letters.subject(file.view.suggestion.kind, file.view.product)),
        file=file,
        allowed=[act for act in CALLED if act in acts.ALLOWED[file.view.case.state]],
        called=CALLED,
        done=DONE,
        trend=[(say_date(week), number) for week, number in file.trend],
        say_date=say_date,
        events_href=EVENTS,
        zone=ZoneInfo(partner.supplier.zone),
        **({"values": {}, "problems": {}} | more),
    )


@post("/supplier/cases/{case_id:uuid}", access=Access.PARTNER)
async def decide(
    request: AnyRequest, partner: Partner, case_id: UUID, session: Session, writer: Writer
) -> Page | Redirect:
    try:
        form = await read_form(request, DecisionForm)
        people = await writer.run(lambda session: _decide(session, partner, case_id, form))
    except (InvalidInput, Conflict) as error:
        values = await typed(request)
        again = partial(
            _case_page,
            session,
            partner,
            case_id,
            status=409 if isinstance(error, Conflict) else 422,
            values=values,
            problems=_beside(error, str(values.get("act", ""))),
        )
        return await sync_to_thread(again)
    said = ngettext(
        "Thank you. %d person will hear it.", "Thank you. %d people will hear it.", people
    )
    return back_to(f"/supplier/cases/{case_id}", said % people)


def _decide(session: Session, partner: Partner, case_id: UUID, form: DecisionForm) -> int:
    case = queries.own_case(session, partner.supplier.id, case_id)
    service.decide(
        session,
        case,
        form.act,
        text=form.words,
        promised_for=form.promised_for,
        by=partner.actor,
        version=form.version,
    )
    return queries.said(session, [case.suggestion_id])[case.suggestion_id].people


def _beside(error: InvalidInput | Conflict, act: str) -> dict[str, list[str]]:
    """The problems by field; the words of each act have a field of their own."""
    if isinstance(error, Conflict):
        return {"": [str(error)]}
    return {
        f"words_{act}" if name == "text" else name: list(found)
        for name, found in problems(error).items()
    }


@get(EVENTS, access=Access.PARTNER)
async def events(request: AnyRequest, streams: Streams) -> Stream:
    """Tells open pages that cases have changed; ends soon after the session does."""
    return streams.stream(
        ["cases"], lambda session: guards.partner_in(session, request) is not None
    )


routes = [show_cases, show_case, decide, events]
