"""Posts made many at a time, for files: a row at a time would take minutes for a long one."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.accounts.audit import HUBBUB
from bot.accounts.models import AuditEntry, User
from bot.db import Session, insert_all, insert_new
from bot.errors import HubbubError, InvalidInput
from content_calendar import service
from content_calendar.exchange import events
from content_calendar.exchange.models import Origin
from content_calendar.exchange.rows import Entry
from content_calendar.models import Campaign, Post, Stage
from content_calendar.writing import Limits


def make(session: Session, entries: Sequence[Entry], by: User | None, limits: Limits) -> list[str]:
    """Make their posts; gives why some of them could not be made. Their rows were looked at."""
    simple, problems = [], []
    for entry in entries:
        if entry.stage in {Stage.IDEA, Stage.DRAFT} and not entry.draft.rrule:
            simple.append(entry)
        else:
            problems += _make_one(session, entry, by, limits)
    _make_simple(session, simple, by)
    session.announce("calendar")
    return problems


def _make_one(session: Session, entry: Entry, by: User | None, limits: Limits) -> list[str]:
    try:
        with session.begin_nested():
            post = service.create(
                session, entry.draft, by=by, capabilities=limits, stage=entry.stage
            )
            _remember(session, [(entry, post.id)])
    except InvalidInput as wrong:
        return [f"Row {entry.row}: {problem}" for problem in wrong.problems]
    except HubbubError as refused:
        return [f"Row {entry.row}: {refused}"]
    return []


def _make_simple(session: Session, entries: Sequence[Entry], by: User | None) -> None:
    """Of which nothing is planned, and nothing asked: as `service.create` writes them."""
    campaigns = _campaigns(session, (entry.draft.campaign for entry in entries))
    now, ids = session.now(), session.ids.many(len(entries))
    made = list(zip(entries, ids, strict=True))
    insert_all(session, Post, [_post(entry, id, campaigns, by, now) for entry, id in made])
    actor = f"user:{by.name}" if by else HUBBUB
    audit = {"at": now, "actor": actor, "verb": "imported", "subject": "post", "details": {}}
    insert_all(session, AuditEntry, [audit | {"subject_id": id} for id in ids])
    _remember(session, made)


def _post(
    entry: Entry, id: UUID, campaigns: dict[str, UUID], by: User | None, now: Any
) -> dict[str, Any]:
    draft = entry.draft
    return {
        "id": id,
        "title": draft.heading,
        "text": draft.text,
        "overrides": dict(draft.overrides),
        "media": [asdict(it) for it in draft.media],
        "broadcast": draft.broadcast,
        "campaign_id": campaigns.get(" ".join(draft.campaign.split())),
        "product_id": draft.product_id,
        "author_id": by.id if by else None,
        "stage": entry.stage,
        "channel_ids": [each.hex for each in draft.channel_ids],
        "local": draft.local,
        "zone": draft.zone,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }


def _campaigns(session: Session, names: Iterable[str]) -> dict[str, UUID]:
    wanted = sorted({" ".join(name.split()) for name in names} - {""})
    insert_new(session, Campaign, [{"name": name} for name in wanted], unique=("name",))
    found = sa.select(Campaign.name, Campaign.id).where(Campaign.name.in_(wanted))
    return {name: id for name, id in session.execute(found)}  # noqa: C416  # rows are tuples only to people


def _remember(session: Session, made: Sequence[tuple[Entry, UUID]]) -> None:
    """Whose events they were, so that the same calendar makes them once."""
    keyed = {entry.key: id for entry, id in made if entry.key}
    if not keyed:
        return
    gone = sa.delete(Origin).where(  # their posts were deleted since
        Origin.workspace_id == session.workspace,
        Origin.source == events.SOURCE,
        Origin.key.in_(keyed),
    )
    session.execute(gone)
    same = {"source": events.SOURCE, "made_at": session.now()}
    insert_all(session, Origin, [same | {"key": k, "post_id": id} for k, id in keyed.items()])
