"""How one person wants to hear from us on all networks: read from their words."""

import re

import sqlalchemy as sa

from bot.db import Session
from bot.engagement.closing.models import Fallback, Wishes
from bot.members.models import Member

# "digest", "digest 8", "Zusammenfassung 18 Uhr", "digest off"
_DIGEST = re.compile(r"\b(?:digest|zusammenfassung)\b(?:\s+(?:(\d{1,2})\b|(off|aus)\b))?", re.I)
_FALLBACKS = (
    (re.compile(r"\b(?:only here|nur hier)\b", re.I), Fallback.NOWHERE),
    (re.compile(r"\b(?:anywhere|überall)\b", re.I), Fallback.ANYWHERE),
    (re.compile(r"\b(?:our chat|unser chat)\b", re.I), Fallback.TALKS),
)


def of(session: Session, member: Member) -> Wishes | None:
    return session.scalar(sa.select(Wishes).filter_by(person_id=member.person_id))


def learn(session: Session, member: Member, words: str) -> bool:
    """Take over what the words say; whether they said anything of this."""
    digest = _DIGEST.search(words)
    fallback = next((which for said, which in _FALLBACKS if said.search(words)), None)
    if digest is None and fallback is None:
        return False
    wishes = of(session, member) or session.put(Wishes(person_id=member.person_id))
    if digest is not None:
        wishes.digest = not digest[2]
        wishes.digest_hour = int(digest[1]) % 24 if digest[1] else None
    if fallback is not None:
        wishes.fallback = fallback
    return True
