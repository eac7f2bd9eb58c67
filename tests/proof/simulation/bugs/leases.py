"""Bugs in who may read, and who may send."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.db import Session, leases
from bot.db.leases import Lease
from bot.engagement import listening
from bot.outbox import attempts, claiming, postman, settling
from bot.outbox.models import Attempt, Delivery, DeliveryState
from tests.proof.simulation.planted import Patches, bug, instead


@bug("lease without fencing")
def _no_fence() -> Patches:
    return [instead(listening, "hold", lambda session, name, owner, fence: None)]


@bug("a lease is taken while it lasts")
def _robber() -> Patches:
    def take(session: Session, name: str, owner: str, *, for_: timedelta) -> int:
        lease = session.get(Lease, (session.workspace, name))
        if lease is None:
            leases._make(session, name, session.now())
            lease = session.get_one(Lease, (session.workspace, name))
        lease.owner, lease.until = owner, session.now() + for_
        return lease.fence

    return [
        instead(listening, "is_free", lambda session, name, owner, for_: True),
        instead(listening, "take", take),
        instead(listening, "hold", lambda session, name, owner, fence: None),
    ]


@bug("a lease that nobody can take over")
def _for_life() -> Patches:
    def take(session: Session, name: str, owner: str, *, for_: timedelta) -> int | None:
        lease = session.get(Lease, (session.workspace, name))
        if lease is not None and lease.owner not in {"", owner}:
            return None
        return leases.take(session, name, owner, for_=for_)

    return [instead(listening, "take", take)]


@bug("a live delivery is taken over")
def _live() -> Patches:
    def lost(session: Session, terms: Any) -> Any:
        return Delivery.state == DeliveryState.SENDING

    return [instead(claiming, "_lost", lost)]


@bug("orphaned deliveries are never taken over")
def _orphans() -> Patches:
    return [instead(claiming, "_lost", lambda session, terms: sa.false())]


@bug("claim without COMMIT before the send")
def _unwritten() -> Patches:
    def claim(session: Session, **given: Any) -> list[claiming.Claim]:
        claims = claiming.claim(session, **given)
        for one in claims:
            delivery = session.need(Delivery, one.id)
            delivery.state, delivery.owner = DeliveryState.PENDING, None
        return claims

    return [instead(postman, "claim", claim)]


@bug("settle ignores attempt and owner")
def _any_attempt() -> Patches:
    def settle_all(session: Session, results: Sequence[settling.Result]) -> list[None]:
        for claim, _ in results:
            delivery = session.need(Delivery, claim.id)
            delivery.state, delivery.owner = DeliveryState.SENDING, claim.owner
            delivery.attempt = claim.attempt
        session.flush()
        return settling.settle_all(session, results)

    def write_down(session: Session, rows: Sequence[dict[str, Any]]) -> None:
        key = ("workspace_id", "delivery_id", "number")
        known = [session.get(Attempt, tuple(row[name] for name in key)) for row in rows]
        if new := [row for row, there in zip(rows, known, strict=True) if there is None]:
            attempts.write_down(session, new)

    # The attempts' primary key is a second fence: it too must be down.
    return [
        instead(postman, "settle_all", settle_all),
        instead(settling, "write_down", write_down),
    ]


@bug("a process that was frozen sends all the same")
def _late() -> Patches:
    return [instead(postman.Postman, "_too_late", lambda self, one: False)]
