"""Who hears of what was decided: what waits for the staff's word, and who could not be reached."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from litestar import get, post

from bot.accounts.audit import record
from bot.accounts.models import User
from bot.channels.models import Channel
from bot.db import Session, Writer
from bot.engagement.closing import looking
from bot.engagement.closing.models import GoAhead, Notice, NoticeState, Why
from bot.engagement.closing.preview import forecast
from bot.engagement.speaking import Voices
from bot.inbox.models import Message
from bot.members.models import Member
from bot.networks import Adapter
from bot.settings import Settings
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers.models import Case, Decision, Supplier
from bot.web.access import Access
from bot.web.i18n import gettext as _
from bot.web.pages import Back, Page, back_to, page

_SHOWN = 100
Adapters = Mapping[tuple[str, str], Adapter]


@get("/told", access=Access.MARKETER, sync_to_thread=True)
def show(session: Session, settings: Settings, adapters: Adapters) -> Page:
    speak = Voices(
        languages=settings.shop.languages,
        shop=settings.shop.name,
        can={key: one.capabilities for key, one in adapters.items()},
    )
    waiting = [
        (go, decision, suggestion, partner, forecast(session, suggestion.id, speak))
        for go, decision, suggestion, partner in _waiting(session)
    ]
    unreached = sa.select(sa.func.count()).where(Notice.state == NoticeState.UNREACHED)
    return page(
        "engagement/told.html",
        title=_("Who hears it"),
        waiting=waiting,
        unreached=_unreached(session),
        count=session.scalar(unreached.select_from(Notice)) or 0,
        reasons=_reasons(),
    )


def _waiting(session: Session) -> Sequence[Any]:
    return session.execute(
        sa.select(GoAhead, Decision, Suggestion, Supplier.name)
        .join(Decision, Decision.id == GoAhead.decision_id)
        .join(Case, Case.id == Decision.case_id)
        .join(Suggestion, Suggestion.id == Case.suggestion_id)
        .outerjoin(Supplier, Supplier.id == Decision.supplier_id)
        .where(GoAhead.agreed_at.is_(None))
        .order_by(GoAhead.id)
        .limit(_SHOWN)
    ).all()


def _unreached(session: Session) -> Sequence[Any]:
    return session.execute(
        sa.select(Notice, Member, Suggestion, Channel, Message.id)
        .join(Member, Member.id == Notice.member_id)
        .join(Voice, Voice.id == Notice.voice_id)
        .join(Suggestion, Suggestion.id == Voice.suggestion_id)
        .join(Message, Message.id == Voice.message_id)
        .join(Channel, Channel.id == Message.channel_id)
        .where(Notice.state == NoticeState.UNREACHED)
        .order_by(Notice.id.desc())
        .limit(_SHOWN)
    ).all()


def _reasons() -> dict[Why, str]:
    """Why, and what can be done."""
    return {
        Why.CLOSED: _(
            "Their network lets us write to them only after they write to us again; then it goes "
            "by itself."
        ),
        Why.BLOCKED: _(
            "They have blocked the bot, or left. If they come back and write, it goes by itself."
        ),
        Why.REFUSED: _(
            "Their network refused it everywhere. See in the thread whether it is still there, "
            "then try again."
        ),
    }


@post("/told/{id:uuid}/agree", access=Access.MARKETER)
async def agree(id: UUID, user: User, writer: Writer) -> Back:
    """Let everybody hear it."""

    def command(session: Session) -> None:
        go = session.need(GoAhead, id)
        if go.agreed_at is None:
            go.agreed_at, go.agreed_by = session.now(), f"user:{user.name}"
            record(session, user, "agreed", go, people=go.people)
            session.announce("cases", "counts")

    await writer.run(command)
    return back_to("/told", _("It goes out now."))


@post("/told/people/{id:uuid}/again", access=Access.MARKETER)
async def again(id: UUID, writer: Writer) -> Back:
    """Try once more to reach somebody."""
    await writer.run(lambda session: looking.try_again(session, session.need(Notice, id)))
    return back_to("/told", _("It is being tried again."))


routes = [show, agree, again]
