"""What the bot says to consumers, in their language. Pure."""

import re
from collections.abc import Mapping
from datetime import date

from babel.dates import format_date

from bot.understanding import Kind

# {name} {shop} {product} {words} {others} {partner} {text} {day} are filled in.
_PHRASES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "bot": "(I'm {shop}'s bot. Say “person” and a human takes over.)",
        "suggestion": "Thank you, {name}! I've written down your suggestion{about}: “{words}”.",
        "wish": "Thank you, {name}! I've noted your wish{about}: “{words}”.",
        "problem": "I'm sorry about that, {name}. I've noted the problem{about}: “{words}”.",
        "delivery": "I'm sorry, {name}. I've noted what happened with your delivery: “{words}”.",
        "about_bot": "Thank you for telling me, {name}. The people who run me will read this.",
        "question": "Good question, {name}. I'm passing it on; the answer will come right here.",
        "praise": "That's lovely to hear, {name}, thank you!",
        "chatter": "Hello {name}! Tell me what we could do better, what is missing, or what "
        "went wrong, and I'll take it to those who can act.",
        "about": " for the {product}",
        "with_partner": " {partner} has it now; I'll bring the answer back to this thread.",
        "whose": " I'm finding out who can act on it, and will bring the answer back here.",
        "others": " {others} said so too, and I've added your voice.",
        "again": "I have that down already, {name}. As soon as there is an answer, it comes here.",
        "person": "Of course, {name}. Somebody from {shop} will answer you here.",
        "answered": "Thank you, {name}! I've passed your answer on{to}.",
        "to": " to {partner}",
        "accept": "Good news, {name}: {partner} has accepted “{words}”{about}.{text}",
        "decline": "An honest answer, {name}: {partner} won't act on “{words}”{about}. "
        "The reason: {text}",
        "ask": "A question from {partner} about “{words}”{about}: {text} Just answer here.",
        "promise": "Good news, {name}: {partner} promises “{words}”{about} for {day}.{text}",
        "deliver": "It's done, {name}: {partner} has delivered “{words}”{about}.{text} "
        "Thank you for speaking up!",
        "digest": "Hello {name}, this became of what you said:",
        "line_accept": "• {partner} has accepted “{words}”{about}.{text}",
        "line_decline": "• {partner} won't act on “{words}”{about}. The reason: {text}",
        "line_promise": "• {partner} promises “{words}”{about} for {day}.{text}",
        "line_deliver": "• {partner} has delivered “{words}”{about}.{text}",
        "somebody": "the people who make it",
        "one_other": "Somebody else",
        "n_others": "{n} others",
        "you": "you",
    },
    "de": {
        "bot": "(Ich bin der Bot von {shop}. Mit „Mensch“ übernimmt jemand von uns.)",
        "suggestion": "Danke, {name}! Dein Vorschlag{about} ist notiert: „{words}“.",
        "wish": "Danke, {name}! Dein Wunsch{about} ist notiert: „{words}“.",
        "problem": "Das tut mir leid, {name}. Das Problem{about} ist notiert: „{words}“.",
        "delivery": "Das tut mir leid, {name}. Ich habe zur Lieferung notiert: „{words}“.",
        "about_bot": "Danke für den Hinweis, {name}. Die Menschen hinter mir werden das lesen.",
        "question": "Gute Frage, {name}. Ich gebe sie weiter; die Antwort kommt genau hierher.",
        "praise": "Das freut uns sehr, {name}, danke!",
        "chatter": "Hallo {name}! Sag mir, was wir besser machen können, was fehlt oder was "
        "schiefging, und ich bringe es zu denen, die etwas tun können.",
        "about": " zu „{product}“",
        "with_partner": " Es liegt jetzt bei {partner}; die Antwort bringe ich hierher zurück.",
        "whose": " Ich kläre, wer etwas tun kann, und bringe die Antwort hierher zurück.",
        "others": " {others} sehen das auch so; deine Stimme zählt jetzt mit.",
        "again": "Das habe ich schon notiert, {name}. Sobald es eine Antwort gibt, steht sie hier.",
        "person": "Gern, {name}. Jemand von {shop} antwortet dir hier.",
        "answered": "Danke, {name}! Deine Antwort habe ich weitergegeben{to}.",
        "to": " an {partner}",
        "accept": "Gute Nachricht, {name}: {partner} hat „{words}“{about} angenommen.{text}",
        "decline": "Eine ehrliche Antwort, {name}: {partner} setzt „{words}“{about} nicht um. "
        "Der Grund: {text}",
        "ask": "Eine Frage von {partner} zu „{words}“{about}: {text} Antworte einfach hier.",
        "promise": "Gute Nachricht, {name}: {partner} verspricht „{words}“{about} bis {day}.{text}",
        "deliver": "Es ist so weit, {name}: {partner} hat „{words}“{about} umgesetzt.{text} "
        "Danke, dass du es gesagt hast!",
        "digest": "Hallo {name}, das wurde aus dem, was du gesagt hast:",
        "line_accept": "• {partner} hat „{words}“{about} angenommen.{text}",
        "line_decline": "• {partner} setzt „{words}“{about} nicht um. Der Grund: {text}",
        "line_promise": "• {partner} verspricht „{words}“{about} bis {day}.{text}",
        "line_deliver": "• {partner} hat „{words}“{about} umgesetzt.{text}",
        "somebody": "die Hersteller",
        "one_other": "Noch jemand",
        "n_others": "{n} andere",
        "you": "du",
    },
}

_LONGEST_QUOTE = 160

# The whole of what was said, or pressed as a button: somebody wants a human.
_WHO = (
    r"(?:person|human(?: being)?|somebody|someone"
    r"|mensch(?:en)?|mitarbeiter(?:in)?|jemand(?:em|en)?)"
)
_ASKS_FOR_A_PERSON = re.compile(
    rf"""(?:(?:please|bitte|can|could|may|i|want|would|like|need|to|ich|will|möchte|würde|gern|kann)\s+)*
    (?:(?:talk|speak|chat|write)\s+(?:to|with)\s+|mit\s+)?
    (?:an?\s+|the\s+|einen?m?\s+)?(?:real\s+|echten?\s+)?{_WHO}
    (?:\s+(?:sprechen|reden|schreiben|bitte|please))*""",
    re.IGNORECASE | re.VERBOSE,
)


def wants_person(text: str) -> bool:
    """P23: "talk to a person" always works, in the ways in which people say it."""
    return len(text) < 80 and _ASKS_FOR_A_PERSON.fullmatch(text.strip(" .!?,\n")) is not None


def disclosure(language: str, shop: str) -> str:
    """P23: the bot says that it is a bot, and how to reach a human."""
    return _PHRASES[language]["bot"].format(shop=shop)


def acknowledge(
    kind: Kind,
    *,
    language: str,
    name: str,
    words: str,
    product: str | None,
    partner: str | None,
    others: int,
    again: bool = False,
) -> str:
    """The answer to a message of that kind. ``others``: how many people said it before."""
    say = _PHRASES[language]
    if again:
        return say["again"].format(name=name or say["you"])
    text = say[kind.value].format(
        name=name or say["you"], words=quote(words), about=_about(say, product)
    )
    if kind in {Kind.SUGGESTION, Kind.WISH, Kind.PROBLEM, Kind.DELIVERY}:
        if others:
            text += say["others"].format(others=_others(say, others))
        text += say["with_partner"].format(partner=partner) if partner else say["whose"]
    return text


def person_comes(*, language: str, name: str, shop: str) -> str:
    say = _PHRASES[language]
    return say["person"].format(name=name or say["you"], shop=shop)


def answer_passed_on(*, language: str, name: str, partner: str | None) -> str:
    say = _PHRASES[language]
    to = say["to"].format(partner=partner) if partner else ""
    return say["answered"].format(name=name or say["you"], to=to)


def decided(
    act: str,
    *,
    language: str,
    name: str,
    words: str,
    product: str | None,
    partner: str | None,
    text: str,
    day: date | None,
) -> str:
    """What a person who spoke is told of a partner's act (accept, decline, ask, …)."""
    return _decided(act, act, language, name, words, product, partner, text, day)


def digest(language: str, name: str) -> str:
    """What stands above several pieces of news."""
    say = _PHRASES[language]
    return say["digest"].format(name=name or say["you"])


def digest_line(
    act: str,
    *,
    language: str,
    words: str,
    product: str | None,
    partner: str | None,
    text: str,
    day: date | None,
) -> str:
    """`decided` as one piece of news among others."""
    return _decided(f"line_{act}", act, language, "", words, product, partner, text, day)


def _decided(
    phrase: str,
    act: str,
    language: str,
    name: str,
    words: str,
    product: str | None,
    partner: str | None,
    text: str,
    day: date | None,
) -> str:
    say = _PHRASES[language]
    aside = text if act in {"decline", "ask"} else f" {text}" if text else ""
    return say[phrase].format(
        name=name or say["you"],
        words=quote(words),
        about=_about(say, product),
        partner=partner or say["somebody"],
        text=aside,
        day=format_date(day, "long", locale=language) if day else "",
    )


def quote(words: str) -> str:
    """The words on one line, not longer than a glance, ready to stand inside a sentence."""
    line = " ".join(words.split()).rstrip(".")
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1].rstrip() + "…"


def _about(say: Mapping[str, str], product: str | None) -> str:
    return say["about"].format(product=product) if product else ""


def _others(say: Mapping[str, str], others: int) -> str:
    return say["one_other"] if others == 1 else say["n_others"].format(n=others)
