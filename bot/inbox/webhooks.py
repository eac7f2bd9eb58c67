"""Where networks call us: checked, stored, and only then acknowledged."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import HttpMethod, Request, Response, route
from pydantic import BaseModel

from bot.db import Writer
from bot.errors import DatabaseUnavailable, InvalidInput, NotAllowed, NotFound
from bot.inbox.service import receive_together
from bot.logs import log
from bot.networks import Plugin, Reply, WebhookRequest
from bot.networks.port import Event
from bot.web.access import Access
from bot.web.house import House

LARGEST = 1_000_000  # bytes; no network that we know sends more than some ten thousand

Accept = Callable[[Any, WebhookRequest], Sequence[Event] | Reply]

_log = log("webhooks")


@route(
    "/webhooks/{network:str}",
    http_method=[HttpMethod.GET, HttpMethod.POST],
    access=Access.SYSTEM,
    exclude_from_csrf=True,
    request_max_body_size=LARGEST,
    status_code=200,
)
async def webhook(
    network: str, request: Request[Any, Any, Any], house: House, writer: Writer
) -> Response[str]:
    """200 once everything in it is stored, with what the network wants to hear back; until then
    the network calls again.

    404 where no such network, or no secret of it, is configured; 403 on a wrong signature; 503
    while the database can't be written. What can't be translated is stored for a person to see.
    """
    plugin: Plugin | None = house.plugins.get(network)
    if plugin is None or plugin.accept is None or not _is_on(plugin, house):
        raise NotFound
    section = plugin.settings.model_validate(house.settings.networks.get(network, {}))
    call = await _read(request, house.settings.public_url)
    heard = _accept(plugin.accept, section, call)
    reply = heard if isinstance(heard, Reply) else Reply(body="ok", events=heard)
    if reply.events:
        await writer.run_together(receive_together, reply.events)
    return Response(reply.body, media_type=reply.media_type)


def _is_on(plugin: Plugin, house: House) -> bool:
    return plugin.always_on or plugin.name in house.settings.networks


async def _read(request: Request[Any, Any, Any], public_url: str) -> WebhookRequest:
    return WebhookRequest(
        method=request.method,
        headers={name.lower(): value for name, value in request.headers.items()},
        query=dict(request.query_params),
        body=await request.body(),
        public_url=public_url,
    )


def _accept(accept: Accept, section: BaseModel, call: WebhookRequest) -> list[Event] | Reply:
    try:
        heard = accept(section, call)
        return heard if isinstance(heard, Reply) else list(heard)
    except (NotAllowed, NotFound, InvalidInput, DatabaseUnavailable):
        raise
    except Exception as error:
        # A plugin promises to give what it doesn't understand as `NotUnderstood`. One that breaks
        # that promise is still no reason to call this a failure of ours: it would come again.
        _log.error("a webhook could not be read", exc_info=error)
        raise InvalidInput("This can't be read.") from error


routes = [webhook]
