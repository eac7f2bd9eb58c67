"""The staff's page about one person, and the partners' page about their own people."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.concurrency import sync_to_thread
from pydantic import BaseModel

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.engagement.mydata import counts
from bot.engagement.persons import belonging, linking
from bot.engagement.persons.models import Belonging
from bot.engagement.queries import partners
from bot.errors import Conflict, NotFound
from bot.members.models import Member, Person
from bot.suppliers.models import Supplier
from bot.suppliers.portal import Partner
from bot.web.access import Access
from bot.web.forms import read_form
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, Page, back_to, page


class Speaks(BaseModel):
    """Which account speaks for which partner."""

    account: UUID
    partner: UUID


@get("/persons/{id:uuid}", access=Access.MARKETER, sync_to_thread=True)
def show(id: UUID, session: Session) -> Page:
    """Raises `NotFound`, also for a person who turned out to be another one."""
    session.need(Person, id)
    accounts = linking.accounts(session, id)
    if not accounts:
        raise NotFound
    links = session.scalars(linking.of(id)).all()
    newest = linking.newest(session, id)
    return page(
        "persons/person.html",
        title=next((one.name for one in accounts if one.name), _("Somebody who was erased")),
        person=id,
        accounts=accounts,
        links=[(link, linking.moved(session, link)) for link in links],
        undoable=newest.id if newest else None,
        speaks=belonging.known(session, Member.person_id == id),
        partners=partners(session),
        held=counts(session, accounts[0]),
    )


@post("/persons/{id:uuid}/unlink", access=Access.MARKETER)
async def unlink(id: UUID, writer: Writer, user: User) -> Back:
    """Undo the newest link, as it was before."""

    def command(session: Session) -> None:
        session.need(Person, id)
        found = linking.newest(session, id)
        if found is None:
            raise Conflict(_("These accounts stand alone already."))
        linking.undo(session, found, by=f"user:{user.name}")

    await writer.run(command)
    return back_to(f"/persons/{id}", _("Separated: both voices count again."))


@post("/persons/{id:uuid}/partners", access=Access.MARKETER)
async def speak_for(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    form = await read_form(request, Speaks)

    def command(session: Session) -> str:
        member, partner = _account(session, id, form.account), session.need(Supplier, form.partner)
        belonging.begin(session, member, partner, by=f"user:{user.name}")
        return partner.name

    name = await writer.run(command)
    said = _("They speak for %s now; on what is theirs, their voice does not count.") % name
    return back_to(f"/persons/{id}", said)


def _account(session: Session, person: UUID, id: UUID) -> Member:
    member = session.need(Member, id)
    if member.person_id != person:
        raise NotFound
    return member


@post("/persons/{id:uuid}/partners/{belonging_id:uuid}/remove", access=Access.MARKETER)
async def speak_no_more(id: UUID, belonging_id: UUID, writer: Writer, user: User) -> Back:
    def command(session: Session) -> None:
        row = session.need(Belonging, belonging_id)
        _account(session, id, row.member_id)
        belonging.end(session, row, by=f"user:{user.name}")

    await writer.run(command)
    return back_to(f"/persons/{id}", _("They are a customer like everybody again."))


@get("/supplier/accounts", access=Access.PARTNER, sync_to_thread=True)
def own_people(session: Session, partner: Partner) -> Page:
    return _own_people(session, partner)


def _own_people(session: Session, partner: Partner, code: str = "") -> Page:
    """No names: a partner reads none from us, not even of its own people."""
    return page(
        "persons/own_people.html",
        title=_("Your people in the chats"),
        speaks=belonging.known(session, Belonging.supplier_id == partner.supplier.id),
        code=code,
        minutes=int(linking.LIVES.total_seconds() // 60),
    )


@post("/supplier/accounts", access=Access.PARTNER)
async def make_code(partner: Partner, session: Session, writer: Writer) -> Page:
    """Shown this once; the earlier one is dead."""
    code = await writer.run(
        lambda session: linking.offer_partner(
            session, session.need(Supplier, partner.supplier.id), by=partner.actor
        )
    )
    answer = await sync_to_thread(_own_people, session, partner, code)
    answer.headers["cache-control"] = "no-store"
    return answer


@post("/supplier/accounts/{belonging_id:uuid}/remove", access=Access.PARTNER)
async def let_go(belonging_id: UUID, partner: Partner, writer: Writer) -> Back:
    def command(session: Session) -> None:
        row = session.need(Belonging, belonging_id)
        if row.supplier_id != partner.supplier.id:
            raise NotFound
        belonging.end(session, row, by=partner.actor)

    await writer.run(command)
    return back_to("/supplier/accounts", _("That account speaks for you no more."))


routes: list[Any] = [show, unlink, speak_for, speak_no_more, own_people, make_code, let_go]
