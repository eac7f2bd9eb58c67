"""The public page for programs: RSS 2.0 and JSON Feed 1.1. Pure.

https://www.rssboard.org/rss-specification and https://www.jsonfeed.org/version/1.1/
"""

import json
import re
from collections.abc import Sequence
from email.utils import format_datetime
from xml.etree import ElementTree

from bot.board.queries import Entry

# https://www.w3.org/TR/xml/#charsets: these can't stand in it, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PATH = "/you-said-we-did"


def rss(entries: Sequence[Entry], texts: Sequence[str], *, shop: str, url: str, title: str) -> str:
    """``texts``: what came of each entry, in the reader's words. ``url``: of the installation."""
    root = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(root, "channel")
    for name, text in (("title", f"{shop}: {title}"), ("link", url + PATH), ("description", title)):
        _put(channel, name, text)
    for entry, text in zip(entries, texts, strict=True):
        item = ElementTree.SubElement(channel, "item")
        _put(item, "title", entry.words[:120])
        _put(item, "link", _link(url, entry))
        _put(item, "description", text)
        _put(item, "pubDate", format_datetime(entry.at, usegmt=True))
        _put(item, "guid", str(entry.decision)).set("isPermaLink", "false")
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def json_feed(
    entries: Sequence[Entry], texts: Sequence[str], *, shop: str, url: str, title: str
) -> str:
    """As `rss`."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{shop}: {title}",
        "home_page_url": url + PATH,
        "feed_url": f"{url}{PATH}.json",
        "items": [
            {
                "id": str(entry.decision),
                "url": _link(url, entry),
                "title": entry.words[:120],
                "content_text": text,
                "date_published": entry.at.isoformat(),
                "tags": [entry.act.value, *([entry.product] if entry.product else [])],
            }
            for entry, text in zip(entries, texts, strict=True)
        ],
    }
    return json.dumps(feed, ensure_ascii=False)


def _put(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name)
    child.text = _NOT_XML.sub("", text)
    return child


def _link(url: str, entry: Entry) -> str:
    return f"{url}{PATH}#e{entry.suggestion.hex}"
