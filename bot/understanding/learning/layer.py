"""An installation's own layer above the recogniser that ships: what its staff's corrections teach.

It starts as nothing at all (weights of 0 change no probability) and is pulled back there, so that
few corrections move it little. numpy alone fits it: scikit-learn is not there at run time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.understanding.features import RULES, Seen
from bot.understanding.recogniser import Matrix, softmax

_PULL = 3.0
"""Strength of the pull to 0 (ridge), chosen on set A of SemEval-2019 Task 9: flat from 3 to 10."""
_STEPS, _STILL = 25, 1e-5
_SURE, _SCALE = -6.0, 3.0
"""Log-probabilities are cut here, and divided so that they are about as large as the rules."""
_SURPRISE, _LEAST_HELD = 1e-3, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """``weights``: (inputs + 1) × labels, the last row for what is always so."""

    weights: Matrix

    def probabilities(self, before: Matrix, inputs: Matrix) -> Matrix:
        """``before``: n × labels, what is thought without the layer."""
        return softmax(_logs(before) + _with_one(inputs) @ self.weights)

    def as_json(self) -> dict[str, Any]:
        return {"weights": [[round(float(w), 5) for w in row] for row in self.weights]}


def from_json(stored: Mapping[str, Any]) -> Layer | None:
    """None where it was learnt by a version that saw other things."""
    weights = np.array(stored.get("weights", []), np.float32)
    return Layer(weights=weights) if weights.ndim == 2 else None


def inputs_of(before: Matrix, seen: Sequence[Seen]) -> Matrix:
    """What a layer looks at, ``n × (labels + RULES)``: the probabilities without it, the rules."""
    rules = np.stack([one.dense[:RULES] for one in seen])
    result: Matrix = np.hstack([_logs(before) / _SCALE, rules]).astype(np.float32)
    return result


def fit(before: Matrix, inputs: Matrix, truth: Sequence[int], pull: float = _PULL) -> Layer:
    """The ridge's optimum by Newton's steps, each halved until it helps. ``truth``: n labels."""
    start, rows = _logs(before).astype(np.float64), _with_one(inputs).astype(np.float64)
    labels = start.shape[1]
    wanted = np.eye(labels)[np.asarray(truth, int)]
    weights = np.zeros((rows.shape[1], labels))
    cost = _cost(start, rows, wanted, weights, pull)
    for _ in range(_STEPS):
        step = _step(start, rows, wanted, weights, pull)
        size = 1.0
        while (
            new := _cost(start, rows, wanted, weights - size * step, pull)
        ) > cost and size > _STILL:
            size /= 2
        if cost - new < _STILL:
            break
        weights, cost = weights - size * step, new
    return Layer(weights=weights.astype(np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """On corrections that nothing was learnt from. ``surprise``: mean negative log-probability of
    what staff said, in nats."""

    n: int
    right: int
    surprise: float


def judge(layer: Layer | None, before: Matrix, inputs: Matrix, truth: Sequence[int]) -> Judged:
    """How well it foresees what staff said; without a layer, how well what ships does."""
    if not len(truth):
        return Judged(n=0, right=0, surprise=0.0)
    found = layer.probabilities(before, inputs) if layer else softmax(_logs(before))
    of_truth = found[np.arange(len(truth)), np.asarray(truth, int)]
    return Judged(
        n=len(truth),
        right=int((found.argmax(axis=1) == np.asarray(truth)).sum()),
        surprise=float(-np.log(of_truth + 1e-9).mean()),
    )


def never_worse(new: Judged, old: Judged) -> bool:
    """The gate: on what neither has learnt from, as many right at least and no more surprised."""
    enough = new.n >= _LEAST_HELD
    return enough and new.right >= old.right and new.surprise <= old.surprise + _SURPRISE


def _logs(probabilities: Matrix) -> Matrix:
    result: Matrix = np.log(np.maximum(probabilities, np.exp(_SURE))).astype(np.float32)
    return result


def _with_one(inputs: Matrix) -> Matrix:
    result: Matrix = np.hstack([inputs, np.ones((len(inputs), 1), inputs.dtype)])
    return result


def _cost(start: Any, rows: Any, wanted: Any, weights: Any, pull: float) -> float:
    found = softmax(start + rows @ weights)
    return float(-(wanted * np.log(found + 1e-12)).sum() + pull / 2 * np.square(weights).sum())


def _step(start: Any, rows: Any, wanted: Any, weights: Any, pull: float) -> Any:
    """Inverse curvature × gradient, both of all weights at once."""
    found = softmax(start + rows @ weights)
    slope = rows.T @ (found - wanted) + pull * weights
    (inputs, labels), n = weights.shape, len(rows)
    bend = np.zeros((labels, inputs, labels, inputs))
    for one in range(labels):
        for two in range(labels):
            share = found[:, one] * ((one == two) - found[:, two])
            bend[one, :, two, :] = rows.T @ (rows * share.reshape(n, 1))
    flat = bend.reshape(labels * inputs, labels * inputs) + pull * np.eye(labels * inputs)
    return np.linalg.solve(flat, slope.T.reshape(-1)).reshape(labels, inputs).T
