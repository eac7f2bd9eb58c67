"""How somebody wants to be treated: read from their words, obeyed, said back to them."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.members.models import Answers, Member, Often

_LANGUAGES = {"english": "en", "englisch": "en", "german": "de", "deutsch": "de"}
_ANSWERS = {
    "private": Answers.PRIVATE,
    "privat": Answers.PRIVATE,
    "public": Answers.HERE,
    "öffentlich": Answers.HERE,
    "stop": Answers.NONE,
    "stopp": Answers.NONE,
}
_OFTEN = {
    "rarely": Often.ENDS,
    "selten": Often.ENDS,
    "everything": Often.STEPS,
    "alles": Often.STEPS,
}
# "quiet 22-8", "Ruhe 22–8 Uhr", "quiet off"
_QUIET = re.compile(
    r"\b(?:quiet|ruhe)\s+(?:(\d{1,2})\s*(?:-|–|to|bis)\s*(\d{1,2})|(off|aus))\b", re.IGNORECASE
)
_WORD = re.compile(r"\w+")


def learn(member: Member, words: str, languages: tuple[str, ...]) -> bool:
    """Take over what the words say; whether they said anything that we know."""
    known = False
    if quiet := _QUIET.search(words):
        hours = (None, None) if quiet[3] else (int(quiet[1]) % 24, int(quiet[2]) % 24)
        member.quiet_from, member.quiet_until = hours
        known = True
    for word in _WORD.findall(words.casefold()):
        if _LANGUAGES.get(word) in languages:
            member.language, known = _LANGUAGES[word], True
        if word in _ANSWERS:
            member.answers, known = _ANSWERS[word], True
        if word in _OFTEN:
            member.often, known = _OFTEN[word], True
    return known


def not_before(member: Member, moment: datetime, zone: str) -> datetime:
    """The moment, or when their quiet hours end by the shop's clock."""
    if member.quiet_from is None or member.quiet_until is None:
        return moment
    local = moment.astimezone(ZoneInfo(zone))
    since, hours = member.quiet_from, (member.quiet_until - member.quiet_from) % 24
    if (local.hour - since) % 24 >= hours:
        return moment
    day = local.date() + timedelta(days=local.hour >= member.quiet_until)
    return datetime.combine(day, time(member.quiet_until), local.tzinfo).astimezone(moment.tzinfo)
