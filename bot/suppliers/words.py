"""How the portal names things. Pure."""

from dataclasses import dataclass
from datetime import date

from babel.dates import format_skeleton

from bot.suppliers.models import Act, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """An act as its form shows it. Texts are keys for gettext."""

    title: str
    button: str
    tells: str  # what the people will hear
    words: str  # the label of its field for words
    icon: str
    look: str = ""
    needs_words: bool = False


def _(text: str) -> str:
    """Marks a text for translation; the page translates it."""
    return text


CALLED = {
    Act.ACCEPT: Called(
        title=_("Accept it"),
        button=_("Accept"),
        tells=_("that you will take care of this"),
        words=_("A word to them"),
        icon="check",
        look="primary",
    ),
    Act.PROMISE: Called(
        title=_("Promise a date"),
        button=_("Promise"),
        tells=_("by when you will do it"),
        words=_("A word to them"),
        icon="calendar",
    ),
    Act.ASK: Called(
        title=_("Ask back"),
        button=_("Ask"),
        tells=_("your question, and can answer it there"),
        words=_("Your question"),
        icon="question",
        needs_words=True,
    ),
    Act.DELIVER: Called(
        title=_("It is done"),
        button=_("Say that it is done"),
        tells=_("that it is done"),
        words=_("A word to them"),
        icon="star",
    ),
    Act.DECLINE: Called(
        title=_("Decline"),
        button=_("Decline"),
        tells=_("that it will not be done, and why"),
        words=_("Your reason"),
        icon="x",
        look="danger",
        needs_words=True,
    ),
}

ROLES = {
    Role.SUPPLIER: _("Supplier"),
    Role.FULFILMENT: _("Packing and delivery"),
    Role.STORE: _("Store"),
    Role.COMMUNITY: _("Community"),
}

DONE = {
    Act.ACKNOWLEDGE: _("Seen"),
    Act.ASK: _("Asked"),
    Act.ACCEPT: _("Accepted"),
    Act.PROMISE: _("Promised"),
    Act.DELIVER: _("Done"),
    Act.DECLINE: _("Declined"),
}


def say_date(day: date, locale: str = "en") -> str:
    """ "1 Apr 2026"."""
    return format_skeleton("yMMMd", day, locale="en_GB" if locale == "en" else locale)
