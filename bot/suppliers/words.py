"""How the portal names things. Pure."""

from dataclasses import dataclass
from datetime import date

from babel.dates import format_skeleton

from bot.suppliers.models import Act, Role
from bot.understanding import Facet, Kind, Topic


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

# What a matter is about, where that is known.
FACETS = {
    Facet.QUALITY: _("How good it is"),
    Facet.USEFULNESS: _("How useful it is"),
    Facet.IMPROVEMENT: _("What could be better"),
}
TOPICS = {
    Topic.DELIVERY: _("How it is packed and delivered"),
    Topic.STORE: _("The store"),
    Topic.WEB: _("The website"),
    Topic.SERVICE: _("How people are served"),
    Topic.BOT: _("Our bot"),
}


def about(facet: Facet, topic: Topic) -> str:
    """What it is about, as a key for gettext: another topic than the product says more than a
    side of it. Empty where neither is known."""
    return TOPICS.get(topic) or FACETS.get(facet, "")


# What a case is called, with its product and without.
SUBJECTS = {
    Kind.SUGGESTION: (_("A suggestion about %s"), _("A suggestion from our community")),
    Kind.PROBLEM: (_("A problem about %s"), _("A problem from our community")),
    Kind.WISH: (_("A wish about %s"), _("A wish from our community")),
    Kind.QUESTION: (_("A question about %s"), _("A question from our community")),
    Kind.PRAISE: (_("Praise about %s"), _("Praise from our community")),
    Kind.DELIVERY: (_("A matter of delivery about %s"), _("A matter of delivery")),
    Kind.ABOUT_BOT: (_("Something about our bot and %s"), _("Something about our bot")),
    Kind.CHATTER: (_("Something about %s"), _("Something from our community")),
}


def say_date(day: date, locale: str = "en") -> str:
    """ "1 Apr 2026"."""
    return format_skeleton("yMMMd", day, locale="en_GB" if locale == "en" else locale)
