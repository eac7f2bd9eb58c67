"""Bugs in the calendar."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.db import Session
from bot.outbox import service as outbox
from content_calendar import planning, recurrence
from content_calendar.models import Series
from content_calendar.recurrence import resolve
from tests.proof.simulation.planted import Patches, bug, instead


@bug("DST counted twice")
def _twice() -> Patches:
    def occurrences(rule: Any, **given: Any) -> list[Any]:
        found = []
        for slot in recurrence.occurrences(rule, **given):
            found.append(slot)
            if slot.kind == "earlier":  # the clock shows it once more
                later = slot.at + timedelta(hours=1)
                found.append(replace(slot, local=slot.local.replace(microsecond=1), at=later))
        return found

    return [instead(planning, "occurrences", occurrences)]


@bug("the hour that does not exist is left out")
def _gap() -> Patches:
    found = recurrence.occurrences

    def occurrences(rule: Any, **given: Any) -> list[Any]:
        return [slot for slot in found(rule, **given) if slot.kind != "moved"]

    return [instead(planning, "occurrences", occurrences)]


@bug("a series keeps its offset, not its wall time")
def _offset() -> Patches:
    found = recurrence.occurrences

    def occurrences(rule: Any, **given: Any) -> list[Any]:
        start = resolve(rule.start, rule.zone).at
        return [
            replace(slot, at=start + (slot.local - rule.start)) for slot in found(rule, **given)
        ]

    return [instead(planning, "occurrences", occurrences)]


@bug("the calendar skips what it has not written")
def _skips() -> Patches:
    extend = planning.extend

    def extends(session: Session, post: Any, series: Series, until: Any) -> int:
        made = extend(session, post, series, until - timedelta(days=25))
        series.materialised_until = until
        return made

    return [instead(planning, "extend", extends)]


@bug("a post that was called off leaves")
def _called_off() -> Patches:
    return [instead(outbox, "cancel", lambda session, delivery: None)]


@bug("due when it is created")
def _at_once() -> Patches:
    drafts = outbox.draft

    def draft(session: Session, **what: Any) -> dict[str, Any]:
        return drafts(session, **what) | {"due_at": session.now()}

    return [instead(outbox, "draft", draft)]
