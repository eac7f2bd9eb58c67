"""Live pages: one stream of server-sent events per tab.

A stream says only *that* something changed ("inbox"), never what: the page then fetches its parts
again, under its own access. So nothing is replayed: whoever reconnects hears ``hello`` and fetches
everything, which also covers what was said meanwhile.
"""

from collections.abc import AsyncGenerator, Callable, Collection

from litestar import get
from litestar.concurrency import sync_to_thread
from litestar.response import Stream
from litestar.response.sse import ServerSentEventMessage

from bot.accounts.service import TOPIC as SESSIONS
from bot.accounts.service import signed_in
from bot.db import Database, News, Session
from bot.web.access import Access, session_token
from bot.web.house import House
from bot.web.pages import AnyRequest

STAFF_TOPICS = (
    "inbox",
    "outbox",
    "calendar",
    "messages",
    "suggestions",
    "cases",
    "partners",
    "channels",
    "processes",
)
# The rail's numbers may change with any of them.
COUNTS = "counts"
_CLOSING = "closing"

StillAllowed = Callable[[Session], bool]


class Streams:
    """The open streams of this process. `close` ends them all, and lets no new one begin.

    ``check_every`` seconds each stream asks again whether it is still allowed (RELIABILITY: closed
    within 5 s of revocation); ``beat_every`` seconds of silence are broken by a comment, so that no
    proxy gives up on it.
    """

    def __init__(
        self,
        database: Database,
        news: News,
        *,
        check_every: float = 4,
        beat_every: float = 15,
    ) -> None:
        self.database, self.news = database, news
        self.check_every, self.beat_every = check_every, beat_every
        self.closed = False
        self.open = 0

    def close(self) -> None:
        """Safe from any thread; call it before the server waits for its connections."""
        self.closed = True
        self.news.announce({_CLOSING})

    def stream(
        self,
        topics: Collection[str],
        still_allowed: StillAllowed,
        *,
        also: Collection[str] = (),
    ) -> Stream:
        """A response that names each topic as it is announced; ``also``: with any of them."""
        return Stream(
            self._events(frozenset(topics), still_allowed, tuple(also)),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},  # nginx would hold it back
        )

    async def _events(
        self, topics: frozenset[str], still_allowed: StillAllowed, also: tuple[str, ...]
    ) -> AsyncGenerator[bytes]:
        self.open += 1
        try:
            with self.news.listening(*topics, SESSIONS, _CLOSING) as listener:
                yield _event("hello")
                silence = 0.0
                while not self.closed and await self._may(still_allowed):
                    heard = await listener.next(self.check_every)
                    silence = 0.0 if heard else silence + self.check_every
                    if names := sorted(heard & topics):
                        yield b"".join(map(_event, [*names, *also]))
                    elif silence >= self.beat_every:
                        silence = 0.0
                        yield b": still here\r\n\r\n"
        finally:
            self.open -= 1

    async def _may(self, still_allowed: StillAllowed) -> bool:
        def ask() -> bool:
            with self.database.reading() as session:
                return still_allowed(session)

        return await sync_to_thread(ask)


_ids = iter(range(1, 1 << 62))


def _event(name: str) -> bytes:
    return ServerSentEventMessage(event=name, data=name, id=next(_ids)).encode()


@get("/events", access=Access.MARKETER)
async def events(request: AnyRequest, streams: Streams, house: House) -> Stream:
    """What changes for the staff, for as long as this browser is signed in."""
    token, required = session_token(request) or "", house.factor_required
    return streams.stream(
        STAFF_TOPICS,
        lambda session: signed_in(session, token, factor_required=required) is not None,
        also=[COUNTS],
    )
