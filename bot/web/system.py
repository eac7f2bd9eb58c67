"""For programs that watch over us: alive, ready, numbers."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from litestar import MediaType, Response, get
from litestar.concurrency import sync_to_thread
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.accounts.models import Role
from bot.db import Writer
from bot.db.leases import take
from bot.errors import NotFound
from bot.logs import mask
from bot.web.access import Access, find_user
from bot.web.house import House
from bot.web.limits import is_within
from bot.web.pages import AnyRequest
from bot.web.stream import Streams

LOOPBACK = ("127.0.0.0/8", "::1/128")
_PATIENCE = 2.0  # seconds that the writer may take


@get("/healthz", access=Access.SYSTEM, media_type=MediaType.TEXT)
async def healthz() -> str:
    """The process answers; restart it when it doesn't."""
    return "ok"


@get("/readyz", access=Access.SYSTEM)
async def readyz(house: House, streams: Streams) -> Response[Any]:
    """200 when this process can do its part; else 503 with every reason, as sentences."""
    own = house.duties() if house.duties else network_problems(house.adapters)
    reasons = [*await _database_problems(house.writer), *own]
    if streams.closed:
        reasons.append("Hubbub is shutting down.")
    return Response({"ready": not reasons, "reasons": reasons}, status_code=503 if reasons else 200)


async def _database_problems(writer: Writer) -> list[str]:
    """A real write: a full disk lets one read for a long time."""
    try:
        await asyncio.wait_for(
            writer.run(lambda session: take(session, "readyz", "readyz", for_=timedelta())),
            _PATIENCE,
        )
    except TimeoutError:
        return [f"The database took more than {_PATIENCE:.0f} s to write."]
    except Exception:  # whatever it is: not ready
        return ["The database can't be written right now."]
    return []


def network_problems(adapters: Mapping[tuple[str, str], Any]) -> list[str]:
    """Only what is off: a network that limps is told of in the channel list."""
    found = []
    for (network, account), adapter in adapters.items():
        state, note = adapter.health()
        if state == "off":
            found.append(f"{network}/{account} is off. {mask(note)}".strip())
    return found


@get("/metrics", access=Access.SYSTEM)
async def metrics(request: AnyRequest, house: House, streams: Streams) -> Response[bytes]:
    """Numbers for Prometheus: from this machine itself, or for an owner; else as if not there.

    A request that a proxy passed on does not count as coming from this machine.
    """
    if not _is_local(request):
        user = await find_user(request)
        if user is None or user.role is not Role.OWNER:
            raise NotFound
    text = await sync_to_thread(_numbers, house, streams)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _is_local(request: AnyRequest) -> bool:
    passed_on = {"forwarded", "x-forwarded-for", "x-real-ip", "via"} & set(request.headers)
    return not passed_on and is_within(request.client.host if request.client else "", LOOPBACK)


class _Collected(Collector):
    def __init__(self, found: list[Metric]) -> None:
        self.found = found

    def collect(self) -> list[Metric]:
        return self.found


def _numbers(house: House, streams: Streams) -> bytes:
    """Read from the tables each time: nothing to keep in step, the same from every process."""
    open_streams = GaugeMetricFamily("hubbub_streams", "Open event streams of this process.")
    open_streams.add_metric([], streams.open)
    found: list[Metric] = [open_streams]
    if house.measures is not None:
        with house.database.reading() as session:
            found += house.measures(session)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(found))
    return generate_latest(registry)


routes = [healthz, readyz, metrics]
