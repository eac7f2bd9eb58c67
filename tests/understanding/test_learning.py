"""Training on somebody's own labelled file, and judging any recogniser by one."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.errors import InvalidInput, NotFound
from bot.understanding.learning import yes_or_no
from bot.understanding.learning.corpus import corpus, read
from bot.understanding.learning.files import Row, rows
from bot.understanding.learning.judging import (
    calibration_error,
    figures,
    recall_at,
    share_from,
    threshold_for,
)
from bot.understanding.recogniser import load, save

THINGS = (
    "lid strap handle zip box lamp chair cable door wheel pocket button hood shelf tray".split()
)
ASKS = ["please make the {} bigger", "could you add a second {}", "a lighter {} would be nice"]
TELLS = ["the {} is next to the wall", "my sister has the same {}", "we saw the {} on Sunday"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("labelled") / "said.csv"
    lines = [
        f'"{form.format(thing)}",{label}'
        for thing in THINGS
        for forms, label in ((ASKS, "idea"), (TELLS, "none"))
        for form in forms
    ]
    path.write_text("said,what\n" + "\n".join(lines), encoding="utf-8")
    return path


def hubbub(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from bot.cli import main; main()",
            "understanding",
            *map(str, words),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_recipe_is_trained_on_a_file_and_judged_by_it(file: Path, tmp_path: Path) -> None:
    columns = ("--text-column", "said", "--label-column", "what", "--positive", "idea")
    trained = hubbub("train", file, *columns, "--output", tmp_path / "model")
    assert trained.returncode == 0, trained.stderr
    scored = hubbub("score", file, *columns, "--model", tmp_path / "model", "--json")
    found = json.loads(scored.stdout)
    assert (found["n"], found["positives"]) == (90, 45)
    assert found["f1"] > 0.9
    assert found["f1_low"] <= found["f1"] <= found["f1_high"]
    table = hubbub("score", file, *columns)
    assert "Precision" in table.stdout
    assert table.returncode == 0


def test_the_same_seed_gives_the_same_file(file: Path, tmp_path: Path) -> None:
    said = rows(file, text="said", label="what", positive="idea")
    for name in ("one", "two"):
        save(yes_or_no.learn(said, seed=3, on_step=lambda *_: None), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    kept = load(tmp_path / "one")
    assert yes_or_no.score(said, kept).figures.f1 > 0.9


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (("wrong", "what", "idea"), "no “wrong”"),
        (("said", "what", "suggestion"), r"its labels are “idea” \(45\)"),
    ],
)
def test_a_column_or_label_that_is_not_there_is_named(
    file: Path, columns: tuple[str, str, str], says: str
) -> None:
    text, label, positive = columns
    with pytest.raises(InvalidInput, match=says):
        rows(file, text=text, label=label, positive=positive)


def test_tabs_and_lines_of_json_are_read_as_well(tmp_path: Path) -> None:
    tabs, lines = tmp_path / "a.tsv", tmp_path / "a.jsonl"
    tabs.write_text("text\tlabel\nlonger, please\t1\nhello\t0\n", encoding="utf-8")
    lines.write_text('{"text": "longer, please", "label": 1}\n{"text": "hello", "label": 0}\n')
    for path in (tabs, lines):
        found = rows(path, text="text", label="label", positive="1")
        assert [(row.text, row.positive) for row in found] == [
            ("longer, please", True),
            ("hello", False),
        ]
    lines.write_text("{oops\n")
    with pytest.raises(InvalidInput, match="line 1: that is no JSON"):
        rows(lines, text="text", label="label", positive="1")
    with pytest.raises(NotFound):
        rows(tmp_path / "missing.csv", text="text", label="label", positive="1")


def test_too_few_examples_are_refused_with_their_number(tmp_path: Path) -> None:
    said = [Row(text=f"hello {at}", positive=at == 0) for at in range(20)]
    with pytest.raises(InvalidInput, match="Only 1 examples"):
        yes_or_no.learn(said, seed=0, on_step=lambda *_: None)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recogniser.zip"
    for content in (b"", b"PK\x03\x04 not really", b"{}"):
        path.write_bytes(content)
        with pytest.raises(InvalidInput, match="no model"):
            load(path)


def test_a_broken_line_of_the_corpus_is_named() -> None:
    with pytest.raises(InvalidInput, match="line 3: “suggestion” is no label"):
        list(read("a.txt", "= one\nen|hello\nen|{suggestion|longer}\n"))
    with pytest.raises(InvalidInput, match=r"line 2: “xx\|hello”"):
        list(read("a.txt", "= one\nxx|hello\n"))


def test_labels_wrap_the_exact_words() -> None:
    (example,) = read(
        "a.txt", "= one\n> What?\nen|Hi. {sugg.i0@web|Add a filter}, {praise+|thanks}\n"
    )
    assert example.text == "Hi. Add a filter, thanks"
    assert example.post == "What?"
    assert [example.text[s.start : s.end] for s in example.spans] == ["Add a filter", "thanks"]


def test_no_idea_is_in_both_splits_and_no_test_sentence_in_the_corpus() -> None:
    examples = corpus()
    by_idea: dict[str, set[bool]] = {}
    for example in examples:
        by_idea.setdefault(example.idea, set()).add(example.tested)
    assert {len(splits) for splits in by_idea.values()} == {1}
    assert 0.15 < sum(example.tested for example in examples) / len(examples) < 0.25
    tests = Path(__file__).with_name("test_kinds_of_signal.py").read_text(encoding="utf-8")
    asked = {_plain(text) for text in re.findall(r'"([^"\n]{4,200})"', tests)}
    assert asked.isdisjoint({_plain(example.text) for example in examples})


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def test_figures_by_hand() -> None:
    truth = np.array([True, True, False, False])
    said = np.array([0.9, 0.4, 0.6, 0.1])
    found = figures(said, truth, threshold=0.5)
    assert (found.precision, found.recall, found.f1) == (0.5, 0.5, 0.5)
    weighed = figures(said, truth, threshold=0.5, share=0.1)
    assert weighed.precision == pytest.approx(0.1)  # .05 right of .5
    assert recall_at(said, truth, 0.9) == 0.5
    assert calibration_error(np.array([0.95, 0.95]), np.array([True, False])) == pytest.approx(0.45)
    assert share_from(0.4, hits=0.7, alarms=0.1) == pytest.approx(0.5)
    assert threshold_for(said, 0.25) == 0.9
