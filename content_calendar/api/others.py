"""`/api/v1`: occurrences with what became of them, channels, and campaigns."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from litestar import delete, get, patch, post
from litestar.params import JSONBody
from litestar.response import Response

from bot.accounts.api_tokens import Program, Scope
from bot.accounts.audit import record
from bot.channels.models import Channel
from bot.db import Session, Writer
from bot.errors import Conflict, InvalidInput, NotFound
from bot.web.api import API, Done, act
from bot.web.pages import AnyRequest
from content_calendar.api import reading
from content_calendar.api.shapes import (
    CampaignFields,
    Campaigns,
    CampaignShape,
    Channels,
    ChannelShape,
    Occurrences,
)
from content_calendar.models import Campaign, Occurrence, Post

_OCCURRENCES: dict[str, Any] = {**API, "tags": ["Occurrences"]}
_CHANNELS: dict[str, Any] = {**API, "tags": ["Channels"]}
_CAMPAIGNS: dict[str, Any] = {**API, "tags": ["Campaigns"]}


@get("/api/v1/occurrences", scope=Scope.READ, sync_to_thread=True, **_OCCURRENCES)
def list_occurrences(
    session: Session,
    limit: int = 50,
    cursor: str = "",
    since: datetime | None = None,
    before: datetime | None = None,
) -> Occurrences:
    """Times at which posts go out, or went; due from ``since`` on and ``before`` (both with a
    zone). What a series plans for later than five weeks ahead is not written yet."""
    where = []
    for name, moment in (("since", since), ("before", before)):
        if moment and moment.tzinfo is None:
            raise InvalidInput(fields={name: "Say it with its offset: 2026-03-02T09:00:00Z."})
    if since:
        where.append(Occurrence.at >= since)
    if before:
        where.append(Occurrence.at < before)
    return _occurrences(session, where, limit, cursor)


@get("/api/v1/posts/{id:uuid}/occurrences", scope=Scope.READ, sync_to_thread=True, **_OCCURRENCES)
def list_occurrences_of_post(
    id: UUID, session: Session, limit: int = 50, cursor: str = ""
) -> Occurrences:
    session.need(Post, id)
    return _occurrences(session, [Occurrence.post_id == id], limit, cursor)


def _occurrences(session: Session, where: list[Any], limit: int, cursor: str) -> Occurrences:
    items, following = reading.paged(
        session,
        reading.occurrences(*where),
        Occurrence.id,
        reading.with_outcome(session),
        limit=limit,
        cursor=cursor,
    )
    return Occurrences(items=items, next=following)


@get("/api/v1/channels", scope=Scope.READ, sync_to_thread=True, **_CHANNELS)
def list_channels(session: Session, limit: int = 50, cursor: str = "") -> Channels:
    """Where posts can go."""
    items, following = reading.paged(
        session, reading.channels(), Channel.id, reading.as_channels, limit=limit, cursor=cursor
    )
    return Channels(items=items, next=following)


@get("/api/v1/channels/{id:uuid}", scope=Scope.READ, sync_to_thread=True, **_CHANNELS)
def get_channel(id: UUID, session: Session) -> ChannelShape:
    found = session.execute(reading.channels(Channel.id == id)).all()
    if not found:
        raise NotFound
    return reading.as_channels(found)[0]


@get("/api/v1/campaigns", scope=Scope.READ, sync_to_thread=True, **_CAMPAIGNS)
def list_campaigns(session: Session, limit: int = 50, cursor: str = "") -> Campaigns:
    items, following = reading.paged(
        session, reading.campaigns(), Campaign.id, reading.as_campaigns, limit=limit, cursor=cursor
    )
    return Campaigns(items=items, next=following)


@get("/api/v1/campaigns/{id:uuid}", scope=Scope.READ, sync_to_thread=True, **_CAMPAIGNS)
def get_campaign(id: UUID, session: Session) -> CampaignShape:
    return _campaign(session, id)


@post("/api/v1/campaigns", scope=Scope.WRITE, status_code=201, **_CAMPAIGNS)
async def create_campaign(
    data: JSONBody[CampaignFields], request: AnyRequest, writer: Writer, program: Program
) -> Response[CampaignShape]:
    def command(session: Session) -> Done:
        made = session.put(Campaign(name=_free(session, data.name)))
        record(session, program.user, "created", made, name=made.name)
        where = {"Location": f"/api/v1/campaigns/{made.id}"}
        return Done(body=_campaign(session, made.id), status=201, headers=where)

    return await act(request, writer, program, command)


@patch("/api/v1/campaigns/{id:uuid}", scope=Scope.WRITE, **_CAMPAIGNS)
async def patch_campaign(
    id: UUID, data: JSONBody[CampaignFields], request: AnyRequest, writer: Writer, program: Program
) -> Response[CampaignShape]:
    """Another name. Its posts count a version up: what they say has changed."""

    def command(session: Session) -> Done:
        campaign = session.need(Campaign, id)
        if data.name != campaign.name:
            campaign.name = _free(session, data.name)
            of_it = sa.update(Post).where(
                Post.workspace_id == session.workspace, Post.campaign_id == id
            )
            session.execute(of_it.values(version=Post.version + 1))
            record(session, program.user, "renamed", campaign, name=campaign.name)
            session.announce("calendar")
        session.flush()
        return Done(body=_campaign(session, id))

    return await act(request, writer, program, command)


@delete("/api/v1/campaigns/{id:uuid}", scope=Scope.WRITE, status_code=204, **_CAMPAIGNS)
async def delete_campaign(
    id: UUID, request: AnyRequest, writer: Writer, program: Program
) -> Response[None]:
    """Only while no post is in it."""

    def command(session: Session) -> Done:
        campaign = session.need(Campaign, id)
        if _campaign(session, id).posts:
            raise Conflict("There are posts in this campaign. Take them out of it first.")
        record(session, program.user, "deleted", campaign, name=campaign.name)
        session.delete(campaign)
        return Done(status=204)

    return await act(request, writer, program, command)


def _campaign(session: Session, id: UUID) -> CampaignShape:
    session.need(Campaign, id)
    return reading.as_campaigns(session.execute(reading.campaigns(Campaign.id == id)).all())[0]


def _free(session: Session, name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidInput(fields={"name": "Give it a name."})
    if session.scalar(sa.select(Campaign.id).filter_by(name=name)):
        raise Conflict(f"There is a campaign “{name}” already.")
    return name


routes = [
    list_occurrences,
    list_occurrences_of_post,
    list_channels,
    get_channel,
    list_campaigns,
    get_campaign,
    create_campaign,
    patch_campaign,
    delete_campaign,
]
