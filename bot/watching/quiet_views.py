"""What waits after a back-up was restored, and the word of the person who lets it go."""

from uuid import UUID

import sqlalchemy as sa
from litestar import get, post

from bot.accounts import audit
from bot.accounts.models import Role, User
from bot.db import Session, Writer
from bot.errors import Conflict
from bot.outbox import quiet
from bot.outbox import service as outbox
from bot.outbox.models import Delivery, DeliveryState
from bot.watching.needs_look import waiting
from bot.web.access import Access
from bot.web.forms import typed
from bot.web.i18n import gettext as _
from bot.web.i18n import ngettext
from bot.web.pages import AnyRequest, Back, Page, back_to, page
from content_calendar.states import STUCK


@get("/quiet", access=Access.MARKETER, sync_to_thread=True)
def waiting_room(session: Session, user: User) -> Page:
    restoration = quiet.current(session)
    if restoration is None:
        return page("watching/quiet.html", title=_("Quiet after a restore"), restoration=None)
    may_be_said = quiet.doubtful(restoration)
    pending = Delivery.state == DeliveryState.PENDING
    count = sa.select(sa.func.count()).select_from(Delivery)
    return page(
        "watching/quiet.html",
        title=_("Quiet after a restore"),
        restoration=restoration,
        doubtful=waiting(session, may_be_said),
        doubtful_count=session.scalar(count.where(may_be_said)),
        later=waiting(session, sa.and_(pending, ~may_be_said)),
        later_count=session.scalar(count.where(pending, ~may_be_said)),
        stuck_count=session.scalar(count.where(Delivery.state.in_(STUCK))),
        may_release=user.role is Role.OWNER,
    )


@post("/quiet/{id:uuid}/drop", access=Access.MARKETER)
async def drop(id: UUID, writer: Writer, user: User) -> Back:
    def run(session: Session) -> None:
        delivery = session.need(Delivery, id)
        if quiet.current(session) is None:
            raise Conflict(_("Hubbub has been released meanwhile. Look under “Needs a look”."))
        outbox.cancel(session, delivery)
        session.flush()
        audit.record(session, user, "dropped", delivery)

    try:
        await writer.run(run)
    except Conflict as refused:
        return back_to("/quiet", str(refused), level="problem")
    return back_to("/quiet", _("Dropped. It never leaves."))


@post("/quiet/hold", access=Access.MARKETER)
async def hold(writer: Writer, user: User) -> Back:
    held = await writer.run(lambda session: quiet.hold(session, user))
    return back_to("/quiet", _held(held))


@post("/quiet/release", access=Access.OWNER)
async def release(request: AnyRequest, writer: Writer, user: User) -> Back:
    """Everything that may have gone out is held first, unless the form says ``overdue=go``."""
    let_go = (await typed(request)).get("overdue") == "go"

    def run(session: Session) -> tuple[bool, int]:
        held = 0 if let_go else quiet.hold(session, user)
        return quiet.release(session, user), held

    released, held = await writer.run(run)
    if not released:
        return back_to("/quiet", _("Nothing is held back any more."))
    said = _("Hubbub speaks again.")
    if held:
        return back_to("/needs-a-look", f"{said} {_held(held)}")
    return back_to("/calendar", said)


def _held(count: int) -> str:
    return ngettext(
        "%(num)d waits for your word under “Needs a look”.",
        "%(num)d wait for your word under “Needs a look”.",
        count,
    ) % {"num": count}


routes = [waiting_room, drop, hold, release]
