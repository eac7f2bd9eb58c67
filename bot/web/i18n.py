"""Interface texts in the reader's language, through gettext."""

from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel import negotiate_locale
from babel.support import NullTranslations, Translations
from litestar.datastructures.headers import Accept

LOCALES = Path(__file__).parent / "locale"
DOMAIN = "hubbub"

_locale: ContextVar[str] = ContextVar("locale", default="en")


@cache
def _translations(locale: str) -> NullTranslations:
    return Translations.load(LOCALES, [locale], DOMAIN)


@cache
def spoken() -> tuple[str, ...]:
    """The languages that Hubbub's own texts are there in."""
    found = LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return ("en", *sorted(path.parent.parent.name for path in found))


def choose(accepted: str, offered: tuple[str, ...]) -> str:
    """The best of the shop's languages for an Accept-Language header; use it from here on."""
    languages = [language for language in offered if language in spoken()] or ["en"]
    wanted = [value.split(";")[0].strip() for value in Accept(accepted)] if accepted else []
    locale = negotiate_locale(wanted, languages, sep="-") or languages[0]
    _locale.set(locale)
    return locale


def gettext(message: str) -> str:
    """The text in the language of this request."""
    return _translations(_locale.get()).ugettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    return _translations(_locale.get()).ungettext(one, many, number)
