"""A browser without a screen: it keeps cookies, follows links and sends forms as they are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from bot.errors import HubbubError

_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*name="(\w+)"[^>]*value="([^"]*)"')
_TAG = re.compile(r"<[^>]+>")
_TIMEOUT = 10.0


class Stuck(HubbubError):
    """The circle does not go round: something expected did not happen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page as it came: where it is, its markup, and what a person reads in it."""

    address: str
    markup: str

    @property
    def text(self) -> str:
        return " ".join(unescape(_TAG.sub(" ", self.markup)).split())

    def find(self, pattern: str, what: str) -> str:
        """The pattern's first group. Raises `Stuck` where the page has no such thing."""
        found = re.search(pattern, self.markup)
        if found is None:
            raise Stuck(f"There is no {what} on {self.address}.")
        return unescape(found[1])

    def must_say(self, *words: str) -> None:
        for some in words:
            if some not in self.text:
                raise Stuck(f"{self.address} does not say “{some}”.")

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of its forms; where several have the same, the last."""
        return {name: unescape(value) for name, value in _HIDDEN.findall(self.markup)}


class Browser:
    """One person's browser."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def look(self, path: str) -> Shown:
        return self._open(path, None)

    def send(self, page: Shown, path: str, fields: Mapping[str, str]) -> Shown:
        """Send a form of that page; gives the page that one lands on."""
        token = {"_csrf_token": page.hidden.get("_csrf_token", "")}
        return self._open(path, urlencode({**token, **fields}).encode())

    def _open(self, path: str, body: bytes | None) -> Shown:
        address = urljoin(self._home, path)
        try:
            with self._opener.open(Request(address, body), timeout=_TIMEOUT) as answer:
                return Shown(address=answer.url, markup=answer.read().decode("utf-8"))
        except HTTPError as error:
            with error:
                page = Shown(address=address, markup=error.read().decode("utf-8", "replace"))
            raise Stuck(f"{address} answers {error.code}: {page.text[:200]}") from None
        except OSError as error:
            raise Stuck(f"{address} does not answer: {error}") from None
