"""What a program can ask for, as OpenAPI. Made by Litestar from the handlers themselves."""

from typing import Any

from litestar import Litestar
from litestar._openapi.plugin import OpenAPIPlugin
from litestar.config.app import AppConfig
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Server
from litestar.routes import HTTPRoute

from bot.web.access import Access
from bot.web.house import House

_ABOUT = """Times of posts are wall times with an IANA zone. Changes say which version they saw:
`If-Match` with the `ETag` of the last answer (412 when somebody was faster, 428 without it). Send
an `Idempotency-Key` with what you make or change: asked again, the answer is the same and nothing
is done twice. Lists come a page at a time: give `next` as `cursor`. Errors are RFC 9457."""


def describe(app: Litestar) -> dict[str, Any]:
    """Of every handler that programs may call, and of no other.

    Litestar would serve this by itself, but on routes that know nothing of our `access`.
    """
    if "openapi" not in app.state:
        app.state.openapi = _describe(app)
    found: dict[str, Any] = app.state.openapi
    return found


def _describe(app: Litestar) -> dict[str, Any]:
    house: House = app.state.house
    token = SecurityScheme(type="http", scheme="bearer", description="Settings, API tokens.")
    config = OpenAPIConfig(
        title="Hubbub",
        version="1",
        description=_ABOUT,
        servers=[Server(url=house.settings.public_url)],
        components=Components(security_schemes={"token": token}),
    )
    plugin = OpenAPIPlugin(app)
    plugin.on_app_init(AppConfig(openapi_config=config))
    for route in app.routes:
        if isinstance(route, HTTPRoute) and any(
            handler.opt.get("access") is Access.TOKEN for handler in route.route_handlers
        ):
            plugin.receive_route(route)
    described = plugin.provide_openapi_schema()
    for path, operations in described["paths"].items():
        operations.pop("head", None)  # what GET would say, without saying it
        for method, operation in operations.items():
            _complete(operation, changes=method != "get", names_one="/posts/{id}" in path)
    return described


def _complete(operation: dict[str, Any], *, changes: bool, names_one: bool) -> None:
    """What handlers take from headers themselves, and how every error is told."""
    headers = [_KEY] if changes else []
    headers += [_MATCH] if changes and names_one else []
    operation["parameters"] = [*operation.get("parameters", ()), *headers]
    operation["responses"]["default"] = {
        "description": "What went wrong",
        "content": {"application/problem+json": {"schema": _PROBLEM}},
    }


_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Your own name for this request; the same again gets the same answer.",
    "schema": {"type": "string", "maxLength": 200},
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the version that you saw, or * for any.",
    "schema": {"type": "string"},
}
_PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
