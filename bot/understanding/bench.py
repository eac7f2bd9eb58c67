"""How well suggestions are recognised, measured on SemEval-2019 Task 9 (never shipped).

Its trial sets are half suggestions; in the world of set A one in ten is. Precision at another
share follows from the two rates that do not depend on it, so A is re-weighted to 10 %.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from bot.errors import NotFound
from bot.understanding.kinds import Kind
from bot.understanding.reading import understand

FOLDER = "semeval2019-task9"
SETS = (("trial_a", 0.10), ("trial_b", None))
"""File and the share of suggestions to re-weight to; None takes the set as it is."""
_RECOMMENDS = ("recommends it",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. `ms`: mean processor time per message; 0 where nothing was read."""

    data: str
    system: str
    n: int
    share: float
    precision: float
    recall: float
    f1: float
    ms: float


def bench(data: Path) -> list[Row]:
    """Per set: the rules, the rules without recommendations, and calling everything one.

    `NotFound` names a file that is missing."""
    return [row for name, share in SETS for row in _rows(name, _labelled(data, name), share)]


def suggests(text: str) -> bool:
    """The shop's question: does it ask for a change or a product, or advise other customers?"""
    return any(signal.kind in (Kind.SUGGESTION, Kind.WISH) for signal in understand(text))


def suggests_or_recommends(text: str) -> bool:
    """The task's question: there "I'd recommend it" is advice too; for a shop it is praise."""
    return any(
        signal.kind in (Kind.SUGGESTION, Kind.WISH)
        or any(reason.startswith(_RECOMMENDS) for reason in signal.why)
        for signal in understand(text)
    )


def _rows(name: str, labelled: Sequence[tuple[str, bool]], share: float | None) -> list[Row]:
    suggests("warm up")
    began = process_time()
    said = [suggests_or_recommends(text) for text, _ in labelled]
    ms = (process_time() - began) * 1000 / len(labelled)
    asked = [suggests(text) for text, _ in labelled]
    truth = [label for _, label in labelled]
    return [
        _row(name, "rules", said, truth, share, ms),
        _row(name, "rules, recommendations not counted", asked, truth, share, ms),
        _row(name, "all are suggestions", [True] * len(truth), truth, share, 0.0),
    ]


def _row(
    name: str, system: str, said: Sequence[bool], truth: Sequence[bool], share: float | None,
    ms: float,
) -> Row:  # fmt: skip
    found = sum(s for s, t in zip(said, truth, strict=True) if t) / sum(truth)
    fooled = sum(s for s, t in zip(said, truth, strict=True) if not t) / (len(truth) - sum(truth))
    prior = sum(truth) / len(truth) if share is None else share
    precision, f1 = scores(found, fooled, prior)
    return Row(
        data=name, system=system, n=len(truth), share=prior, precision=precision, recall=found,
        f1=f1, ms=ms,
    )  # fmt: skip


def scores(found: float, fooled: float, share: float) -> tuple[float, float]:
    """Precision and F1 from the rate of hits and of false alarms at a given share."""
    hits, alarms = share * found, (1 - share) * fooled
    precision = hits / (hits + alarms) if hits else 0.0
    return precision, 2 * precision * found / (precision + found) if hits else 0.0


def _labelled(data: Path, name: str) -> list[tuple[str, bool]]:
    path = data / FOLDER / f"{name}.csv"
    if not path.is_file():
        raise NotFound(f"The benchmark needs {path}, which is not there. Give --data DIR.")
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        return [(row["sentence"], row["label"] == "1") for row in csv.DictReader(lines)]
