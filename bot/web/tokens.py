"""API tokens: what programs come in with, made and revoked by the staff whose they are."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import get, post
from pydantic import BaseModel, Field

from bot.accounts import api_tokens
from bot.accounts.api_tokens import LONGEST, Scope
from bot.accounts.models import User
from bot.db import Database, Session, Writer
from bot.errors import InvalidInput
from bot.settings import Settings
from bot.web.access import Access
from bot.web.forms import problems, read_form, typed
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, Page, back_to, page

TOKENS = "/settings/tokens"


class TokenForm(BaseModel):
    name: str = Field(max_length=80)
    scopes: list[Scope] = Field(min_length=1)
    days: int = Field(90, ge=1, le=LONGEST)


@get(TOKENS, access=Access.MARKETER, sync_to_thread=True)
def show_tokens(session: Session, user: User, settings: Settings) -> Page:
    return _tokens_page(session, user, settings)


@post(TOKENS, access=Access.MARKETER)
async def make_token(
    request: AnyRequest, user: User, writer: Writer, settings: Settings, database: Database
) -> Page:
    """The token is in this answer only: it is stored nowhere."""
    try:
        form = await read_form(request, TokenForm)
        made, secret = await writer.run(
            lambda session: api_tokens.make(session, user, form.name, form.scopes, days=form.days)
        )
    except InvalidInput as error:
        given = await typed(request)
        with database.reading() as session:
            return _tokens_page(session, user, settings, given, problems(error))
    return page("accounts/token.html", title=made.name, token=made, secret=secret)


@post("/settings/tokens/{id:uuid}/revoke", access=Access.MARKETER)
async def revoke_token(id: UUID, user: User, writer: Writer) -> Back:
    name = await writer.run(lambda session: api_tokens.revoke(session, id, by=user).name)
    return back_to(TOKENS, _("%s can't come in any more.") % name)


def _tokens_page(
    session: Session,
    user: User,
    settings: Settings,
    given: Mapping[str, Any] | None = None,
    wrong: Mapping[str, list[str]] | None = None,
) -> Page:
    chosen = (given or {}).get("scopes", [Scope.READ.value])
    return page(
        "accounts/tokens.html",
        status=422 if wrong else 200,
        title=_("API tokens"),
        tokens=api_tokens.seen_by(session, user),
        values={"days": 90, **(given or {}), "scopes": chosen},
        scopes=_words(),
        may=[
            (Scope.READ.value, _("reads")),
            (Scope.WRITE.value, _("writes drafts")),
            (Scope.SCHEDULE.value, _("lets posts go out")),
            (Scope.EXPORT.value, _("exports")),
            (Scope.INSIGHTS.value, _("reads demand")),
        ],
        longest=LONGEST,
        problems=wrong or {},
        address=f"{settings.public_url}/api/v1",
    )


def _words() -> list[tuple[str, str]]:
    return [
        (Scope.READ.value, _("read the calendar")),
        (Scope.WRITE.value, _("make, change, move and delete drafts")),
        (Scope.SCHEDULE.value, _("let posts go out and take them off, where you may")),
        (Scope.EXPORT.value, _("export tables as files")),
        (Scope.INSIGHTS.value, _("read the demand for products")),
    ]


routes = [show_tokens, make_token, revoke_token]
