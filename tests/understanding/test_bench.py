"""The published bars, on our own test split and where the benchmark's data lies beside it."""

from pathlib import Path

import pytest

from bot.errors import NotFound
from bot.understanding.bench import FOLDER, bench, labelled
from bot.understanding.learning import yes_or_no
from bot.understanding.recogniser import shipped

DATA = Path(__file__).parents[3] / "shared" / "data"
# A little below what is published, so that a rounding does not break the build.
BARS = {
    "own_macro_f1": 0.58,
    "own_suggestion_f1": 0.69,
    "own_recall_at_90": 0.3,
    "own_polarity_f1": 0.5,
}


def test_our_own_test_split_is_understood_as_well_as_published() -> None:
    found = {row.key: row.figure for row in bench(None)}
    assert {key: found[key] >= bar for key, bar in BARS.items()} == dict.fromkeys(BARS, True)
    assert found["own_calibration_error"] <= 0.05
    assert found["own_polarity_f1"] > found["textblob_polarity_f1"]


@pytest.mark.skipif(not (DATA / FOLDER).is_dir(), reason=f"no benchmark data in {DATA}")
@pytest.mark.parametrize(
    ("name", "share", "bar"), [("trial_a", 0.1, 0.48), ("trial_b", None, 0.84)]
)
def test_what_ships_finds_suggestions_in_places_it_has_never_seen(
    name: str, share: float | None, bar: float
) -> None:
    found = yes_or_no.score(labelled(DATA, name), shipped(), share=share)
    assert found.figures.f1 >= bar


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"train\.csv"):
        labelled(tmp_path, "train")
