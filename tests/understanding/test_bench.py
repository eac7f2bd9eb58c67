"""The published bars, where the benchmark's data lies beside the checkout."""

from pathlib import Path

import pytest

from bot.errors import NotFound
from bot.understanding.bench import FOLDER, bench, scores

DATA = Path(__file__).parents[3] / "shared" / "data"
BARS = {"trial_a": 0.45, "trial_b": 0.82}


@pytest.mark.skipif(not (DATA / FOLDER).is_dir(), reason=f"no benchmark data in {DATA}")
def test_suggestions_are_recognised_as_well_as_promised() -> None:
    rows = bench(DATA)
    rules = {row.data: row for row in rows if row.system == "rules"}
    every = {row.data: row for row in rows if row.system == "all are suggestions"}
    for data, bar in BARS.items():
        assert rules[data].f1 >= bar
        assert rules[data].f1 > every[data].f1
    assert every["trial_a"].f1 == pytest.approx(0.18, abs=0.005)
    assert every["trial_b"].f1 == pytest.approx(0.67, abs=0.005)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"trial_a\.csv"):
        bench(tmp_path)


@pytest.mark.parametrize(
    ("found", "fooled", "share", "precision", "f1"),
    [
        (1.0, 1.0, 0.5, 0.5, 2 / 3),
        (1.0, 1.0, 0.1, 0.1, 2 / 11),
        (0.0, 0.3, 0.5, 0.0, 0.0),
        (0.8, 0.2, 0.5, 0.8, 0.8),
    ],
)
def test_scores_at_another_share(
    found: float, fooled: float, share: float, precision: float, f1: float
) -> None:
    assert scores(found, fooled, share) == pytest.approx((precision, f1))


def test_a_set_of_our_own_is_measured(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    lines = "id,sentence,label\n1,please add a loop,1\n2,it was raining,0\n"
    for name in BARS:
        (folder / f"{name}.csv").write_text(lines, encoding="utf-8")
    assert [(row.system, row.n, row.recall) for row in bench(tmp_path)][:3] == [
        ("rules", 2, 1.0),
        ("rules, recommendations not counted", 2, 1.0),
        ("all are suggestions", 2, 1.0),
    ]
