"""May it be said to a person in private, until when, and if not, what else?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.inbox.windows import IN_PUBLIC, WAIT, Known, decide
from bot.networks import Windows

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY, WEEK, HOUR = timedelta(days=1), timedelta(days=7), timedelta(hours=1)
FREE = Windows()
AFTER_THEM = Windows(first=False)
STRICT = Windows(first=False, open_for=DAY, once_within=WEEK)


@pytest.mark.parametrize(
    ("rules", "known", "until"),
    [
        (FREE, Known(), None),
        (AFTER_THEM, Known(last_private=NOW - 90 * DAY), None),
        (STRICT, Known(last_private=NOW - 23 * HOUR), NOW + HOUR),
        (STRICT, Known(comment=NOW - 6 * DAY), NOW + DAY),
        (STRICT, Known(last_private=NOW - 2 * DAY, comment=NOW - DAY), NOW + 6 * DAY),
        (STRICT, Known(last_private=NOW - HOUR, comment=NOW, answered=True), NOW + 23 * HOUR),
    ],
)
def test_it_may_be_said_until(rules: Windows, known: Known, until: datetime | None) -> None:
    found = decide(rules, known, NOW)
    assert found.may and found.until == until


@pytest.mark.parametrize(
    ("rules", "known", "instead"),
    [
        (AFTER_THEM, Known(), WAIT),
        (AFTER_THEM, Known(comment=NOW), IN_PUBLIC),
        (STRICT, Known(), WAIT),
        (STRICT, Known(last_private=NOW - DAY), WAIT),  # the very end is closed
        (STRICT, Known(comment=NOW - WEEK), IN_PUBLIC),
        (STRICT, Known(comment=NOW - HOUR, answered=True), IN_PUBLIC),
    ],
)
def test_it_may_not_be_said_and_there_is_another_way(
    rules: Windows, known: Known, instead: str
) -> None:
    found = decide(rules, known, NOW)
    assert not found.may and found.why and found.instead == instead


spans = st.timedeltas(timedelta(seconds=1), timedelta(days=400))
moments = st.none() | spans.map(lambda span: NOW - span)
rules_of_a_network = st.builds(
    Windows, first=st.booleans(), open_for=st.none() | spans, once_within=st.none() | spans
)
what_is_known = st.builds(Known, last_private=moments, comment=moments, answered=st.booleans())


@given(rules_of_a_network, what_is_known)
def test_whatever_the_rules_an_answer_is_whole_and_true_until_it_ends(
    rules: Windows, known: Known
) -> None:
    found = decide(rules, known, NOW)
    if not found.may:
        assert found.why and found.instead and found.until is None
        assert not decide(rules, known, NOW + DAY).may  # time alone opens nothing
    elif found.until is not None:
        assert found.until > NOW
        assert decide(rules, known, found.until - timedelta(microseconds=1)).may
        later = decide(rules, known, found.until)
        assert not later.may or (later.until is None or later.until > found.until)
    else:
        assert decide(rules, known, NOW + 1000 * DAY).may


@given(rules_of_a_network, what_is_known, spans)
def test_a_newer_private_message_never_closes_a_window(
    rules: Windows, known: Known, ago: timedelta
) -> None:
    newer = Known(last_private=NOW, comment=known.comment, answered=known.answered)
    if decide(rules, known, NOW).may:
        assert decide(rules, newer, NOW).may
