"""Templates: kept, filled in, and thrown away."""

from uuid import UUID

from litestar import get, post
from pydantic import BaseModel, Field

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.products.models import Product
from bot.web.access import Access
from bot.web.forms import read_form
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, Page, back_to, page
from content_calendar import beginning, editor, history, pattern
from content_calendar.models import Campaign, Post


class Name(BaseModel):
    name: str = Field(max_length=100)


class Which(BaseModel):
    template: UUID


@get("/posts/templates", access=Access.MARKETER, sync_to_thread=True)
def show(request: AnyRequest, session: Session) -> Page:
    asked = request.query_params.get("template")
    chosen = beginning.named(session, asked) if asked else None
    every = beginning.templates(session)
    return page(
        "calendar/templates.html",
        title=_("Templates"),
        templates=[(it, history.from_json(it.said)) for it in every],
        chosen=chosen,
        draft=history.from_json(chosen.said) if chosen else None,
        wanted=beginning.wanted(chosen) if chosen else [],
        given=pattern.GIVEN,
        own=beginning.OWN,
        products=editor.names(session, Product.name),
        campaigns=editor.names(session, Campaign.name),
    )


@post("/posts/{id:uuid}/template", access=Access.MARKETER)
async def keep(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await read_form(request, Name)
    await writer.run(
        lambda session: beginning.keep(session, session.need(Post, id), asked.name, by=user)
    )
    return back_to("/posts/templates", _("Kept as a template."))


@post("/posts/templates/forget", access=Access.MARKETER)
async def forget(request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await read_form(request, Which)
    await writer.run(lambda session: beginning.forget(session, asked.template, by=user))
    return back_to("/posts/templates", _("Deleted."))


routes = [show, keep, forget]
