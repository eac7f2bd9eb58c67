"""RSS and Atom as news with a title, a few words and a link. Pure: nothing is fetched here."""

import hashlib
import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import feedparser

from bot.errors import InvalidInput

MOST_ITEMS = 200
_FEW_WORDS = 280
_LOOKED_AT = 5_000  # characters of one piece of news: the patterns below take their time
_TAG = re.compile(r"<(?:script|style)\b.*?</(?:script|style)\s*>|<[^<>]*>", re.DOTALL | re.I)
_PARAGRAPH = re.compile(r"</?(?:p|br|div|li|h\d|tr)\b[^<>]*>", re.I)
_SPACE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """``key``: a hash of what the feed calls it, the same whenever it is read."""

    key: str
    title: str
    words: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A feed as it stands; newest first, as feeds are."""

    title: str
    items: Sequence[Item]


def read(body: bytes, content_type: str = "") -> News:
    """Raises `InvalidInput` for what is no feed; what is merely sloppy is read as it goes."""
    headers = {"content-type": content_type} if content_type else {}
    try:
        # Its own sanitiser would only cost time: `plain` leaves no markup at all.
        found = feedparser.parse(body, response_headers=headers, sanitize_html=False)
    except Exception:  # whatever it stumbles over in what only looks like one
        raise InvalidInput(_NO_FEED) from None
    if not found.get("version") and not found.entries:
        raise InvalidInput(_NO_FEED)
    items = (_item(entry) for entry in found.entries[:MOST_ITEMS])
    return News(
        title=plain(found.feed.get("title", ""))[:80],
        items=list({item.key: item for item in items if item is not None}.values()),
    )


_NO_FEED = "What stands at this address is no feed. Look for the address of its RSS or Atom feed."


def _item(entry: "feedparser.FeedParserDict") -> Item | None:
    title = plain(str(entry.get("title", ""))).replace("\n", " ")[:200]
    words = plain(str(entry.get("summary", "")))
    link = str(entry.get("link", "")).strip()
    if not link.startswith(("https://", "http://")) or len(link) > 2000 or " " in link:
        link = ""
    called = str(entry.get("id", "")) or link or f"{title}\0{words}"
    if not title and not words:
        return None
    key = hashlib.sha256(called.encode("utf-8", "replace")).hexdigest()
    return Item(key=key, title=title, words=shortened(words, _FEW_WORDS), link=link)


def plain(markup: str) -> str:
    """The words without any markup or control characters; paragraphs stay lines."""
    text = _TAG.sub("", _PARAGRAPH.sub("\n", markup[:_LOOKED_AT]))
    text = _TAG.sub("", html.unescape(text))  # what was escaped twice is no markup either
    said = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")
    return _LINES.sub("\n", _SPACE.sub(" ", said)).strip()


def shortened(text: str, most: int) -> str:
    """At most so many characters, cut between words."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(None, 1)[0].rstrip(" ,;:–-") + "…"
