"""The staff's page about whom we are tied to, and who has become silent."""

from uuid import UUID

from litestar import get, post

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.errors import Conflict
from bot.suppliers import ties
from bot.suppliers.tie_models import TieKind, TieTask
from bot.web.access import Access
from bot.web.i18n import gettext as _
from bot.web.pages import Back, Page, back_to, page

_PAGE = "/partners/relationships"


@get(_PAGE, access=Access.MARKETER, sync_to_thread=True)
def show(session: Session) -> Page:
    return page(
        "suppliers/ties.html",
        title=_("Relationships"),
        tasks=ties.tasks(session),
        ties=ties.ties(session),
        kinds={TieKind.PARTNER: _("Partner"), TieKind.AMBASSADOR: _("Ambassador")},
    )


@post(f"{_PAGE}/{{task_id:uuid}}/done", access=Access.MARKETER)
async def finish(task_id: UUID, writer: Writer, user: User) -> Back:
    try:
        await writer.run(lambda s: ties.finish(s, s.need(TieTask, task_id), by=user))
    except Conflict as refused:
        return back_to(_PAGE, str(refused), level="problem")
    return back_to(_PAGE, _("Done. Thank you."))


@post(f"{_PAGE}/{{task_id:uuid}}/snooze", access=Access.MARKETER)
async def snooze(task_id: UUID, writer: Writer, user: User) -> Back:
    try:
        await writer.run(lambda s: ties.snooze(s, s.need(TieTask, task_id), by=user))
    except Conflict as refused:
        return back_to(_PAGE, str(refused), level="problem")
    return back_to(_PAGE, _("It comes back in two weeks, if they are silent still."))


routes = [show, finish, snooze]
