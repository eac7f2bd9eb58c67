"""What happened to a suggestion, in sentences, oldest first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.accounts.models import AuditEntry
from bot.engagement.queries import Dossier
from bot.suppliers.models import Act, Decision
from bot.suppliers.portal import FOR
from bot.web.i18n import gettext as _

_ACTS = frozenset(Act)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """``quote``: what was said with it; ``day``: what was promised."""

    at: datetime
    icon: str
    tone: str
    text: str
    quote: str = ""
    day: date | None = None


def history(about: Dossier) -> list[Happening]:
    found = [
        *_voices(about),
        *(_decided(one) for one in about.decisions),
        *(_done(one) for one in about.trail if one.verb not in _ACTS),
    ]
    return sorted(found, key=lambda one: one.at)


def _voices(about: Dossier) -> Iterator[Happening]:
    """The first, and where there are more, the latest: a line for each would bury the rest."""
    for number, voice in enumerate(about.voices):
        if number == 0:
            text = _("%s was the first to say it") % voice.who
        elif number == len(about.voices) - 1:
            text = _("%s said it too, the latest so far") % voice.who
        else:
            continue
        yield Happening(at=voice.said_at, icon="chat", tone="plum", text=text)


def _decided(decision: Decision) -> Happening:
    who = decision.decided_by.partition(":")[2] or decision.decided_by
    if FOR in who:
        names = dict(zip(("who", "partner"), who.split(FOR, 1), strict=True))
        who = _("%(who)s, for %(partner)s,") % names
    icon, tone, text = {
        Act.ACKNOWLEDGE: ("eye", "blue", _("%s has seen it")),
        Act.ASK: ("question", "amber", _("%s asked the people who spoke")),
        Act.ACCEPT: ("check", "green", _("%s accepted it")),
        Act.PROMISE: ("calendar", "teal", _("%s promised a day")),
        Act.DELIVER: ("check", "green", _("%s says it is done")),
        Act.DECLINE: ("x", "red", _("%s declined it")),
    }[decision.act]
    return Happening(
        at=decision.decided_at,
        icon=icon,
        tone=tone,
        text=text % who,
        quote=decision.text,
        day=decision.promised_for,
    )


def _done(entry: AuditEntry) -> Happening:
    who = entry.actor.partition(":")[2] or "Hubbub"
    to: Mapping[str, Any] = entry.details
    icon, text = {
        "opened": ("bulb", _("Hubbub opened a case for it")),
        "handed over": (
            "partners",
            _("%(who)s took it to %(to)s") % {"who": who, "to": to.get("to", "")},
        ),
        "reminded": ("clock", _("Hubbub reminded the partner: time runs out")),
        "turned to their contact": ("mail", _("Hubbub turned to the partner's contact")),
        "escalated": ("alert", _("The agreed time ran out: it needs a look")),
        "corrected": ("pencil", _("%s corrected it") % who),
        "moved": ("arrow-right", _("%s moved it on the board") % who),
        "merged": ("link", _("%s merged it into another one") % who),
        "split off": ("undo", _("%s took it out of another one again") % who),
    }.get(entry.verb, ("pencil", f"{who}: {entry.verb}"))
    return Happening(at=entry.at, icon=icon, tone="neutral", text=text)
