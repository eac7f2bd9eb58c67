"""What waits for somebody's word, and who gives it."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from litestar import get, post
from pydantic import BaseModel, Field

from bot.accounts import audit
from bot.accounts.models import User
from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput
from bot.web.access import Access
from bot.web.forms import read_form
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, Page, back_to, page
from content_calendar import approving, cards, editor, planning
from content_calendar.editor import limits_of
from content_calendar.keeping import RemarkKind
from content_calendar.looks import looks
from content_calendar.models import Campaign, Post
from content_calendar.recurrence import resolve


class Remark(BaseModel):
    version: int = 0
    remark: str = Field("", max_length=4000)


class Rules(BaseModel):
    four_eyes: bool = False


class Approvers(BaseModel):
    campaign: str = Field(max_length=100)
    approvers: list[UUID] = Field([], max_length=50)


@get("/approvals", access=Access.MARKETER, sync_to_thread=True)
def show(session: Session, user: User, house: House) -> Page:
    posts = [_waiting(session, each, user, house) for each in approving.waiting(session)]
    active = sa.select(User).filter_by(disabled_at=None).order_by(User.name)
    return page(
        "calendar/approvals.html",
        title=_("Approvals"),
        mine=[each for each in posts if not each["why_not"]],
        others=[each for each in posts if each["why_not"]],
        four_eyes=approving.four_eyes(session),
        people=session.scalars(active).all(),
        campaigns=session.scalars(sa.select(Campaign).order_by(Campaign.name)).all(),
        host=cards.host,
    )


def _waiting(session: Session, post: Post, user: User, house: House) -> dict[str, Any]:
    draft = planning.draft_of(session, post)
    channels = planning.channels_of(session, draft.channel_ids)
    author = session.find(User, post.author_id) if post.author_id else None
    talk = approving.talk(session, post.id)
    seen = looks(draft, [(each.network, each.name) for each in channels], limits_of(house))
    return {
        "post": post,
        "draft": draft,
        "author": author.name if author else "Hubbub",
        "why_not": approving.why_not_this(session, user, post),
        "at": resolve(draft.local, draft.zone).at if draft.local else None,
        "asked": next((each for each in reversed(talk) if each.kind is RemarkKind.ASKED), None),
        "comments": sum(each.kind is RemarkKind.SAID for each in talk),
        "changes": editor.since_approval(session, post, draft),
        "looks": seen,
        "cards": {it.link: cards.known(session, it.link) for it in seen if it.link},
    }


@post("/posts/{id:uuid}/remark", access=Access.MARKETER)
async def remark(id: UUID, request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await read_form(request, Remark)

    def command(session: Session) -> None:
        approving.say(session, session.need(Post, id), user, RemarkKind.SAID, asked.remark)

    try:
        await writer.run(command)
    except InvalidInput as empty:
        return back_to(f"/posts/{id}#approval", str(empty), level="problem")
    return back_to(f"/posts/{id}#approval", _("Said."))


@post("/approvals/rules", access=Access.OWNER)
async def set_rules(request: AnyRequest, writer: Writer, user: User) -> Back:
    asked = await read_form(request, Rules)

    def command(session: Session) -> None:
        approving.set_four_eyes(session, asked.four_eyes)
        audit.record(session, user, "changed", "approval_rules", four_eyes=asked.four_eyes)

    await writer.run(command)
    return back_to("/approvals", _("Saved."))


@post("/approvals/approvers", access=Access.OWNER)
async def set_approvers(request: AnyRequest, writer: Writer, user: User) -> Back:
    """Who approves the posts of a campaign; nobody chosen: whoever has the role."""
    asked = await read_form(request, Approvers)

    def command(session: Session) -> None:
        found = session.scalar(sa.select(Campaign).filter_by(name=asked.campaign))
        if found is None:
            raise Conflict(f"There is no campaign “{asked.campaign}” any more.")
        approving.set_approvers(session, found, asked.approvers)
        audit.record(session, user, "chose approvers", found)

    await writer.run(command)
    return back_to("/approvals", _("Saved."))


routes = [show, remark, set_rules, set_approvers]
