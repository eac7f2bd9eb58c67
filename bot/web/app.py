"""The app factory: rooms give routes, this puts the house around them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

import sqlalchemy as sa
from litestar import Litestar, Request
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, HTTPException
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig
from litestar.types import ControllerRouterHandler

from bot.accounts.tokens import sign
from bot.errors import HubbubError
from bot.web import account, dependencies, entering, errors, forms, i18n, stream, system, tokens
from bot.web.access import Access, guard, refuse_undeclared
from bot.web.house import House
from bot.web.safety import safety_headers
from bot.web.templating import STATIC, make_engine

# How many fields or files a form may have.
MOST_FIELDS = 1000


class FormRequest(Request[Any, Any, Any]):
    """Litestar's request, but forms are not kept in a cache after they were read."""

    async def form(self) -> Any:
        state = self._connection_state
        if self.content_type[0] == RequestEncodingType.URL_ENCODED and not isinstance(
            state.form, dict
        ):
            state.form = _fields(await self.body())
        return await super().form()


def _fields(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    try:
        pairs = parse_qsl(
            body.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise ClientException("too many fields") from None
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def create_app(
    routes: Sequence[ControllerRouterHandler],
    house: House,
    *,
    streams: stream.Streams | None = None,
    pages: bool = True,
) -> Litestar:
    """The web face with these rooms' routes. `LookupError` when one doesn't declare its access.

    Without ``pages`` there is only what programs that watch over us ask for.
    """
    streams = streams or stream.Streams(house.database, house.news)
    given = dependencies.of(house) | {"streams": Provide(lambda: streams, sync_to_thread=False)}
    handlers = [*system.routes, *routes]
    if pages:
        handlers += [_static_files(), stream.events]
        handlers += [*entering.routes, *account.routes, *tokens.routes]
    dependencies.declare(handlers, given)
    app = Litestar(
        route_handlers=handlers,
        request_class=FormRequest,
        guards=[guard],
        dependencies=given,
        exception_handlers={
            HubbubError: errors.show_ours,
            HTTPException: errors.show_theirs,
            sa.exc.OperationalError: errors.show_unreadable,
            sa.exc.InterfaceError: errors.show_unreadable,
            sa.exc.TimeoutError: errors.show_unreadable,
            Exception: errors.show_unexpected,
        },
        before_send=[safety_headers(is_https=house.is_https)],
        csrf_config=_csrf(house),
        compression_config=CompressionConfig(backend="gzip", gzip_compress_level=5),
        template_config=TemplateConfig(instance=make_engine()),
        request_max_body_size=forms.LARGEST,
        multipart_form_part_limit=MOST_FIELDS,
        openapi_config=None,
        logging_config=None,
        on_shutdown=[streams.close],
        state=State({"house": house, "streams": streams, "limits": {}}),
    )
    app.asgi_handler = i18n.speaking(app.asgi_handler, house.settings.shop.languages)
    refuse_undeclared(app.routes)
    return app


def _static_files() -> ControllerRouterHandler:
    return create_static_files_router(
        path="/static", directories=[STATIC], opt={"access": Access.PUBLIC}, name="static"
    )


def _csrf(house: House) -> CSRFConfig:
    return CSRFConfig(
        secret=sign(house.secret, "csrf", ""),
        cookie_name=house.cookie_name("hubbub-csrf"),
        cookie_secure=house.is_https,
        cookie_httponly=True,
        cookie_samesite="lax",
    )
