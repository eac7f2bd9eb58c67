"""`/api/v1/posts`: listed, read, made, changed, moved, put on the calendar and taken off."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from litestar import delete, get, patch, post
from litestar.params import JSONBody
from litestar.response import Response

from bot.accounts.api_tokens import Program, Scope
from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput
from bot.settings import Settings
from bot.web.access import ScopeMissing
from bot.web.api import API, Done, act
from bot.web.house import House
from bot.web.pages import AnyRequest
from bot.web.versions import Outdated, etag, seen
from content_calendar import series, service
from content_calendar.api import reading
from content_calendar.api.shapes import MoveShape, PostFields, Posts, PostShape
from content_calendar.changes import changing
from content_calendar.composing import find_product
from content_calendar.draft import Draft
from content_calendar.models import Campaign, Post, Stage
from content_calendar.planning import draft_of, series_of
from content_calendar.post_views import limits_of

_DEFINED: dict[str, Any] = {**API, "tags": ["Posts"]}


@get("/api/v1/posts", scope=Scope.READ, sync_to_thread=True, **_DEFINED)
def list_posts(
    session: Session,
    settings: Settings,
    limit: int = 50,
    cursor: str = "",
    stage: str = "",
    campaign: str = "",
) -> Posts:
    """Posts, oldest first; of one stage or campaign (by name) where that is asked for."""
    where: list[sa.ColumnExpressionArgument[bool]] = []
    if stage:
        if stage not in list(Stage):
            raise InvalidInput(fields={"stage": f"There are {', '.join(Stage)}."})
        where.append(Post.stage == Stage(stage))
    if campaign:
        where.append(Campaign.name == campaign)
    items, following = reading.paged(
        session,
        reading.posts(*where),
        Post.id,
        reading.shaped(settings.public_url),
        limit=limit,
        cursor=cursor,
    )
    return Posts(items=items, next=following)


@get("/api/v1/posts/{id:uuid}", scope=Scope.READ, sync_to_thread=True, **_DEFINED)
def get_post(
    id: UUID, request: AnyRequest, session: Session, settings: Settings
) -> Response[PostShape]:
    found = reading.one(session, id, settings.public_url)
    return Response(found, headers={"ETag": etag(found.version)})


@post("/api/v1/posts", scope=Scope.WRITE, status_code=201, **_DEFINED)
async def create_post(
    data: JSONBody[PostFields], request: AnyRequest, writer: Writer, program: Program, house: House
) -> Response[PostShape]:
    """A new one, at most in review: `schedule` lets it go out."""
    limits, url = limits_of(house), house.settings.public_url

    def command(session: Session) -> Done:
        draft = _filled(session, Draft(zone=house.settings.shop.zone), data)
        made = service.create(
            session, draft, by=program.user, capabilities=limits, stage=Stage(data.stage)
        )
        where = {"Location": f"/api/v1/posts/{made.id}"}
        return _told(session, made, url, status=201, headers=where)

    return await act(request, writer, program, command)


@patch("/api/v1/posts/{id:uuid}", scope=Scope.WRITE, **_DEFINED)
async def patch_post(
    id: UUID,
    data: JSONBody[PostFields],
    request: AnyRequest,
    writer: Writer,
    program: Program,
    house: House,
) -> Response[PostShape]:
    """Change what is named; what is left away stays. Of a series: all that is still to come."""
    limits = limits_of(house)

    def change(session: Session, post: Post) -> Post:
        stage = Stage(data.stage) if "stage" in data.model_fields_set else None
        return service.save(
            session,
            id,
            post.version,
            _filled(session, draft_of(session, post), data),
            by=program.user,
            capabilities=limits,
            stage=stage,
        )

    return await _change(id, request, writer, program, house, change)


@delete("/api/v1/posts/{id:uuid}", scope=Scope.WRITE, status_code=204, **_DEFINED)
async def delete_post(
    id: UUID, request: AnyRequest, writer: Writer, program: Program
) -> Response[None]:
    """Throw a draft away. Take it off the calendar first; what has gone out is kept."""
    version = seen(request)

    def command(session: Session) -> Done:
        post = _as_seen(session, id, version)
        service.delete(session, id, post.version, by=program.user)
        return Done(status=204)

    return await act(request, writer, program, command)


@post("/api/v1/posts/{id:uuid}/move", scope=Scope.WRITE, status_code=200, **_DEFINED)
async def move_post(
    id: UUID,
    data: JSONBody[MoveShape],
    request: AnyRequest,
    writer: Writer,
    program: Program,
    house: House,
) -> Response[PostShape]:
    """To another time; of a series the one that is planned for ``on``."""

    def change(session: Session, post: Post) -> Post:
        local, zone = data.local, data.zone or post.zone
        if data.on and series_of(session, post):
            return series.move(
                session, id, post.version, on=data.on, local=local, zone=zone, by=program.user
            )
        return service.move(session, id, post.version, local=local, zone=zone, by=program.user)

    return await _change(id, request, writer, program, house, change)


@post("/api/v1/posts/{id:uuid}/schedule", scope=Scope.SCHEDULE, status_code=200, **_DEFINED)
async def schedule_post(
    id: UUID, request: AnyRequest, writer: Writer, program: Program, house: House
) -> Response[PostShape]:
    """Let it go out at its time. The token's user must be one who approves."""
    limits = limits_of(house)

    def change(session: Session, post: Post) -> Post:
        return service.schedule(session, id, post.version, by=program.user, capabilities=limits)

    return await _change(id, request, writer, program, house, change)


@post("/api/v1/posts/{id:uuid}/unschedule", scope=Scope.SCHEDULE, status_code=200, **_DEFINED)
async def unschedule_post(
    id: UUID, request: AnyRequest, writer: Writer, program: Program, house: House
) -> Response[PostShape]:
    """Off the calendar: a draft again, with its time kept."""

    def change(session: Session, post: Post) -> Post:
        return service.unschedule(session, id, post.version, by=program.user)

    return await _change(id, request, writer, program, house, change)


async def _change(
    id: UUID,
    request: AnyRequest,
    writer: Writer,
    program: Program,
    house: House,
    change: Callable[[Session, Post], Post],
) -> Response[PostShape]:
    version, url = seen(request), house.settings.public_url

    def command(session: Session) -> Done:
        post = _as_seen(session, id, version)
        if post.stage is Stage.SCHEDULED and not program.may(Scope.SCHEDULE):
            raise ScopeMissing("It is on the calendar: changing it needs the scope “schedule”.")
        return _told(session, change(session, post), url)

    return await act(request, writer, program, command)


def _as_seen(session: Session, id: UUID, version: int | None) -> Post:
    """The post, locked. Raises `Outdated` where the program saw another version."""
    if version is None:
        version = session.need(Post, id).version
    try:
        return changing(session, id, version)
    except Conflict as newer:
        raise Outdated(str(newer)) from None


def _told(
    session: Session,
    post: Post,
    url: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Done:
    session.flush()
    body = reading.one(session, post.id, url)
    return Done(body=body, status=status, headers={"ETag": etag(body.version), **(headers or {})})


def _filled(session: Session, draft: Draft, data: PostFields) -> Draft:
    """The draft with what was sent."""
    given = data.model_dump(exclude_unset=True, exclude={"stage", "product", "channels"})
    if "zone" in given and not given["zone"]:
        given.pop("zone")
    if "exdates" in given:
        given["exdates"] = frozenset(given["exdates"])
    if "channels" in data.model_fields_set:
        given["channel_ids"] = tuple(dict.fromkeys(data.channels))
    if "product" in data.model_fields_set:
        given["product_id"] = find_product(session, data.product)
        if data.product and given["product_id"] is None:
            raise InvalidInput(fields={"product": f"There is no product “{data.product}”."})
    return replace(draft, **given)


routes = [
    list_posts,
    get_post,
    create_post,
    patch_post,
    delete_post,
    move_post,
    schedule_post,
    unschedule_post,
]
