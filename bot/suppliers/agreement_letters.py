"""The letters about what is due soon or late, as plain text."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.networks import Content
from bot.suppliers.agreement_terms import Stage
from bot.suppliers.letters import LINK, SHOP

_OWED = {
    Stage.ACKNOWLEDGE: "a sign that you have seen it",
    Stage.ANSWER: "your answer",
    Stage.DELIVER: "word that it is done",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What a partner owes, about what, by when in their zone."""

    supplier: str
    about: str
    stage: Stage
    due: datetime
    zone: str
    late: bool

    @property
    def by_when(self) -> str:
        return f"{'was' if self.late else 'is'} due by {said(self.due, self.zone)}"


def reminder(it: Owed) -> Content:
    """To the partner: what is owed, by when, and the way to it."""
    text = f"""Hello {it.supplier},

this is only a reminder: {_OWED[it.stage]} {it.by_when}.
It is about this: {it.about}.

Read everything and answer here, no password needed:
{LINK}

If you have answered meanwhile, there is nothing left to do. Thank you!

{SHOP}
"""
    return Content(text=text, title=f"{'Late' if it.late else 'Due soon'}: {it.about}")


def turning_to(it: Owed, name: str) -> Content:
    """To the person of theirs whom we may turn to. Nobody who spoke is quoted here."""
    owed = _OWED[it.stage].replace("your ", "their ").replace("you have", "they have")
    text = f"""Hello {name or it.supplier},

you are whom we may turn to when a matter waits at {it.supplier}: {owed} {it.by_when}.
It is about this: {it.about}.

Your colleagues have a letter with a link to it. Could you see who can answer?

{SHOP}
"""
    return Content(text=text, title=f"Waiting at {it.supplier}: {it.about}")


def said(moment: datetime, zone: str) -> str:
    """ "Tuesday, 3 March 2026, 14:00 (Europe/Berlin)"."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%A}, {local.day} {local:%B %Y, %H:%M} ({zone})"
