"""Every route of `/api/v1`, and what describes them."""

from typing import Any

from litestar import get
from litestar.concurrency import sync_to_thread

from bot.web.access import Access
from bot.web.description import describe
from bot.web.pages import AnyRequest
from content_calendar.api import others, posts


@get("/api/v1/openapi.json", access=Access.PUBLIC)
async def openapi(request: AnyRequest) -> dict[str, Any]:
    """For tools that make clients, and for people: https://spec.openapis.org/oas/v3.1.0."""
    return await sync_to_thread(describe, request.app)


routes: list[Any] = [openapi, *posts.routes, *others.routes]
