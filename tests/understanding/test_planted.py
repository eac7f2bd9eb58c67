"""How much of two thousand planted identities gets through, and how much that is none is taken."""

from collections import Counter
from statistics import median
from time import process_time

import pytest

from bot.understanding import mask
from bot.understanding.learning.corpus import corpus
from tests.understanding.planted import planted

MOST_LEAKS = 10  # of 2,000
MOST_TOUCHED = 0.02  # of the corpus: two thirds of these hold a name or a handle indeed
MOST_MS = 0.3  # the median message


@pytest.mark.parametrize("measured", [False, True])
def test_planted_identities_do_not_get_through(measured: bool) -> None:
    leaks = [
        (one.kind, one.language, found)
        for one in planted(2_000, measured=measured)
        if (found := one.leaks(mask(one.text, names=one.names)))
    ]
    assert len(leaks) <= MOST_LEAKS, leaks


def test_without_masking_every_one_of_them_would() -> None:
    assert all(one.leaks(one.text) for one in planted(2_000, measured=True))


def test_the_halves_share_no_sentence_and_every_kind_and_language_is_there() -> None:
    tuned, measured = (planted(2_000, measured=half) for half in (False, True))
    assert not {one.text for one in tuned} & {one.text for one in measured}
    kinds = Counter((one.kind, one.language) for one in measured)
    assert len(kinds) == 9 * 7 and min(kinds.values()) > 20


def test_what_is_no_identity_stays_in_nearly_every_message_and_it_takes_no_time() -> None:
    texts = [example.text for example in corpus()]
    took, touched = [], 0
    for text in texts:
        began = process_time()
        touched += mask(text) != text
        took.append(process_time() - began)
    assert touched <= MOST_TOUCHED * len(texts)
    assert median(took) * 1_000 < MOST_MS


def test_masking_again_changes_nothing() -> None:
    for one in planted(400, measured=True):
        once = mask(one.text, names=one.names)
        assert mask(once, names=one.names) == once
