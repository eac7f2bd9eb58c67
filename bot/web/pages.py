"""What a handler returns: a page, a part of one, or the way back."""

import base64
import binascii
import json
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template
from litestar.types import Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from bot.accounts.tokens import is_signed, sign
from bot.web import i18n
from bot.web.access import user_of
from bot.web.house import House, NavItem, house_of

FLASH_COOKIE = "hubbub-said"
AnyRequest = Request[Any, Any, Any]


class Page(Template):
    """A template with its surroundings, rendered in a thread so that nobody else waits for it."""

    whole = True  # with navigation and what there is to say, unlike a fragment

    def to_asgi_response(self, app: Any, request: AnyRequest, **given: Any) -> Any:
        def render() -> Any:
            if self.whole and FLASH_COOKIE in request.cookies:
                self.set_cookie(Cookie(key=FLASH_COOKIE, value="", max_age=0, path="/"))
            return super(Page, self).to_asgi_response(app, request, **given)

        async def respond(scope: Scope, receive: Receive, send: Send) -> None:
            response = await sync_to_thread(render)
            await response(scope, receive, send)

        return respond

    def create_template_context(self, request: AnyRequest) -> dict[str, Any]:
        context = surroundings(request)
        if self.whole:
            context |= frame(request)
        return context | self.context


class Fragment(Page):
    """A part of a page, for htmx to put where it belongs."""

    whole = False


def page(template: str, *, status: int = 200, title: str = "", **context: Any) -> Page:
    """A whole page. 422 when a form comes back with its problems."""
    context["title"] = title
    return Page(template, context=context, status_code=status, media_type="text/html")


def fragment(template: str, *, status: int = 200, **context: Any) -> Page:
    """A part of a page: no navigation, no flashes."""
    return Fragment(template, context=context, status_code=status, media_type="text/html")


def surroundings(request: AnyRequest) -> dict[str, Any]:
    """What every template sees."""
    house = house_of(request)
    shop = house.settings.shop
    theme = request.cookies.get("theme", "")
    return {
        "request": request,
        "shop": {"name": shop.name, "hue": shop.hue, "href": house.shell.guests},
        "user": user_of(request),
        "partner": _supplier_of(request),
        "lent_to": getattr(request.state.get("partner"), "lent_to", None),
        "csrf_token": ScopeState.from_scope(request.scope).csrf_token or "",
        "now": house.clock.now(),
        "zone": ZoneInfo(shop.zone),
        "locale": i18n.locale(),
        "theme": theme if theme in {"light", "dark"} else "",
    }


def frame(request: AnyRequest) -> dict[str, Any]:
    """What stands around a whole page: rail, channels, what was just said."""
    house = house_of(request)
    around: dict[str, Any] = {"flashes": _flashes(request, house), "nav": [], "channels": []}
    if user_of(request) is None:
        return around
    shell = house.shell
    with house.database.reading() as session:
        around["nav"] = [
            {
                "href": item.href,
                "label": i18n.gettext(item.label),
                "icon": item.icon,
                "count": item.count(session) if item.count else 0,
                "current": _is_current(item, request.url.path),
            }
            for item in shell.nav
        ]
        around["channels"] = shell.channels(session) if shell.channels else []
        around["notice"] = shell.notice(session) if shell.notice else None
    return around | {"events_href": "/events"}


def _is_current(item: NavItem, path: str) -> bool:
    return path == item.href or path.startswith(f"{item.href}/")


def _supplier_of(request: AnyRequest) -> Any:
    return getattr(request.state.get("partner"), "supplier", None)


class Back(Redirect):
    """303 to ``path``, with something to say there in a signed cookie."""

    def __init__(self, path: str, said: str, level: str, undo: str) -> None:
        if not path.startswith("/") or path.startswith(("//", "/\\")):
            raise ValueError("only our own pages can be gone back to")
        super().__init__(path, status_code=303)
        self.said = {"text": said, "level": level, "undo_href": undo} if said else None

    def to_asgi_response(self, app: Any, request: AnyRequest, **given: Any) -> Any:
        if self.said:
            house = house_of(request)
            self.set_cookie(
                FLASH_COOKIE,
                _pack(house.secret, self.said),
                path="/",
                max_age=60,
                httponly=True,
                samesite="lax",
                secure=house.is_https,
            )
        return super().to_asgi_response(app, request, **given)


def back_to(path: str, said: str = "", *, level: str = "ok", undo: str = "") -> Back:
    """Go to one of our pages after a POST; it says ``said`` once. ``undo``: where to take it back.

    ``level``: ok, note, warn or problem.
    """
    return Back(path, said, level, undo)


def _pack(secret: bytes, said: dict[str, str]) -> str:
    text = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return f"{text}.{sign(secret, 'flash', text)}"


def _flashes(request: AnyRequest, house: House) -> list[dict[str, str]]:
    text, _, signature = request.cookies.get(FLASH_COOKIE, "").partition(".")
    if not text or not is_signed(house.secret, "flash", text, signature):
        return []
    try:
        return [json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))]
    except (binascii.Error, ValueError):
        return []
