"""Headers that every answer carries."""

from collections.abc import Awaitable, Callable

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

# No inline script or style, no eval, nothing from elsewhere, and nobody may frame us.
_SELF = ("script", "style", "img", "media", "font", "connect", "manifest")
CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in _SELF),
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",  # addresses hold one-time tokens
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
FOREVER = "public, max-age=31536000, immutable"


def safety_headers(*, is_https: bool) -> Callable[[Message, Scope], Awaitable[None]]:
    """A hook that adds `HEADERS`, and says what may be kept: static files by hash, pages never."""
    given = HEADERS | (_HTTPS_ONLY if is_https else {})

    async def add(message: Message, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            for name, value in given.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", _keep(scope, message["status"]))

    return add


def _keep(scope: Scope, status: int) -> str:
    if not scope["path"].startswith("/static/"):
        return "no-store"
    return FOREVER if scope["query_string"] and status == 200 else "no-cache"
