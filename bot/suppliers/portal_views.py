"""What partners see and do: their own cases, and nobody else's."""

from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.response import Redirect, Stream

from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput
from bot.media.views import HEADERS
from bot.suppliers import (
    acts,
    guards,
    handing_back,
    letters,
    pictures,
    portal_queries,
    product_pictures,
    queries,
    service,
    translating,
)
from bot.suppliers.forms import DecisionForm, HandBackForm
from bot.suppliers.models import Act, Case
from bot.suppliers.portal import FOR, Partner
from bot.suppliers.portal_queries import Shown
from bot.suppliers.words import CALLED, DONE, about, say_date
from bot.web import i18n
from bot.web.access import Access
from bot.web.forms import problems, read_form, typed
from bot.web.house import House, house_of
from bot.web.i18n import gettext as _
from bot.web.i18n import ngettext, retell
from bot.web.pages import AnyRequest, Page, back_to, page
from bot.web.stream import Streams

EVENTS = "/supplier/events"


@get("/supplier", access=Access.PARTNER, sync_to_thread=True)
def show_cases(
    session: Session,
    partner: Partner,
    show: str = Shown.WAITING,
    q: str = "",
    most: int = portal_queries.PAGE,
) -> Page:
    """``show``: one of `Shown`, anything else is all of them. ``most`` grows with "show more"."""
    q = q.strip()[:200]
    shown = Shown(show) if show in set(Shown) and not q else None
    most = min(max(most, portal_queries.PAGE), portal_queries.MOST)
    return page(
        "suppliers/cases.html",
        title=_("What people ask of you"),
        matters=portal_queries.matters(session, partner.supplier, shown, q, most),
        shown=shown,
        search=q,
        more=most + portal_queries.PAGE,
        subject=letters.subject,
        say_date=say_date,
        events_href=EVENTS,
        zone=ZoneInfo(partner.supplier.zone),
    )


@get("/supplier/cases/{case_id:uuid}", access=Access.PARTNER, sync_to_thread=True)
def show_case(session: Session, partner: Partner, case_id: UUID, house: House) -> Page:
    can = bool(house.settings.translation.command)
    return _case_page(session, partner, case_id, command=can)


def _case_page(
    session: Session,
    partner: Partner,
    case_id: UUID,
    *,
    command: bool = False,
    status: int = 200,
    **more: Any,
) -> Page:
    """``command``: whether the shop can translate."""
    file = queries.case_file(session, partner.supplier.id, case_id)
    suggestion, state = file.view.suggestion, file.view.case.state
    return page(
        "suppliers/case.html",
        status=status,
        title=retell(letters.subject(suggestion.kind, file.view.product)),
        file=file,
        about=about(suggestion.facet, suggestion.topic),
        gathered=portal_queries.gathered(file),
        asked=portal_queries.asked(session, file),
        has_picture=product_pictures.has(session, suggestion.product_id),
        pictures=pictures.of_case(session, file.view.case),
        allowed=[act for act in CALLED if act in acts.ALLOWED[state]],
        may_acknowledge=Act.ACKNOWLEDGE in acts.ALLOWED[state],
        may_give_back=state in handing_back.MAY,
        called=CALLED,
        done=DONE,
        who=_who,
        **_translated(session, file.view.case, command),
        trend=[(say_date(week), number) for week, number in file.trend],
        say_date=say_date,
        events_href=EVENTS,
        zone=ZoneInfo(partner.supplier.zone),
        **({"values": {}, "problems": {}} | more),
    )


def _translated(session: Session, case: Case, command: bool) -> dict[str, Any]:
    """By the original what it says in the reader's language, and whether more can be had."""
    if not command:
        return {"translated_words": {}, "untranslated": 0}
    locale = i18n.locale()
    found = translating.foreign(session, case, locale)
    known = translating.translations(session, found, locale)
    left = sum(one.words not in known for one in found)
    return {"translated_words": known, "untranslated": left}


def _who(decided_by: str) -> str:
    """Which of the partner's own people it was; empty where it was nobody by name."""
    kind, _colon, name = decided_by.partition(":")
    person, named, _partner = name.partition(FOR)
    return person if kind == "supplier" and named else ""


@post("/supplier/cases/{case_id:uuid}", access=Access.PARTNER)
async def decide(
    request: AnyRequest, partner: Partner, case_id: UUID, session: Session, writer: Writer
) -> Page | Redirect:
    try:
        form = await read_form(request, DecisionForm)
        people = await writer.run(lambda session: _decide(session, partner, case_id, form))
    except (InvalidInput, Conflict) as error:
        return await _again(request, session, partner, case_id, error)
    if form.act is Act.ACKNOWLEDGE:
        return back_to(f"/supplier/cases/{case_id}", _("Noted: you have seen it."))
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


async def _again(
    request: AnyRequest,
    session: Session,
    partner: Partner,
    case_id: UUID,
    error: InvalidInput | Conflict,
) -> Page:
    """The case once more, with what was typed and what is wrong with it."""
    values = await typed(request)
    again = partial(
        _case_page,
        session,
        partner,
        case_id,
        command=bool(house_of(request).settings.translation.command),
        status=409 if isinstance(error, Conflict) else 422,
        values=values,
        problems=_beside(error, str(values.get("act", ""))),
    )
    return await sync_to_thread(again)


def _beside(error: InvalidInput | Conflict, act: str) -> dict[str, list[str]]:
    """The problems by field; the words of each act have a field of their own."""
    if isinstance(error, Conflict):
        return {"": [str(error)]}
    return {
        f"words_{act}" if name == "text" else name: list(found)
        for name, found in problems(error).items()
    }


@post("/supplier/cases/{case_id:uuid}/translate", access=Access.PARTNER)
async def translate(
    partner: Partner, case_id: UUID, session: Session, writer: Writer, house: House
) -> Redirect:
    """What people said in another language, once; the original stays beside it."""
    locale, settings = i18n.locale(), house.settings.translation

    def read() -> list[translating.Foreign]:
        case = queries.own_case(session, partner.supplier.id, case_id)
        found = translating.foreign(session, case, locale) if settings.command else []
        known = translating.translations(session, found, locale)
        return [one for one in found if one.words not in known][: translating.MOST]

    made, problem = await translating.translate_all(settings, await sync_to_thread(read), locale)
    await writer.run(lambda session: translating.keep(session, made, locale))
    return back_to(f"/supplier/cases/{case_id}", problem, level="warn")


@post("/supplier/cases/{case_id:uuid}/give-back", access=Access.PARTNER)
async def give_back(
    request: AnyRequest, partner: Partner, case_id: UUID, session: Session, writer: Writer
) -> Page | Redirect:
    """Not theirs: from now on they can't open it any more."""
    try:
        form = await read_form(request, HandBackForm)
        await writer.run(lambda session: _give_back(session, partner, case_id, form))
    except (InvalidInput, Conflict) as error:
        return await _again(request, session, partner, case_id, error)
    return back_to("/supplier", _("Given back. Thank you: we find out whose it is."))


def _give_back(session: Session, partner: Partner, case_id: UUID, form: HandBackForm) -> None:
    handing_back.hand_back(
        session,
        queries.own_case(session, partner.supplier.id, case_id),
        reason=form.reason,
        by=partner.actor,
        version=form.version,
    )


@get(
    "/supplier/cases/{case_id:uuid}/pictures/{picture_id:uuid}",
    access=Access.PARTNER,
    sync_to_thread=True,
)
def show_picture(
    session: Session, partner: Partner, case_id: UUID, picture_id: UUID
) -> Response[bytes]:
    """A picture that stands in this very case of theirs, and no other."""
    case = queries.own_case(session, partner.supplier.id, case_id)
    picture = pictures.need(session, case, picture_id)
    # Whoever takes their message back takes the picture back: it is not kept by browsers.
    headers = HEADERS | {"Cache-Control": "no-store"}
    return Response(picture.data, media_type=picture.type, headers=headers)


@get(EVENTS, access=Access.PARTNER)
async def events(request: AnyRequest, streams: Streams) -> Stream:
    """Tells open pages that cases have changed; ends soon after the session does."""
    return streams.stream(
        ["cases"], lambda session: guards.partner_in(session, request) is not None
    )


routes = [show_cases, show_case, decide, give_back, translate, show_picture, events]
