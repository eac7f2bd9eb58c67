"""A message in its thread: what was understood, what became of it, and a person's answer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from litestar import Request, get, post

from bot.accounts.models import User
from bot.channels.models import Channel
from bot.db import Database, Session, Writer
from bot.engagement.happenings import resonance
from bot.engagement.persons.belonging import badges
from bot.engagement.queries import opened_by
from bot.errors import Conflict, InvalidInput
from bot.inbox.answering import answer
from bot.inbox.forms import Reply
from bot.inbox.models import Message
from bot.inbox.threads import SHOWN_AS, thread
from bot.inbox.windows import Window, window
from bot.members.models import Member
from bot.networks import Action, Adapter, Content
from bot.outbox import service as outbox
from bot.outbox.models import About
from bot.web.access import Access
from bot.web.forms import problems, read_form, typed
from bot.web.i18n import gettext as _
from bot.web.pages import Back, Page, back_to, page

Adapters = Mapping[tuple[str, str], Adapter]


@get("/inbox/{id:uuid}", access=Access.MARKETER, sync_to_thread=True)
def show(id: UUID, session: Session, adapters: Adapters) -> Page:
    return _page(session, id, adapters)


@post("/inbox/{id:uuid}/reply", access=Access.MARKETER)
async def reply(
    id: UUID,
    request: Request[Any, Any, Any],
    user: User,
    writer: Writer,
    database: Database,
    adapters: Adapters,
) -> Back | Page:
    try:
        form = await read_form(request, Reply)
        await writer.run(lambda session: _reply(session, id, form, user, adapters))
    except InvalidInput as error:
        text = str((await typed(request)).get("text", ""))
        with database.reading() as session:
            return _page(session, id, adapters, text=text, wrong=problems(error), status=422)
    return back_to(f"/inbox/{id}", _("Your answer is on its way."))


def _reply(session: Session, id: UUID, form: Reply, user: User, adapters: Adapters) -> None:
    message = session.need(Message, id)
    channel = session.need(Channel, message.channel_id)
    content = Content(text=form.text)
    adapter = adapters.get((channel.network, channel.account))
    privately = message.private or form.privately
    if privately and adapter:
        open_ = _window(session, message, adapter)
        if not open_.may:
            raise InvalidInput(fields={"text": f"{open_.why} {open_.instead}"})
    if adapter and (wrong := adapter.capabilities.problems(content)):
        raise InvalidInput(fields={"text": " ".join(wrong)})
    answer(session, message, content, once=form.once, privately=privately, by=user)


def _page(
    session: Session,
    id: UUID,
    adapters: Adapters,
    *,
    text: str = "",
    wrong: Mapping[str, list[str]] | None = None,
    status: int = 200,
) -> Page:
    found = thread(session, id)
    adapter = adapters.get((found.channel.network, found.channel.account))
    return page(
        "engagement/thread.html",
        status=status,
        title=found.member.name,
        thread=found,
        suggestions=opened_by(session, id),
        speaks=badges(
            session, found.member.person_id, {one.signal.product_id for one in found.meant}
        ),
        told=found.answers,
        told_as=_told_as(),
        resonance=resonance(session, [turn.id for turn in found.turns if turn.ours]),
        shown_as=SHOWN_AS,
        text=text,
        problems=wrong or {},
        once=uuid4(),
        window=_window(session, found.message, adapter) if adapter else None,
        may_hide=adapter is not None
        and Action.HIDE in adapter.capabilities.actions
        and not found.message.private,
    )


def _window(session: Session, message: Message, adapter: Adapter) -> Window:
    """Whether this person may be answered in private now."""
    member = session.need(Member, message.member_id)
    return window(session, adapter.capabilities.windows, member, comment=message)


@post("/inbox/{id:uuid}/hide", access=Access.MARKETER)
async def hide(id: UUID, user: User, writer: Writer, adapters: Adapters) -> Back:
    """From everybody else, at the network."""

    def command(session: Session) -> None:
        message = session.need(Message, id)
        channel = session.need(Channel, message.channel_id)
        adapter = adapters.get((channel.network, channel.account))
        if adapter is None or Action.HIDE not in adapter.capabilities.actions:
            raise Conflict(_("This network does not let us hide messages. Hide it there yourself."))
        outbox.hide(session, channel, message.remote_id, thread=message.thread, by=user)

    await writer.run(command)
    return back_to(f"/inbox/{id}", _("It is being hidden from everybody else there."))


def _told_as() -> dict[About, str]:
    return {
        About.POST: _("Our post"),
        About.ACKNOWLEDGEMENT: _("The bot answered"),
        About.DECISION: _("Told what the partner decided"),
        About.QUESTION: _("Asked what the partner wants to know"),
        About.STAFF: _("A person answered"),
        About.COMMAND: _("Answered a command"),
        About.DATA: _("Sent a link to what is kept about them"),
        About.CASE: _("A letter to the partner"),
    }


routes = [show, reply, hide]
