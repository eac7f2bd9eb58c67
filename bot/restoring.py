"""Restoring a back-up so that nothing is said twice, and nobody comes in by an old door."""

from pathlib import Path

import sqlalchemy as sa

from bot.accounts.models import EntryLink, UserSession
from bot.channels.models import Channel
from bot.db import Database, Row, Session
from bot.db.backup import Manifest, Restored, restore, verify
from bot.db.backup.making import Progress, quietly
from bot.engagement.persons import journal
from bot.engagement.persons.again import erase_again
from bot.inbox.models import Event, Message
from bot.outbox import quiet
from bot.outbox.models import Delivery, DeliveryState
from bot.suggestions.models import Suggestion, Voice
from bot.suppliers.models import PortalLink, PortalSession
from content_calendar.models import Publication


def put_back(
    path: Path,
    database: Database,
    *,
    replace: bool = False,
    backups: Path | None = None,
    progress: Progress = quietly,
) -> Restored:
    """Make the database what the back-up holds, quiet until a person releases it. Who was erased
    since is erased again: known from the database that is there, and from the list beside the
    back-up and in the folder of ``backups``.

    Raises what `bot.db.backup.restore` raises; then nothing has changed.
    """
    folders = {path.resolve().parent, *([backups.resolve()] if backups else [])}
    forgotten = journal.gather(database, sorted(folders))

    def prepare(session: Session, manifest: Manifest) -> None:
        _prepare(session, manifest)
        erase_again(session, forgotten)

    return restore(path, database, replace=replace, prepare=prepare, progress=progress)


def try_out(path: Path, database: Database, progress: Progress = quietly) -> Manifest:
    """Really restore it, look at the result, and throw it away. Raises what is wrong."""
    return verify(path, database, progress, check=oddities)


def _prepare(session: Session, manifest: Manifest) -> None:
    quiet.begin(session, manifest.made_at)
    _close_the_doors(session)


def _close_the_doors(session: Session) -> None:
    """A link that was used and a session that was ended after the back-up must stay so: nobody
    knows which, so everybody comes in anew."""
    now = session.now()
    for links in (EntryLink, PortalLink):
        unused = sa.update(links).where(links.used_at.is_(None))
        session.execute(unused.where(links.workspace_id == session.workspace).values(used_at=now))
    for sessions in (UserSession, PortalSession):
        alive = sa.update(sessions).where(sessions.revoked_at.is_(None))
        mine = alive.where(sessions.workspace_id == session.workspace)
        session.execute(mine.values(revoked_at=now))


# What can't be: so many rows of a table for which this holds.
_ODD: tuple[tuple[str, type[Row], sa.ColumnElement[bool]], ...] = (
    (
        "%d deliveries are said to have gone out, and not when.",
        Delivery,
        sa.and_(Delivery.state == DeliveryState.SENT, Delivery.sent_at.is_(None)),
    ),
    (
        "%d deliveries are on their way without ever having been tried.",
        Delivery,
        sa.and_(Delivery.state == DeliveryState.SENDING, Delivery.attempt == 0),
    ),
    (
        "%d posts are carried by a delivery to another channel.",
        Publication,
        ~sa.exists().where(
            Delivery.workspace_id == Publication.workspace_id,
            Delivery.id == Publication.delivery_id,
            Delivery.channel_id == Publication.channel_id,
        ),
    ),
    (
        "%d messages came from another network than their channel's.",
        Message,
        ~sa.exists().where(
            Event.workspace_id == Message.workspace_id,
            Event.id == Message.id,
            Channel.workspace_id == Message.workspace_id,
            Channel.id == Message.channel_id,
            Event.network == Channel.network,
        ),
    ),
    (
        "%d suggestions have nobody behind them.",
        Suggestion,
        sa.and_(
            Suggestion.merged_into_id.is_(None),
            ~sa.exists().where(
                Voice.workspace_id == Suggestion.workspace_id,
                Voice.suggestion_id == Suggestion.id,
            ),
        ),
    ),
)


def oddities(session: Session) -> list[str]:
    """What can't be, as sentences, that neither hashes nor foreign keys can tell."""
    found = []
    for sentence, kind, which in _ODD:
        count = session.scalar(sa.select(sa.func.count()).select_from(kind).where(which))
        if count:
            found.append(sentence % count)
    return found
