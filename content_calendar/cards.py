"""What networks show of a link: its page's own title, words and picture, looked up once a day."""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import sqlalchemy as sa

from bot import egress
from bot.db import Session, Writer
from bot.egress import PUBLIC, Rules
from bot.errors import HubbubError
from bot.media import service as media
from bot.media.looking import clean
from content_calendar.keeping import LinkCard

FRESH = timedelta(days=1)
_LARGEST_PAGE = 2_000_000  # bytes; what is looked for stands at the beginning
_LONGEST = 300
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.I)
# https://ogp.me, and what pages had before
_TITLES, _WORDS = ("og:title", "twitter:title"), ("og:description", "description")
_PICTURES = ("og:image", "og:image:url", "twitter:image")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """``picture``: an address."""

    title: str
    description: str = ""
    picture: str = ""


def first_link(text: str) -> str:
    """The first address in a text, as networks find it; without what ends the sentence."""
    found = _ADDRESS.search(text)
    return found[0].rstrip(".,;:!?)’”'") if found else ""


def host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def known(session: Session, url: str) -> LinkCard | None:
    """What was found there last, however long ago."""
    return session.scalar(sa.select(LinkCard).filter_by(url=url)) if url else None


def is_fresh(card: LinkCard | None, now: datetime) -> bool:
    return card is not None and now - card.looked_at < FRESH


async def look(url: str, writer: Writer, rules: Rules = PUBLIC) -> LinkCard:
    """Look there now, and remember it.

    Raises `InvalidInput` where the address is not one that may be called, `egress.NoAnswer` where
    nothing of use comes back.
    """
    answer = await egress.fetch(url, rules)
    if answer.status >= 400:
        raise egress.NoAnswer(f"The address answers with an error: {answer.status}.")
    card = await asyncio.to_thread(read, answer.body[:_LARGEST_PAGE], answer.url)
    picture = await _picture(card.picture, rules)

    def command(session: Session) -> LinkCard:
        digest = media.keep(session, picture).sha256 if picture else ""
        row = known(session, url) or LinkCard(url=url)
        row.title, row.description, row.picture = card.title or host(url), card.description, digest
        row.looked_at = session.now()
        return session.put(row)

    return await writer.run(command)


async def _picture(url: str, rules: Rules) -> tuple[bytes, str] | None:
    """A page without its picture is still a page."""
    if not url:
        return None
    try:
        answer = await egress.fetch(url, rules)
        return await asyncio.to_thread(clean, answer.body) if answer.status < 400 else None
    except HubbubError:
        return None


def read(body: bytes, url: str) -> Card:
    """The card of an HTML page. Pure."""
    page = _Head()
    page.feed(body.decode("utf-8", "replace"))
    told = page.told

    def first(names: tuple[str, ...]) -> str:
        return next(
            (" ".join(told[name].split())[:_LONGEST] for name in names if told.get(name)), ""
        )

    picture = next((told[name].strip() for name in _PICTURES if told.get(name)), "")
    title = first(_TITLES) or " ".join(page.title.split())[:_LONGEST]
    try:
        address = urljoin(url, picture) if picture else ""
    except ValueError:
        address = ""
    return Card(title=title, description=first(_WORDS), picture=address)


class _Head(HTMLParser):
    """What a page says of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[str, str] = {}
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and (name := given.get("property") or given.get("name")):
            self.told.setdefault(name.lower(), given.get("content", ""))
        self._in_title = tag == "title" and not self.title

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
