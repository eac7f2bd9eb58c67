"""What was found on the networks when we last looked, without saying anything there."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from bot.channels.models import Looked
from bot.db import Session
from bot.logs import mask
from bot.networks import Finding, Health


def found(
    session: Session, network: str, account: str, place: str, findings: Iterable[Finding]
) -> None:
    """Put in the place of what was found there before; ``place`` is empty for the account.

    What has been mended is gone with this; what is as it was keeps its ``since``.
    """
    here = {"network": network, "account": account, "place": place}
    before = {it.what: it for it in session.scalars(sa.select(Looked).filter_by(**here))}
    now = session.now()
    for finding in {it.what: it for it in findings}.values():
        row = before.pop(finding.what, None)
        if row is None:
            row = session.put(
                Looked(
                    **here,
                    what=finding.what,
                    health=finding.health,
                    says="",
                    then="",
                    since=now,
                    looked_at=now,
                )
            )
        if row.health is not finding.health:
            row.since = now
        row.health, row.looked_at = finding.health, now
        row.until = finding.until
        row.says, row.then = mask(finding.says), mask(finding.then)
    for gone in before.values():
        session.delete(gone)
    session.announce("channels")


def all_found(session: Session) -> Sequence[Looked]:
    """Everything, by account and place."""
    order = (Looked.network, Looked.account, Looked.place, Looked.what)
    return session.scalars(sa.select(Looked).order_by(*order)).all()


def wrong(session: Session) -> Sequence[Looked]:
    """What is not well, the longest first."""
    bad = sa.select(Looked).where(Looked.health != Health.OK)
    return session.scalars(bad.order_by(Looked.since, Looked.id)).all()
