"""Bugs in closing the loop."""

from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from bot.db import Session, Writer
from bot.engagement import telling
from bot.outbox import service as outbox
from bot.suggestions import service as suggestions
from bot.suggestions.models import Voice
from bot.suppliers.models import Decision
from tests.proof.simulation.planted import Patches, bug, instead


@bug("told_at set before enqueuing")
def _told_first() -> Patches:
    tell = telling.tell

    async def tell_all(writer: Writer, speak: Any) -> int:
        with writer.database.reading() as session:
            decisions = telling.untold(session)

        def mark(session: Session) -> None:
            for id in decisions:
                session.need(Decision, id).told_at = session.now()

        if decisions:
            await writer.run(mark)
        for id in decisions:
            await writer.run(lambda session, id=id: tell(session, id, speak))  # type: ignore[misc]  # lambda defaults
        return len(decisions)

    return [instead(telling, "tell_all", tell_all)]


@bug("an answer's key is new with every try")
def _new_key() -> Patches:
    draft = outbox.draft

    def drafts(session: Session, **what: Any) -> dict[str, Any]:
        if what["key"].startswith("told:"):
            what["key"] += f":{session.ids.new().hex}"
        return draft(session, **what)

    return [instead(outbox, "draft", drafts)]


@bug("merges counted twice")
def _merged() -> Patches:
    tell_one = telling._tell_one

    def voices(session: Session, suggestion: Any) -> list[Voice]:
        ids = suggestions._with_merged(session, suggestion.id)
        found = sa.select(Voice).where(Voice.suggestion_id.in_(ids)).order_by(Voice.id)
        return list(session.scalars(found))

    def tells(session: Session, decision: Any, suggestion: Any, voice: Voice, speak: Any) -> None:
        with patch.object(outbox, "draft", _keyed_by(voice, outbox.draft)):
            tell_one(session, decision, suggestion, voice, speak)

    return [instead(suggestions, "voices", voices), instead(telling, "_tell_one", tells)]


def _keyed_by(voice: Voice, draft: Any) -> Any:
    def drafts(session: Session, **what: Any) -> dict[str, Any]:
        found: dict[str, Any] = draft(session, **what | {"key": f"{what['key']}:{voice.id.hex}"})
        return found

    return drafts


@bug("only the first who spoke is told")
def _only_first() -> Patches:
    return [
        instead(suggestions, "voices", lambda session, suggestion: _voices(session, suggestion)[:1])
    ]


_voices = suggestions.voices
