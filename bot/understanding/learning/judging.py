"""Figures for a labelled set: precision, recall, F1, average precision, and how sure they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]
_DRAWN = 1_000
"""Bootstrap samples behind a confidence interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one answer against all others. ``f1_low`` to ``f1_high``: 95 % of bootstrap samples."""

    n: int
    positives: int
    share: float
    precision: float
    recall: float
    f1: float
    f1_low: float
    f1_high: float
    average_precision: float


def figures(
    said: Numbers, truth: Truth, *, threshold: float, share: float | None = None, seed: int = 0
) -> Figures:
    """``said``: probabilities. ``share``: of positives in the world that is meant, where the set
    was drawn otherwise; precision there follows from the two rates that don't depend on it."""
    weights = _weights(truth, share)
    drawn = np.random.default_rng(seed).integers(0, len(truth), (_DRAWN, len(truth)))
    called = said >= threshold
    f1s = [_f1(called[rows], truth[rows], weights[rows]) for rows in drawn]
    precision, recall = _rates(called, truth, weights)
    return Figures(
        n=len(truth),
        positives=int(truth.sum()),
        share=float(weights[truth].sum() / weights.sum()),
        precision=precision,
        recall=recall,
        f1=_f1(called, truth, weights),
        f1_low=float(np.percentile(f1s, 2.5)),
        f1_high=float(np.percentile(f1s, 97.5)),
        average_precision=average_precision(said, truth, weights),
    )


def _weights(truth: Truth, share: float | None) -> Numbers:
    if share is None:
        return np.ones(len(truth))
    each = np.where(truth, share / max(truth.sum(), 1), (1 - share) / max((~truth).sum(), 1))
    weights: Numbers = each * len(truth)
    return weights


def _rates(called: Truth, truth: Truth, weights: Numbers) -> tuple[float, float]:
    hits = weights[called & truth].sum()
    return (
        float(hits / weights[called].sum()) if called.any() else 0.0,
        float(hits / weights[truth].sum()) if truth.any() else 0.0,
    )


def _f1(called: Truth, truth: Truth, weights: Numbers) -> float:
    precision, recall = _rates(called, truth, weights)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def average_precision(said: Numbers, truth: Truth, weights: Numbers | None = None) -> float:
    """The area under precision over recall, as a sum of steps."""
    if not truth.any():
        return 0.0
    weights = np.ones(len(truth)) if weights is None else weights
    order = np.argsort(-said, kind="stable")
    hits = np.cumsum(weights[order] * truth[order])
    precision = hits / np.cumsum(weights[order])
    return float((precision * weights[order] * truth[order]).sum() / hits[-1])


def share_from(counted: float, hits: float, alarms: float) -> float:
    """The share of positives behind what a classifier counts, from the rates at which it hits and
    raises false alarms: the adjusted count (Forman 2008). Within 2 and 98 %."""
    return float(np.clip((counted - alarms) / max(hits - alarms, 0.05), 0.02, 0.98))


def threshold_for(said: Numbers, share: float) -> float:
    """The probability from which so large a share is called positive."""
    return float(np.quantile(said, 1 - share, method="higher"))


def calibration_error(said: Numbers, right: Truth, bins: int = 10) -> float:
    """Expected calibration error (Naeini et al. 2015): mean distance between how sure and how
    often right, over ``bins`` of equal width, weighted by how many fall into each."""
    which = np.minimum((said * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(said[which == at].mean() - right[which == at].mean()) * (which == at).mean()
            for at in range(bins)
            if (which == at).any()
        )
    )


def recall_at(said: Numbers, truth: Truth, precision: float) -> float:
    """The most of the positives that can be had while so many of those called are right."""
    order = np.argsort(-said, kind="stable")
    hits = np.cumsum(truth[order])
    enough = hits / np.arange(1, len(truth) + 1) >= precision
    return float(hits[enough].max() / truth.sum()) if enough.any() and truth.any() else 0.0


def macro_f1(truth: Sequence[Any], said: Sequence[Any], answers: Sequence[Any]) -> float:
    """The plain mean of the answers' F1; each example has one answer."""
    return float(np.mean([f1_of([t == a for t in truth], [s == a for s in said]) for a in answers]))


def f1_of(truth: Sequence[bool], said: Sequence[bool]) -> float:
    both = sum(t and s for t, s in zip(truth, said, strict=True))
    either = sum(truth) + sum(said)
    return 2 * both / either if either else 0.0
