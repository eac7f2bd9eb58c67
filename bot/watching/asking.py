"""Explaining: from an id to its story."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.db import Session
from bot.engagement.queries import dossier
from bot.watching import explaining, queries
from bot.watching.finding import Found, find
from bot.watching.story import Story, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an id led to: one story, or several things of which one has to be chosen, or nothing."""

    story: Story | None = None
    several: Sequence[Found] = ()


def explain(session: Session, text: str) -> Answer:
    """What happened to whatever this id names (see `finding.find`)."""
    found = find(session, text)
    if len(found) != 1:
        return Answer(several=found)
    return Answer(story=_story(session, found[0]))


def _story(session: Session, found: Found) -> Story:
    now, id = session.now(), found.id
    match found.subjects[0]:
        case Subject.MESSAGE | Subject.EVENT:
            return explaining.of_event(queries.heard(session, id), now)
        case Subject.DELIVERY:
            return explaining.of_delivery(queries.life(session, id), now)
        case Subject.PUBLICATION:
            life = queries.life(session, queries.delivery_of(session, id))
            return explaining.of_delivery(life, now, [Subject.PUBLICATION, Subject.DELIVERY])
        case Subject.POST:
            return explaining.of_post(queries.planned(session, id), now)
        case Subject.SUGGESTION | Subject.CASE as subject:
            of_case = subject is Subject.CASE
            about = dossier(session, queries.suggestion_of(session, id) if of_case else id)
            lives = queries.about_case(session, about.case)
            return explaining.of_suggestion(about, lives, now, subject)
