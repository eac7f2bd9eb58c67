"""Interface texts in the reader's language, through gettext.

The language is chosen once per request (`speaking`), before guards, handlers and errors run; what a
handler does in a thread sees it too. What the writer's thread does, does not: translate outside.
"""

import re
from collections.abc import Sequence
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations
from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

LOCALES = Path(__file__).parent / "locale"
DOMAIN = "hubbub"
COOKIE = "language"

_locale: ContextVar[str] = ContextVar("locale", default="en")


def speaking(app: ASGIApp, offered: Sequence[str]) -> ASGIApp:
    """`app`, answering each request in the best of the shop's languages."""
    languages = [language for language in offered if language in spoken()] or ["en"]

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            request: Request[Any, Any, Any] = Request(scope)
            asked = request.cookies.get(COOKIE, ""), request.headers.get("accept-language", "")
            _locale.set(negotiate(", ".join(asked), languages))
        await app(scope, receive, send)

    return respond


def negotiate(accepted: str, offered: Sequence[str]) -> str:
    """The best of `offered` for an Accept-Language header; the first where none is wanted."""
    ranges = [_range(each) for each in accepted.split(",")]
    for _, tag in sorted((each for each in ranges if each[0]), key=lambda each: -each[0]):
        for language in offered:
            if tag.split("-")[0] == language:
                return language
    return offered[0]


def _range(text: str) -> tuple[float, str]:
    tag, *parameters = text.strip().lower().split(";")
    weight = next((each.strip()[2:] for each in parameters if each.strip().startswith("q=")), "1")
    return (float(weight) if re.fullmatch(r"[01](\.\d{0,3})?", weight) else 0.0), tag.strip()


@cache
def spoken() -> tuple[str, ...]:
    """The languages that Hubbub's own texts are there in."""
    found = LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return ("en", *sorted(path.parent.parent.name for path in found))


def locale() -> str:
    """The language of this request."""
    return _locale.get()


def gettext(message: str) -> str:
    """The text in the language of this request."""
    return _translations(locale()).ugettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    return _translations(locale()).ungettext(one, many, number)


_END = re.compile(r"(?<=[.?!]) (?=[A-Z“])")  # where a sentence ends and another begins


def retell(said: str) -> str:
    """A finished sentence of ours in the language of this request, with the values that it holds.

    Services, errors and stored notes know no reader and speak English; pages translate them with
    this. What isn't ours, such as a network's own words, stays as it is.
    """
    if (told := gettext(said) if said else said) != said:
        return told
    for pattern, sentence in _sentences(locale()):
        if found := pattern.fullmatch(said):
            return sentence % found.groups()
    return _piece_by_piece(said)


def _piece_by_piece(said: str) -> str:
    """Several of our sentences in a row, each perhaps with whom it is about before a colon."""
    pieces = _END.split(said)
    if len(pieces) > 1:
        return " ".join(map(retell, pieces))
    who, colon, what = said.partition(": ")
    return f"{who}: {retell(what)}" if colon else said


@cache
def _translations(language: str) -> NullTranslations:
    return Translations.load(LOCALES, [language], DOMAIN)


@cache
def _sentences(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Translations of sentences with a %s, each with what finds it; the most particular first."""
    known: dict[object, str] = getattr(_translations(language), "_catalog", {})
    keys = [key for key in known if isinstance(key, str) and "%s" in key and "%(" not in key]
    keys.sort(key=lambda key: len(key.replace("%s", "")), reverse=True)
    return [(_pattern(key), known[key]) for key in keys]


def _pattern(message: str) -> re.Pattern[str]:
    return re.compile(re.escape(message).replace("%s", "(.+?)"), re.DOTALL)
