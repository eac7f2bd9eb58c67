"""Keeping pictures and films, and handing them out as a network takes them."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from threading import Lock

import sqlalchemy as sa

from bot import egress
from bot.db import Database, Session, insert_new
from bot.errors import DatabaseUnavailable, InvalidInput, NotFound, Rejected, Unavailable
from bot.media.fitting import fit
from bot.media.looking import clean
from bot.media.models import Kept
from bot.networks import Media, MediaFile, MediaLimits

PREFIX = "media:"
_CACHED = 64_000_000  # bytes of fitted files that are kept at hand


def keep(session: Session, cleaned: tuple[bytes, str]) -> Kept:
    """What `looking.clean` gave, stored once."""
    data, type = cleaned
    digest = sha256(data).hexdigest()
    values = {"sha256": digest, "type": type, "size": len(data), "data": data}
    insert_new(session, Kept, [values | {"kept_at": session.now()}], unique=("sha256",))
    return named(session, digest)


def named(session: Session, digest: str) -> Kept:
    """Raises `NotFound`."""
    found = session.scalar(sa.select(Kept).filter_by(sha256=digest))
    if found is None:
        raise NotFound
    return found


async def fetch(url: str) -> tuple[bytes, str]:
    """A picture or film from an address that a person gave, cleaned.

    Raises `InvalidInput` or what `egress.fetch` raises."""
    answer = await egress.fetch(url)
    return await asyncio.to_thread(clean, answer.body)


class Room:
    """`Services.media`: what is kept, fitted, in a thread, the latest at hand."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._at_hand: OrderedDict[object, MediaFile] = OrderedDict()
        self._lock = Lock()

    async def __call__(self, media: Media, limits: MediaLimits) -> MediaFile:
        return await asyncio.to_thread(self.fitted, media, limits)

    def fitted(self, media: Media, limits: MediaLimits) -> MediaFile:
        """Raises `Rejected` where it is not kept here or can't be made to fit, `Unavailable` while
        the database can't be read."""
        key = (media.url, media.alt, tuple(sorted(limits.bytes.items())), limits.side)
        return self._known(key) or self._remember(key, lambda: self._made(media, limits))

    def _made(self, media: Media, limits: MediaLimits) -> MediaFile:
        digest = media.url.removeprefix(PREFIX)
        try:
            with self._database.reading() as session:
                kept = named(session, digest)
                data, type = kept.data, kept.type
        except NotFound:
            raise Rejected("A picture of this post is not kept here any more.") from None
        except DatabaseUnavailable as away:  # nothing was sent: it is tried again
            raise Unavailable(str(away)) from away
        try:
            return fit(data, type, limits, name=digest[:12], alt=media.alt)
        except InvalidInput as damaged:
            raise Rejected(str(damaged)) from None

    def _known(self, key: object) -> MediaFile | None:
        with self._lock:
            found = self._at_hand.get(key)
            if found is not None:
                self._at_hand.move_to_end(key)
            return found

    def _remember(self, key: object, make: Callable[[], MediaFile]) -> MediaFile:
        made = make()
        with self._lock:
            self._at_hand[key] = made
            while sum(len(one.data) for one in self._at_hand.values()) > _CACHED:
                self._at_hand.popitem(last=False)
        return made
