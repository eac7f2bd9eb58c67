"""Composing a post, and seeing what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from litestar import get, post

from bot.accounts.models import User
from bot.channels.models import Channel
from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput
from bot.networks import Action
from bot.products.models import Product
from bot.settings import Settings
from bot.web.access import Access
from bot.web.forms import problems, read_form, read_given, typed
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.i18n import locale
from bot.web.pages import AnyRequest, Back, Page, back_to, fragment, page
from content_calendar import pictures, queries, service
from content_calendar.composing import compose
from content_calendar.detail import Detail, detail
from content_calendar.draft import Draft, mistakes
from content_calendar.forms import (
    ALT,
    OVERRIDE,
    Act,
    Compose,
    alts_in,
    overrides_in,
    shown,
    typed_again,
)
from content_calendar.hints import Scene, hints
from content_calendar.models import Campaign, Post, Stage
from content_calendar.queue.queries import categories_on
from content_calendar.recurrence import check, describe, describe_german, resolve
from content_calendar.sense.scene import scene
from content_calendar.sense.standing import youth
from content_calendar.writing import Limits

_SUGGESTED = 200  # so many products and campaigns are offered while typing


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A channel that can be chosen, with what its network takes."""

    id: UUID
    name: str
    network: str
    limit: int
    unit: str


@get("/posts/new", access=Access.MARKETER, sync_to_thread=True)
def new(
    request: AnyRequest, session: Session, user: User, house: House, settings: Settings
) -> Page:
    targets = _targets(session, limits_of(house))
    # With one place to speak, nobody should have to choose it.
    only = tuple(each.id for each in targets) if len(targets) == 1 else ()
    asked = request.query_params
    values = shown(Draft(zone=asked.get("zone") or settings.shop.zone, channel_ids=only), "")
    values["date"] = asked.get("date", "")
    values["time"] = asked.get("time") or (_last_time(session) if values["date"] else "")
    values["channels"] = [asked["channel"]] if "channel" in asked else values["channels"]
    return _form(session, None, values, user, house)


@get("/posts/{id:uuid}", access=Access.MARKETER, sync_to_thread=True)
def show(id: UUID, request: AnyRequest, session: Session, user: User, house: House) -> Page:
    found = detail(session, id, _on(request))
    if found.locked:
        deleting = [n for n, can in limits_of(house).items() if Action.DELETE in can.actions]
        return page(
            "calendar/post.html",
            title=found.draft.title,
            it=found,
            said=_said(found),
            calm=youth(session, house.settings.calendar.calm).calm,
            may_delete=deleting if service.may_approve(user) else [],
        )
    values = shown(found.draft, found.product, found.on if found.repeats else None)
    return _form(session, found, values, user, house)


@post("/posts/new", access=Access.MARKETER, request_max_body_size=pictures.LARGEST_FORM)
async def create(request: AnyRequest, writer: Writer, user: User, house: House) -> Page | Back:
    return await _compose(request, None, writer, user, house)


@post(
    "/posts/{id:uuid}",
    access=Access.MARKETER,
    request_max_body_size=pictures.LARGEST_FORM,
)
async def save(
    id: UUID, request: AnyRequest, writer: Writer, user: User, house: House
) -> Page | Back:
    return await _compose(request, id, writer, user, house)


@post("/posts/preview", access=Access.MARKETER, status_code=200)
async def preview(request: AnyRequest, session: Session, settings: Settings) -> Page:
    """What it will look like, and what somebody who knows the calendar would point out."""
    try:
        form = await read_form(request, Compose)
        given = await typed(request)
        draft = form.draft(overrides_in(given), alts_in(given))
    except InvalidInput as wrong:
        return fragment("calendar/_preview.html", unfinished=wrong.problems)
    return fragment("calendar/_preview.html", **_preview(session, draft, settings, None))


async def _compose(
    request: AnyRequest, id: UUID | None, writer: Writer, user: User, house: House
) -> Page | Back:
    given = await typed(request)
    try:
        await pictures.take_in(given, writer)
        form = read_given(given, Compose)
        overrides, alts, limits = overrides_in(given), alts_in(given), limits_of(house)
        await pictures.must_fit(form.draft(overrides, alts), limits, house.database)
        made = await writer.run(
            lambda session: compose(session, id, form, overrides, alts, by=user, limits=limits)
        )
    except (InvalidInput, Conflict) as wrong:
        told = problems(wrong) if isinstance(wrong, InvalidInput) else {"": [str(wrong)]}
        status = 422 if isinstance(wrong, InvalidInput) else 409
        return _again(id, given, told, status, user, house)
    return back_to(f"/posts/{made.id}", _words(form.act), undo=_undo(form.act, made))


def _words(act: Act) -> str:
    return {
        Act.DRAFT: _("Saved."),
        Act.REVIEW: _("Sent for approval."),
        Act.SCHEDULE: _("It is on the calendar."),
        Act.SOON: _("It goes out in one minute."),
        Act.NOW: _("It is going out."),
    }[act]


def _undo(act: Act, made: Post) -> str:
    if act in {Act.SCHEDULE, Act.SOON}:
        return f"/posts/{made.id}/unschedule?version={made.version}"
    return ""


def _again(
    id: UUID | None,
    given: Mapping[str, Any],
    told: dict[str, list[str]],
    status: int,
    user: User,
    house: House,
) -> Page:
    """The form as it was typed, with everything that is wrong beside its field."""
    with house.database.reading() as session:
        found = detail(session, id, _naive(given.get("on"))) if id else None
        values = typed_again(given)
        return _form(session, found, values, user, house, told=told, status=status)


def _form(
    session: Session,
    found: Detail | None,
    values: dict[str, Any],
    user: User,
    house: House,
    *,
    told: dict[str, list[str]] | None = None,
    status: int = 200,
) -> Page:
    limits = limits_of(house)
    targets = _targets(session, limits)
    draft = found.draft if found else None
    return page(
        "calendar/compose.html",
        status=status,
        title=found.draft.title if found else _("New post"),
        it=found,
        values=values,
        problems=told or {},
        targets=targets,
        networks=list({each.network: each for each in targets}.values()),
        override=OVERRIDE,
        alt=ALT,
        own_words=any(values.get(OVERRIDE + each.network) for each in targets),
        products=_names(session, Product.name),
        campaigns=_names(session, Campaign.name),
        zones=_zones(house.settings.shop.zone, values),
        approves=service.may_approve(user),
        planned=bool(found and found.post.stage is Stage.SCHEDULED),
        queue=categories_on(session, draft.channel_ids) if draft and not draft.rrule else [],
        **_preview(
            session, draft or Draft(zone=values.get("zone") or "UTC"), house.settings, found
        ),
    )


def _preview(
    session: Session, draft: Draft, settings: Settings, found: Detail | None
) -> dict[str, Any]:
    channels = {each.id: each for each in queries.community_channels(session)}
    chosen = [channels[each] for each in draft.channel_ids if each in channels]
    return {
        "bubbles": _bubbles(draft, chosen),
        "hints": _hints(session, draft, settings, found.post.id if found else None),
        "rhythm": _rhythm(draft),
        "broadcast": draft.broadcast,
        "pictures": pictures.shown(draft.media),
    }


def _bubbles(draft: Draft, chosen: list[Channel]) -> list[dict[str, Any]]:
    """Each text once, with the channels that get it."""
    by_text: dict[str, list[Channel]] = {}
    for channel in chosen:
        text = draft.overrides.get(channel.network) or draft.text
        by_text.setdefault(text, []).append(channel)
    if not by_text and draft.text:
        by_text = {draft.text: []}
    return [{"text": text, "channels": places} for text, places in by_text.items() if text]


def _hints(session: Session, draft: Draft, settings: Settings, besides: UUID | None) -> list[str]:
    if any(mistakes(draft)):
        return []
    if draft.local is None:
        return hints(draft, Scene())
    at = resolve(draft.local, draft.zone).at
    return hints(draft, scene(session, draft.channel_ids, at, settings, locale(), besides=besides))


def _rhythm(draft: Draft) -> str:
    rule = draft.rule
    if rule is None:
        return ""
    try:
        check(rule)
    except InvalidInput:
        return ""
    said = describe_german(rule) if locale() == "de" else describe(rule)
    return said[:1].upper() + said[1:]


def _said(found: Detail) -> dict[str, Any]:
    texts = list(dict.fromkeys(result.text for result in found.results))
    return {
        "texts": texts,
        "many": len(texts) > 1,
        "pictures": pictures.shown(found.draft.media),
    }


def limits_of(house: House) -> Limits:
    return {network: each.capabilities for (network, _account), each in house.adapters.items()}


def _targets(session: Session, limits: Limits) -> list[Target]:
    """Channels that can be posted to now."""
    return [
        Target(
            id=channel.id,
            name=channel.name,
            network=channel.network,
            limit=limits[channel.network].text_limit,
            unit=limits[channel.network].count.value,
        )
        for channel in queries.community_channels(session)
        if channel.network in limits and limits[channel.network].publishes
    ]


def _names(session: Session, column: Any) -> list[str]:
    return list(session.scalars(sa.select(column).order_by(column).limit(_SUGGESTED)))


def _zones(shop: str, values: Mapping[str, Any]) -> list[str]:
    near = ["Europe/Berlin", "Europe/London", "Europe/Paris", "America/New_York"]
    near += ["America/Los_Angeles", "Asia/Tokyo", "Australia/Sydney", "UTC"]
    return list(dict.fromkeys([shop, str(values.get("zone") or shop), *near]))


def _last_time(session: Session) -> str:
    """The time of day that was planned last: people tend to keep theirs."""
    last = session.scalar(
        sa.select(Post.local).where(Post.local.is_not(None)).order_by(Post.id.desc()).limit(1)
    )
    return f"{last:%H:%M}" if last else "09:00"


def _on(request: AnyRequest) -> datetime | None:
    return _naive(request.query_params.get("on"))


def _naive(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=None)
    except ValueError:
        return None


routes = [new, show, create, save, preview]
