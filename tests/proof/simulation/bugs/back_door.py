"""Bugs in the back door."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from sqlalchemy import event

from bot import errors
from bot.db import Session
from bot.db import session as sessions
from bot.errors import OutcomeUnknown, RateLimited, Rejected, Unavailable
from bot.networks import Receipt, Settle
from bot.outbox import claiming, postman, settling
from bot.outbox.models import LONGEST_WAIT, Delivery
from tests.proof.simulation.planted import Patches, bug, instead


def taken_for(kind: type[Exception], other: Callable[[str], Any]) -> Patches:
    """An outcome that is settled as another one."""

    def settle_all(session: Session, results: Sequence[settling.Result]) -> list[None]:
        return settling.settle_all(
            session,
            [
                (claim, other(str(outcome)) if isinstance(outcome, kind) else outcome)
                for claim, outcome in results
            ],
        )

    return [instead(postman, "settle_all", settle_all)]


@bug("retry when the outcome is unknown")
def _retry() -> Patches:
    return taken_for(OutcomeUnknown, Unavailable)


@bug("blind resend on a network that can be read back")
def _blind() -> Patches:
    return [instead(claiming.Claim, "look_first", property(lambda self: False))]


@bug("resend where only a person can tell")
def _resend() -> Patches:
    def claim(session: Session, **given: Any) -> list[claiming.Claim]:
        accounts = {
            key: replace(can, settle=Settle.RESEND) if can.settle is Settle.ASK else can
            for key, can in given["accounts"].items()
        }
        return claiming.claim(session, **given | {"accounts": accounts})

    return [instead(postman, "claim", claim)]


@bug("an unknown outcome counts as sent")
def _hope() -> Patches:
    return taken_for(OutcomeUnknown, lambda _: Receipt(message="?"))


@bug("an unknown outcome waits like any other failure")
def _patience() -> Patches:
    def wait(delivery: Delivery, error: Exception, claim: claiming.Claim) -> timedelta:
        return LONGEST_WAIT

    return [instead(settling, "_wait", wait)]


@bug("refused the second time counts as refused")
def _refused() -> Patches:
    return [instead(claiming.Claim, "may_be_there", property(lambda self: False))]


@bug("rate limit taken for a refusal")
def _impatient() -> Patches:
    return taken_for(RateLimited, Rejected)


@bug("order guard removed")
def _disorder() -> Patches:
    with patch.object(claiming, "in_the_way", lambda one, other, now: sa.false()):
        return [instead(claiming, "_DUE", claiming._due())]


@bug("a paused channel is sent to")
def _unpaused() -> Patches:
    return [instead(settling, "pause", lambda session, channel, because: None)]


@bug("burst guard removed")
def _burst() -> Patches:
    return [instead(claiming, "_burst_allows", lambda session, delivery, channel: True)]


@bug("overdue posts fired in a burst")
def _overdue() -> Patches:
    allows = claiming._burst_allows

    def may(session: Session, delivery: Delivery, channel: Any, terms: Any) -> bool:
        return allows(session, delivery, channel)

    return [instead(claiming, "_may_publish", may)]


@bug("tokens stay in what people are shown")
def _token() -> Patches:
    return [instead(errors, "mask", lambda text: text)]


@bug("wrong workspace")
def _workspace() -> Patches:
    @contextmanager
    def hole() -> Iterator[None]:
        guard = (Session, "do_orm_execute", sessions._stay_in_the_workspace)
        event.remove(*guard)
        try:
            yield
        finally:
            event.listen(*guard)

    return [hole()]
