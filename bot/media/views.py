"""Kept pictures, for the staff's own pages."""

from typing import Any

from litestar import Response, get

from bot.db import Session
from bot.media.service import named
from bot.web.access import Access

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=31536000, immutable",
}


@get("/media/{digest:str}", access=Access.MARKETER, sync_to_thread=True)
def show(digest: str, session: Session) -> Response[Any]:
    """Named by its own content, so it never changes. Only types that `looking` made."""
    kept = named(session, digest)
    return Response(
        kept.data,
        media_type=kept.type,
        headers=HEADERS,
    )


routes = [show]
