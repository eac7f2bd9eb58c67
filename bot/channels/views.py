"""Settings: what is set up, in plain words, and what the owner may change of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, get, post

from bot.accounts import service as accounts
from bot.accounts.audit import record
from bot.accounts.models import Role, User
from bot.channels import queries, service
from bot.channels.forms import ChannelForm, Invitation
from bot.channels.models import Channel, Overdue
from bot.db import Database, Session, Writer
from bot.db.backup.keeping import kept
from bot.errors import InvalidInput
from bot.networks import Adapter, Plugin
from bot.processes.queries import processes
from bot.settings import Settings
from bot.web.access import Access
from bot.web.forms import problems, read_form, typed
from bot.web.i18n import gettext as _
from bot.web.pages import Back, Page, back_to, page

AnyRequest = Request[Any, Any, Any]
Adapters = Mapping[tuple[str, str], Adapter]
Plugins = Mapping[str, Plugin]


@get("/settings", access=Access.MARKETER, sync_to_thread=True)
def settings_page(
    session: Session, settings: Settings, adapters: Adapters, plugins: Plugins, user: User
) -> Page:
    places = queries.communities(session)
    return page(
        "channels/settings.html",
        title=_("Settings"),
        settings=settings,
        accounts=queries.accounts(adapters, plugins),
        switched_off=queries.switched_off(adapters, plugins),
        places=places,
        health={place.id: queries.health(place, adapters) for place in places},
        people=queries.people(session),
        processes=processes(session, silence=settings.processes.silence),
        policies=_policies(),
        newest_backup=next(iter(kept(settings.backups)), None),
        may_change=user.role is Role.OWNER,
    )


@get("/settings/channels/{id:uuid}", access=Access.OWNER, sync_to_thread=True)
def channel(id: UUID, session: Session) -> Page:
    return _channel_page(session.need(Channel, id))


@post("/settings/channels/{id:uuid}/change", access=Access.OWNER)
async def change_channel(
    id: UUID, request: AnyRequest, user: User, writer: Writer, database: Database
) -> Back | Page:
    try:
        form = await read_form(request, ChannelForm)
    except InvalidInput as error:
        given = await typed(request)
        with database.reading() as session:
            return _channel_page(
                session.need(Channel, id), given=given, wrong=problems(error), status=422
            )

    def command(session: Session) -> None:
        place = session.need(Channel, id)
        for name, value in form:
            setattr(place, name, value)
        record(session, user, "changed", place)
        session.announce("channels")

    await writer.run(command)
    return back_to("/settings", _("Saved."))


@post("/settings/channels/{id:uuid}/pause", access=Access.OWNER)
async def pause(id: UUID, user: User, writer: Writer) -> Back:
    def command(session: Session) -> str:
        place = session.need(Channel, id)
        service.pause(session, place, _("Paused by %s.") % user.name)
        record(session, user, "paused", place)
        return place.name

    name = await writer.run(command)
    return back_to(
        "/settings",
        _("%s is paused: nothing goes out there.") % name,
        undo=f"/settings/channels/{id}/resume",
    )


@post("/settings/channels/{id:uuid}/resume", access=Access.OWNER)
async def resume(id: UUID, user: User, writer: Writer) -> Back:
    def command(session: Session) -> str:
        place = session.need(Channel, id)
        service.resume(session, place)
        record(session, user, "resumed", place)
        return place.name

    name = await writer.run(command)
    return back_to("/settings", _("%s is on again.") % name)


@get("/settings/people/new", access=Access.OWNER, sync_to_thread=False)
def new_person() -> Page:
    return _invitation_page({"role": Role.MARKETER})


@post("/settings/people", access=Access.OWNER)
async def invite(request: AnyRequest, user: User, writer: Writer, settings: Settings) -> Page:
    """The link is in this answer only: it is stored nowhere."""
    try:
        form = await read_form(request, Invitation)
        token = await writer.run(
            lambda session: accounts.invite(session, form.name, form.email, form.role, by=user)
        )
    except InvalidInput as error:
        return _invitation_page(await typed(request), wrong=problems(error), status=422)
    return page(
        "channels/invited.html",
        title=_("An invitation for %s") % form.name,
        name=form.name,
        link=f"{settings.public_url}/enter/{token}",
    )


@post("/settings/people/{id:uuid}/disable", access=Access.OWNER)
async def disable(id: UUID, user: User, writer: Writer) -> Back:
    def command(session: Session) -> str:
        person = session.need(User, id)
        accounts.disable(session, person, by=user)
        return person.name

    name = await writer.run(command)
    return back_to("/settings", _("%s can't come in any more. What they did stays.") % name)


def _policies() -> dict[str, str]:
    return {
        Overdue.ASK: _("ask me first"),
        Overdue.SEND: _("send them all at once"),
        Overdue.SPREAD: _("send them one after the other"),
    }


def _channel_page(
    place: Channel,
    *,
    given: Mapping[str, Any] | None = None,
    wrong: Mapping[str, list[str]] | None = None,
    status: int = 200,
) -> Page:
    values = {name: getattr(place, name) for name in ChannelForm.model_fields}
    return page(
        "channels/channel.html",
        status=status,
        title=place.name,
        place=place,
        values=values | dict(given or {}),
        policies=_policies(),
        problems=wrong or {},
    )


def _invitation_page(
    values: Mapping[str, Any], *, wrong: Mapping[str, list[str]] | None = None, status: int = 200
) -> Page:
    return page(
        "channels/invite.html",
        status=status,
        title=_("Invite somebody"),
        values=values,
        problems=wrong or {},
    )


routes = [
    settings_page,
    channel,
    change_channel,
    pause,
    resume,
    new_person,
    invite,
    disable,
]
