"""The page on which everything stands that comes in and goes out."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from bot.accounts.models import Role, User
from bot.db import Session
from bot.errors import InvalidInput
from bot.web.forms import problems
from bot.web.i18n import gettext as _
from bot.web.pages import Page, page
from content_calendar.exchange import addresses
from content_calendar.exchange.feeds import health
from content_calendar.exchange.models import Feed, Intake
from content_calendar.exchange.rows import COLUMNS

EXCHANGE = "/exchange"
_RECENT = 10


def exchange_page(session: Session, user: User, wrong: InvalidInput | None = None) -> Page:
    recent = sa.select(Intake).order_by(Intake.id.desc()).limit(_RECENT)
    return page(
        "exchange/exchange.html",
        status=422 if wrong else 200,
        title=_("In and out"),
        files=session.scalars(recent).all(),
        addresses=addresses.seen_by(session, user),
        feeds=session.scalars(sa.select(Feed).order_by(Feed.name, Feed.id)).all(),
        health=health,
        columns=COLUMNS,
        exports=_exports(user),
        problems=problems(wrong) if wrong else {},
    )


def _exports(user: User) -> Mapping[str, Any]:
    """What this person may have as a file, by its name in the address."""
    free = {
        "posts": _("Posts"),
        "publications": _("What went out, and what failed"),
        "products": _("Products"),
    }
    more = {
        "suggestions": _("Suggestions"),
        "suppliers": _("Partners"),
        "messages": _("Messages"),
    }
    return free | more if user.role is Role.OWNER else free
