"""The letters that went out by mail, readable here: without a mail server this is the mailbox."""

from uuid import UUID

from litestar import get, post
from litestar.response import Redirect

from bot.accounts.models import User
from bot.db import Session, Writer
from bot.logs import mask
from bot.suppliers import links, mail_queries
from bot.web.access import Access
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.pages import Page, back_to, page


@get("/mail", access=Access.MARKETER, sync_to_thread=True)
def show_mail(session: Session, house: House) -> Page:
    adapter = next((a for (network, _a), a in house.adapters.items() if network == "email"), None)
    return page(
        "suppliers/mail.html",
        title=_("Mail"),
        letters=mail_queries.newest(session, shop=house.settings.shop.name),
        health=mask(adapter.health()[1]) if adapter else "",
    )


@post("/mail/{delivery_id:uuid}/open", access=Access.MARKETER)
async def open_as_partner(delivery_id: UUID, writer: Writer, user: User) -> Redirect:
    """What the link in this letter leads to; it is made afresh, and that is noted."""

    def lend(session: Session) -> str:
        supplier, case_id = mail_queries.to_whom(session, delivery_id)
        return links.lend(session, supplier, case_id, by=user)

    token = await writer.run(lend)
    return back_to(f"/s/{token}")


routes = [show_mail, open_as_partner]
