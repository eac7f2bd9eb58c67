"""The editor's page: the form of a post, what it will look like, and what is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.models import User
from bot.accounts.tokens import new_token
from bot.db import Session
from bot.errors import InvalidInput
from bot.networks import Action
from bot.products.models import Product
from bot.settings import Settings
from bot.web.house import House
from bot.web.i18n import gettext as _
from bot.web.i18n import locale
from bot.web.pages import Page, page
from content_calendar import (
    approving,
    cards,
    composing,
    history,
    previews,
    queries,
    unfinished,
)
from content_calendar.detail import Detail
from content_calendar.draft import Draft, mistakes
from content_calendar.forms import ACROSS, ALT, CROP, DOWN, OVERRIDE, understood
from content_calendar.hints import Scene, hints
from content_calendar.looks import Look, looks
from content_calendar.models import Campaign, Post, Stage
from content_calendar.queue.queries import categories_on
from content_calendar.recurrence import check, describe, describe_german, resolve
from content_calendar.saying import RATIOS, fingerprint
from content_calendar.sense.scene import scene
from content_calendar.writing import Limits

_SUGGESTED = 200  # so many products and campaigns are offered while typing
_LINES = 4  # answers of a poll that a page without scripts offers


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A channel that can be chosen, with what its network takes. ``beside`` and ``above``: how
    long the text may be beside pictures, and above a poll."""

    id: UUID
    name: str
    network: str
    limit: int
    beside: int
    above: int
    comment: int
    unit: str
    polls: int


def limits_of(house: House) -> Limits:
    return {network: each.capabilities for (network, _account), each in house.adapters.items()}


def targets(session: Session, limits: Limits) -> list[Target]:
    """Channels that can be posted to now."""
    found = []
    for channel in queries.community_channels(session):
        can = limits.get(channel.network)
        if can is not None and can.publishes:
            comments = can.threads and Action.REPLY in can.actions
            found.append(
                Target(
                    id=channel.id,
                    name=channel.name,
                    network=channel.network,
                    limit=can.text_limit,
                    beside=can.limit_of(media=True, poll=False),
                    above=can.limit_of(media=False, poll=can.poll_options > 0),
                    comment=can.text_limit if comments else 0,
                    unit=can.count.value,
                    polls=can.poll_options,
                )
            )
    return found


def form(
    session: Session,
    found: Detail | None,
    values: dict[str, Any],
    user: User,
    house: House,
    *,
    told: Mapping[str, list[str]] | None = None,
    status: int = 200,
    note: str = "",
) -> Page:
    """The editor with these values. ``note``: what is special about them, above the form."""
    limits = limits_of(house)
    choices = targets(session, limits)
    networks = list({each.network: each for each in choices}.values())
    post = found.post if found else None
    values.setdefault("scratch", "" if post else new_token())
    return page(
        "calendar/compose.html",
        status=status,
        title=found.draft.title if found else _("New post"),
        it=found,
        values=values,
        problems=told or {},
        note=note,
        targets=choices,
        networks=networks,
        ratios=list(RATIOS),
        fields={"override": OVERRIDE, "alt": ALT, "crop": CROP, "x": ACROSS, "y": DOWN},
        own_words=any(values.get(OVERRIDE + each.network) for each in networks),
        answers=_answers(values),
        products=names(session, Product.name),
        campaigns=names(session, Campaign.name),
        zones=_zones(house.settings.shop.zone, values),
        planned=bool(post and post.stage is Stage.SCHEDULED),
        queue=_categories(session, found.draft if found else None),
        unsaved=_unsaved(session, user, post),
        **_approval(session, user, found),
        **_links(session, house, post),
        **previewed(session, values, house, besides=post.id if post else None),
    )


def _categories(session: Session, draft: Draft | None) -> list[Any]:
    """Kinds of posts whose next free slot it could take."""
    return list(categories_on(session, draft.channel_ids)) if draft and not draft.rrule else []


def _answers(values: Mapping[str, Any]) -> list[str]:
    given = [str(each) for each in values.get("poll_options", [])]
    return given + [""] * max(_LINES - len(given), 1)


def _unsaved(session: Session, user: User, post: Post | None) -> list[Any]:
    if post is None:
        return unfinished.new_ones(session, user)
    return list(unfinished.of(session, user, post.id))[:1]


def _approval(session: Session, user: User, found: Detail | None) -> dict[str, Any]:
    """Whether this person may let it go out, and what was said about it."""
    if found is None:
        reason = approving.why_not(session, user, {user.id}, None)
        none: dict[str, Any] = {"talk": [], "changes": [], "still_approved": False}
        return {"approves": not reason, "why_not": reason, **none}
    post = found.post
    reason = approving.why_not_this(session, user, post)
    is_asked = post.stage is Stage.IN_REVIEW and post.approved_version
    return {
        "approves": not reason,
        "why_not": reason,
        "still_approved": bool(post.approved) and post.approved == fingerprint(found.draft),
        "talk": approving.talk(session, post.id),
        "changes": since_approval(session, post, found.draft) if is_asked else [],
    }


def since_approval(session: Session, post: Post, draft: Draft) -> list[history.Change]:
    """What differs from what was approved last."""
    if not post.approved_version:
        return []
    old = history.said_in(session, post.id, post.approved_version)
    return told(session, history.changes(old, draft))


def told(session: Session, changes: Iterable[history.Change]) -> list[history.Change]:
    """With channels by their names."""
    names = {str(each.id): each.name for each in queries.community_channels(session)}

    def named(text: str) -> str:
        return ", ".join(names.get(each, each) for each in text.split(", "))

    return [
        (part, named(was), named(now)) if part == "channels" else (part, was, now)
        for part, was, now in changes
    ]


def _links(session: Session, house: House, post: Post | None) -> dict[str, Any]:
    links = previews.of(session, post.id) if post else []
    return {"links": [(it, previews.address(house, it)) for it in links]}


def previewed(
    session: Session, values: Mapping[str, Any], house: House, *, besides: UUID | None
) -> dict[str, Any]:
    """What the values will look like, what is wrong, and what somebody who knows would say."""
    limits = limits_of(house)
    typed, wrong = understood(values)
    draft = typed.draft()
    chosen = {each.id: each for each in queries.community_channels(session)}
    places = [
        (chosen[each].network, chosen[each].name) for each in draft.channel_ids if each in chosen
    ]
    kept = composing.problems(session, typed, limits)
    goes = composing.problems(session, typed, limits, is_to_go=True)
    seen = looks(draft, places, limits)
    return {
        "looks": seen or _anywhere(draft),
        "cards": {it.link: cards.known(session, it.link) for it in seen if it.link},
        "host": cards.host,
        "live": {name: text for name, text in {**kept, **wrong}.items() if _began(draft)},
        "missing": [text for name, text in goes.items() if kept.get(name) != text],
        "hints": [*_hints(session, draft, house.settings, besides), *_untold(draft)],
        "rhythm": rhythm(draft),
        "broadcast": draft.broadcast,
    }


def _began(draft: Draft) -> bool:
    """An empty form is not wrong yet."""
    return bool(draft.heading or draft.media or draft.poll)


def _anywhere(draft: Draft) -> list[Look]:
    return looks(draft, [("", "")], {}) if _began(draft) else []


def _hints(session: Session, draft: Draft, settings: Settings, besides: UUID | None) -> list[str]:
    if any(mistakes(draft)):
        return []
    if draft.local is None:
        return hints(draft, Scene())
    at = resolve(draft.local, draft.zone).at
    return hints(draft, scene(session, draft.channel_ids, at, settings, locale(), besides=besides))


def _untold(draft: Draft) -> list[str]:
    if all(it.alt for it in draft.media):
        return []
    return [_("Say what each picture shows: not everybody sees it.")]


def rhythm(draft: Draft) -> str:
    rule = draft.rule
    if rule is None:
        return ""
    try:
        check(rule)
    except InvalidInput:
        return ""
    said = describe_german(rule) if locale() == "de" else describe(rule)
    return said[:1].upper() + said[1:]


def names(session: Session, column: Any) -> list[str]:
    return list(session.scalars(sa.select(column).order_by(column).limit(_SUGGESTED)))


def _zones(shop: str, values: Mapping[str, Any]) -> list[str]:
    near = ["Europe/Berlin", "Europe/London", "Europe/Paris", "America/New_York"]
    near += ["America/Los_Angeles", "Asia/Tokyo", "Australia/Sydney", "UTC"]
    return list(dict.fromkeys([shop, str(values.get("zone") or shop), *near]))


def last_time(session: Session) -> str:
    """The time of day that was planned last: people tend to keep theirs."""
    last = session.scalar(
        sa.select(Post.local).where(Post.local.is_not(None)).order_by(Post.id.desc()).limit(1)
    )
    return f"{last:%H:%M}" if last else "09:00"


def naive(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=None)
    except ValueError:
        return None
