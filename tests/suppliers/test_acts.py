"""What may be done about a case, and when."""

from datetime import date

import pytest

from bot.errors import Conflict
from bot.suppliers import acts
from bot.suppliers.models import Act, CaseState

TODAY, SOON = date(2026, 3, 2), date(2026, 4, 1)
ASK, ACCEPT, PROMISE, DELIVER, DECLINE = (
    Act.ASK,
    Act.ACCEPT,
    Act.PROMISE,
    Act.DELIVER,
    Act.DECLINE,
)


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        (CaseState.OPEN, set(Act)),
        (CaseState.ACKNOWLEDGED, {ASK, ACCEPT, PROMISE, DELIVER, DECLINE}),
        (CaseState.ASKED, {ASK, ACCEPT, PROMISE, DELIVER, DECLINE}),
        (CaseState.ACCEPTED, {ASK, PROMISE, DELIVER, DECLINE}),
        (CaseState.PROMISED, {ASK, PROMISE, DELIVER, DECLINE}),
        (CaseState.DELIVERED, set()),
        (CaseState.DECLINED, set()),
    ],
)
def test_only_what_the_state_allows(state: CaseState, allowed: set[Act]) -> None:
    passed = set()
    for act in Act:
        try:
            acts.check(state, act, text="because", promised_for=SOON, today=TODAY)
        except Conflict:
            continue
        passed.add(act)
    assert passed == allowed
