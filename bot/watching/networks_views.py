"""Settings, networks: how each account is set up there, where it can speak, and a test."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from litestar import get, post
from pydantic import BaseModel, Field

from bot.accounts.audit import record
from bot.accounts.models import Role, User
from bot.channels import looking, queries
from bot.channels.models import Channel, Looked
from bot.channels.service import ensure
from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput, NetworkError
from bot.media.service import Room
from bot.networks import Action, Adapter, Content, Health, Place, Plugin
from bot.outbox import service as outbox
from bot.outbox.models import About, Delivery
from bot.watching.needs_look import back_of
from bot.watching.preflight import Preflight
from bot.web.access import Access
from bot.web.forms import read_form, typed
from bot.web.i18n import gettext as _
from bot.web.pages import AnyRequest, Back, Page, back_to, page

Adapters = Mapping[tuple[str, str], Adapter]
Plugins = Mapping[str, Plugin]

HERE = "/settings/networks"
_TEST = "test:"
_PATIENCE = 20.0  # seconds that a network may take to tell its places


class Adding(BaseModel):
    network: str = Field(max_length=60)
    account: str = Field(max_length=300)
    channel: str = Field(max_length=300)


class Testing(BaseModel):
    channel: UUID


class TakingBack(BaseModel):
    delivery: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A step of the guide; ``health`` is None where nothing can tell whether it is done."""

    do: str
    url: str
    health: Health | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    account: queries.Account
    findings: Sequence[Looked]
    steps: Sequence[Done]
    places: Sequence[Channel]
    may_delete: bool


@get(HERE, access=Access.MARKETER, sync_to_thread=True)
def networks(session: Session, adapters: Adapters, plugins: Plugins, user: User) -> Page:
    return _page(session, adapters, plugins, user)


@post(f"{HERE}/look", access=Access.MARKETER)
async def look(request: AnyRequest, writer: Writer, adapters: Adapters) -> Back:
    """Ask every network now; nothing is said there."""
    preflight = Preflight(writer, adapters, Room(writer.database))
    await preflight.look_around(now=True)
    back = back_of(await typed(request), HERE)
    return back_to(back, _("Looked. This is how it is now."))


@get(f"{HERE}/places", access=Access.OWNER)
async def places(writer: Writer, adapters: Adapters) -> Page:
    """Where each account can speak, asked now."""
    asked = await asyncio.gather(*(_places(each) for each in adapters.values()))
    with writer.database.reading() as session:
        columns = sa.select(Channel.network, Channel.account, Channel.remote_id)
        known = {tuple(row) for row in session.execute(columns)}
    return page(
        "watching/places.html",
        title=_("Where the bot can speak"),
        found=list(zip(adapters.values(), asked, strict=True)),
        known=known,
    )


async def _places(adapter: Adapter) -> tuple[Sequence[Place], str]:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await adapter.places(), ""
    except (NetworkError, TimeoutError) as error:
        return (), str(error) or _("It did not answer.")


@post(f"{HERE}/add", access=Access.OWNER)
async def add(request: AnyRequest, writer: Writer, adapters: Adapters, user: User) -> Back:
    form = await read_form(request, Adding)
    adapter = adapters.get((form.network, form.account))
    listed, _why = await _places(adapter) if adapter else ((), "")
    place = next((it for it in listed if it.channel == form.channel), None)
    if place is None:
        raise InvalidInput(_("The bot can't speak there. Choose a place of the list."))

    def command(session: Session) -> None:
        channel = ensure(
            session,
            network=form.network,
            account=form.account,
            remote_id=place.channel,
            name=place.name,
        )
        record(session, user, "added", channel)

    await writer.run(command)
    return back_to(HERE, _("Posts can go to %s now.") % place.name)


@post(f"{HERE}/test", access=Access.OWNER)
async def test(request: AnyRequest, writer: Writer, user: User) -> Back:
    """A post that everybody there can see, only because a person asks for it."""
    form = await read_form(request, Testing)

    def command(session: Session) -> UUID:
        channel = session.need(Channel, form.channel)
        delivery = outbox.enqueue(
            session,
            key=f"{_TEST}{uuid4().hex}",
            channel=channel,
            action=Action.PUBLISH,
            content=Content(text=_("This is a test. Please take no notice.")),
            about=About.STAFF,
        )
        record(session, user, "tested", channel)
        return delivery.id

    return back_to(f"/explain/{await writer.run(command)}", _("The test is on its way."))


@post(f"{HERE}/take-back", access=Access.APPROVER)
async def take_back(request: AnyRequest, writer: Writer, adapters: Adapters, user: User) -> Back:
    """Delete there what we said."""
    form = await read_form(request, TakingBack)

    def command(session: Session) -> UUID:
        said = session.need(Delivery, form.delivery)
        channel = session.need(Channel, said.channel_id)
        adapter = adapters.get((channel.network, channel.account))
        if adapter is None or Action.DELETE not in adapter.capabilities.actions:
            raise Conflict(_("This network does not let us delete. Delete it there yourself."))
        return outbox.take_back(session, said, channel, by=user).id

    return back_to(f"/explain/{await writer.run(command)}", _("It is being deleted there."))


def _page(session: Session, adapters: Adapters, plugins: Plugins, user: User) -> Page:
    rows = looking.all_found(session)
    communities = queries.communities(session)
    shown = []
    for account in queries.accounts(adapters, plugins):
        key = (account.network, account.account)
        findings = [it for it in rows if (it.network, it.account) == key]
        plugin, adapter = plugins.get(account.network), adapters[key]
        shown.append(
            Shown(
                account=account,
                findings=[it for it in findings if not it.what.startswith("post:")],
                steps=steps(plugin, findings) if plugin else (),
                places=[it for it in communities if (it.network, it.account) == key]
                if adapter.capabilities.publishes
                else (),
                may_delete=Action.DELETE in adapter.capabilities.actions,
            )
        )
    on = {account.account.network for account in shown}
    return page(
        "watching/networks.html",
        title=_("Networks"),
        accounts=shown,
        off=[(it, steps(it, ())) for name, it in sorted(plugins.items()) if name not in on],
        tests=_tests(session),
        names={it.remote_id: it.name for it in communities},
        may_change=user.role is Role.OWNER,
    )


def steps(plugin: Plugin, findings: Sequence[Looked]) -> list[Done]:
    """Each step of the guide, with what was found of it: the worst, where it was found twice."""
    worst: dict[str, Looked] = {}
    order = list(Health)
    for it in findings:
        if it.what not in worst or order.index(it.health) > order.index(worst[it.what].health):
            worst[it.what] = it
    done = []
    for step in plugin.guide:
        found = worst.get(step.finding)
        done.append(
            Done(
                do=step.do,
                url=step.url,
                health=found.health if found else None,
                says=f"{found.says} {found.then}".strip()
                if found and found.health is not Health.OK
                else "",
            )
        )
    return done


def _tests(session: Session) -> dict[UUID, Delivery]:
    """The latest test by channel."""
    latest = sa.select(Delivery).where(Delivery.key.startswith(_TEST)).order_by(Delivery.id)
    return {it.channel_id: it for it in session.scalars(latest)}


routes: list[Any] = [networks, look, places, add, test, take_back]
