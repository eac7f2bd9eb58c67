"""Whom a decision would reach, before it goes. Only reads."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from bot.db import Session
from bot.engagement.closing import crowd
from bot.engagement.closing.models import Why
from bot.engagement.reaching import Ways
from bot.engagement.speaking import Voices
from bot.members.models import Answers

_AT_ONCE = 500


@dataclass(slots=True, kw_only=True)
class Forecast:
    """How many people hear of it, now or with their next digest; how many said that they don't want
    to; and, by reason, how many can't be reached."""

    hear: int = 0
    unwanted: int = 0
    unreached: Counter[Why] = field(default_factory=Counter)


def forecast(session: Session, suggestion: UUID, speak: Voices) -> Forecast:
    found, people = Forecast(), crowd.everybody(session, suggestion)
    for first in range(0, len(people), _AT_ONCE):
        some = crowd.listeners(session, people[first : first + _AT_ONCE])
        ways = Ways.of(session, speak, [one.member for one in some.values()])
        for one in some.values():
            if one.member.erased_at is not None or one.member.answers is Answers.NONE:
                found.unwanted += 1
            elif ways.spot(one):
                found.hear += 1
            else:
                found.unreached[ways.why_not(one)] += 1
    return found
