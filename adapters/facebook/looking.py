"""Reading the Page now and then: what the webhook has not told us, and an alarm that it did not."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.facebook.page import Page, rows
from adapters.facebook.settings import FacebookSettings
from adapters.facebook.translate import Event, found_by_looking
from bot.clock import Clock
from bot.networks import EventKind, InboundEvent, Receive

# How far back the first look goes: what was said while we were away.
_FIRST = timedelta(hours=24)
# What Facebook shows late is seen all the same; what was handed over already is left out.
_OVERLAP = timedelta(minutes=10)
_POSTS, _COMMENTS, _TALKS, _MESSAGES = 50, 50, 25, 20
_MOST_PAGES = 20
_REMEMBERED = 10_000

_COMMENT_FIELDS = "id,message,from,created_time,parent{id}"
_FEED = (
    "id,message,from,created_time,"
    f"comments.limit({_COMMENTS}).order(reverse_chronological).filter(stream){{{_COMMENT_FIELDS}}}"
)
_TALK = f"id,updated_time,messages.limit({_MESSAGES}){{id,message,from,to,created_time}}"


class Looking:
    """Hands over what is older than the webhook's time of grace and was not there yet.

    ``missed``: how many of these the webhook should have told us, since it last told us anything.
    ``caught_up``: how many were said while nobody listened. ``looked_at``: the last whole look.
    """

    def __init__(self, page: Page, settings: FacebookSettings, clock: Clock) -> None:
        self.missed = self.caught_up = 0
        self.looked_at: datetime | None = None
        self.last_event: datetime | None = None
        self._page, self._clock = page, clock
        self._grace = timedelta(seconds=settings.grace_seconds if settings.hears else 0)
        self._hears = settings.hears
        self._began = clock.now()
        self._until: datetime | None = None
        self._handed: dict[str, None] = {}

    def begin(self) -> None:
        """We listen from now on: what was said before can't have been told to us."""
        self._began = self._clock.now()

    async def look(self, receive: Receive) -> None:
        """Raises `NetworkError` where the Page can't be read: the next look begins there."""
        now = self._clock.now()
        until = now - self._grace
        since = (self._until or now - _FIRST) - _OVERLAP
        ripe = sorted(
            (
                event
                for event in await self._happened(since)
                if since <= event.occurred_at <= until and event.dedupe_key not in self._handed
            ),
            key=lambda event: event.occurred_at,
        )
        before = [event for event in ripe if event.occurred_at < self._began]
        after = ripe[len(before) :]
        self.caught_up += await receive(before) if before else 0
        if after:
            self._judge(await receive(after))
        self._remember(ripe)
        self._until, self.looked_at = until, now

    def _judge(self, new: int) -> None:
        """All known: the webhook tells us. Some new: it did not."""
        if self._hears:
            self.missed = self.missed + new if new else 0

    def _remember(self, events: list[InboundEvent]) -> None:
        for event in events:
            self._handed[event.dedupe_key] = None
            self.last_event = max(self.last_event or event.occurred_at, event.occurred_at)
        while len(self._handed) > _REMEMBERED:
            del self._handed[next(iter(self._handed))]

    async def _happened(self, since: datetime) -> list[InboundEvent]:
        """By others: what we said ourselves tells nothing about the webhook."""
        found = [
            *[one async for one in self._on_the_page(since)],
            *[one async for one in self._in_private(since)],
        ]
        return [
            event
            for event in found
            if isinstance(event, InboundEvent)
            and event.kind is not EventKind.IGNORED
            and not (event.author and event.author.is_self)
        ]

    async def _on_the_page(self, since: datetime) -> Any:
        feed = await self._page.read(f"{self._page.id}/feed", fields=_FEED, limit=_POSTS)
        for post in rows(feed):
            yield self._event(_post(post))
            comments = post.get("comments")
            pages = 0
            while isinstance(comments, dict) and pages < _MOST_PAGES:
                some = rows(comments)
                for comment in some:
                    yield self._event(_comment(post, comment))
                after = next_page(comments)
                if not after or not some or moment(some[-1]) < since:
                    break
                comments, pages = await self._more(str(post.get("id")), after), pages + 1

    async def _more(self, post: str, after: str) -> dict[str, Any]:
        return await self._page.read(
            f"{post}/comments",
            fields=_COMMENT_FIELDS,
            filter="stream",
            order="reverse_chronological",
            limit=_COMMENTS,
            after=after,
        )

    async def _in_private(self, since: datetime) -> Any:
        talks = await self._page.read(
            f"{self._page.id}/conversations", fields=_TALK, platform="MESSENGER", limit=_TALKS
        )
        for talk in rows(talks):
            messages = talk.get("messages")
            if isinstance(messages, dict) and moment(talk, "updated_time") >= since:
                for message in rows(messages):
                    yield self._event(_message(message), "messages")

    def _event(self, told: dict[str, Any], field: str = "feed") -> Event:
        return found_by_looking(told, page=self._page.id, field=field)


def _post(post: dict[str, Any]) -> dict[str, Any]:
    return {
        "item": "post",
        "verb": "add",
        "post_id": post.get("id"),
        **_kept(post, ("message", "from", "created_time")),
    }


def _comment(post: dict[str, Any], comment: dict[str, Any]) -> dict[str, Any]:
    parent = comment.get("parent")
    return {
        "item": "comment",
        "verb": "add",
        "post_id": post.get("id"),
        "comment_id": comment.get("id"),
        "parent_id": (parent.get("id") if isinstance(parent, dict) else None) or post.get("id"),
        **_kept(comment, ("message", "from", "created_time")),
    }


def _message(message: dict[str, Any]) -> dict[str, Any]:
    to = message.get("to")
    recipients = rows(to) if isinstance(to, dict) else []
    return {
        "sender": message.get("from"),
        "recipient": recipients[0] if recipients else None,
        "timestamp": message.get("created_time"),
        "message": {"mid": message.get("id"), "text": message.get("message") or ""},
    }


def _kept(what: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: what[name] for name in names if what.get(name) is not None}


def moment(what: dict[str, Any], name: str = "created_time") -> datetime:
    """When it was, the beginning of time where that can't be read."""
    try:
        found = datetime.fromisoformat(str(what.get(name)))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def next_page(answer: dict[str, Any]) -> str:
    """The cursor of the next page; the address that Facebook gives for it holds our token."""
    paging = answer.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    return str(cursors.get("after") or "") if isinstance(cursors, dict) else ""
