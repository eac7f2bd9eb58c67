"""What corrections are worth, measured: a place that is new to the recogniser, and its staff put a
few messages right. The corrected messages take no part in judging."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import numpy.typing as npt

from bot.understanding.features import see
from bot.understanding.kinds import Kind
from bot.understanding.language import language_of
from bot.understanding.learning import yes_or_no
from bot.understanding.learning.corpus import LANGUAGES, corpus
from bot.understanding.learning.files import Row
from bot.understanding.learning.judging import Numbers, Truth, f1_of
from bot.understanding.learning.layer import fit, inputs_of
from bot.understanding.reading import thought, whole
from bot.understanding.recogniser import Matrix, Recogniser

Rows = npt.NDArray[np.int_]
DRAWS = 40
_SAMPLED = 8
"""One of so many is drawn at random, as the review queue does."""
_EDGE = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """F1 on what was not corrected, over `DRAWS` draws. ``low`` to ``high``: 95 % of the draws.
    ``ms``: the slowest fit."""

    mean: float
    low: float
    high: float
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Messages as a layer sees them."""

    before: Matrix
    inputs: Matrix
    truth: Truth

    @property
    def doubt(self) -> Numbers:
        """0: sure; .5: it may be either."""
        doubt: Numbers = 0.5 - np.abs(self.before[:, 1] - 0.5)
        return doubt


def place(rows: Sequence[Row], recogniser: Recogniser) -> Place:
    """Probabilities moved so that what was called without corrections is what lies above .5."""
    said, ruled, threshold = yes_or_no.probabilities(rows, recogniser)
    moved = 1 / (1 + np.exp(_logit(np.array([threshold]))[0] - _logit(said)))
    before = np.column_stack([1 - moved, moved]).astype(np.float32)
    seen = [see(whole(row.text, language_of(row.text, LANGUAGES))) for row in rows]
    inputs = np.column_stack([inputs_of(before, seen), ruled]).astype(np.float32)
    return Place(before=before, inputs=inputs, truth=np.array([row.positive for row in rows]))


def after(of: Place, corrections: int, *, by_queue: bool, pull: float | None = None) -> Learnt:
    """``by_queue``: in the review queue's order, doubtful ones first with its random sample."""
    f1s, took = [], []
    for draw in range(DRAWS):
        chosen = _chosen(of, corrections, np.random.default_rng(draw), by_queue)
        rest = np.setdiff1d(np.arange(len(of.truth)), chosen)
        began = perf_counter()
        truth = of.truth[chosen].astype(int).tolist()
        layer = fit(of.before[chosen], of.inputs[chosen], truth, *([pull] if pull else []))
        took.append((perf_counter() - began) * 1000)
        found = layer.probabilities(of.before[rest], of.inputs[rest])[:, 1] >= 0.5
        f1s.append(f1_of(of.truth[rest].tolist(), found.tolist()))
    low, high = np.percentile(f1s, [2.5, 97.5])
    return Learnt(mean=float(np.mean(f1s)), low=float(low), high=float(high), ms=max(took))


def refit_ms(corrections: int) -> float:
    """What an installation pays for a correction: our own corpus, read again and fitted."""
    spans = [(one, span) for one in corpus() if one.tested for span in one.spans][:corrections]
    began = perf_counter()
    before, inputs, kinds = [], [], []
    for one, span in spans:
        found, looked_at = thought(one.text, span.start, span.end, language=one.language)
        if len(found):
            before.append(found)
            inputs.append(looked_at)
            kinds += [list(Kind).index(span.kind)] * len(found)
    fit(np.vstack(before), np.vstack(inputs), kinds)
    return (perf_counter() - began) * 1000


def _chosen(of: Place, most: int, random: np.random.Generator, by_queue: bool) -> Rows:
    """Of a window of 200 that came in: a queue knows no more than that."""
    came = random.permutation(len(of.truth))
    if not by_queue:
        return came[:most]
    window = came[:200]
    sampled = window[: most // _SAMPLED]
    others = window[most // _SAMPLED :]
    doubtful = others[np.argsort(-of.doubt[others], kind="stable")]
    chosen: Rows = np.concatenate([sampled, doubtful[: most - len(sampled)]])
    return chosen


def _logit(said: Numbers) -> Numbers:
    cut = said.clip(_EDGE, 1 - _EDGE)
    found: Numbers = np.log(cut / (1 - cut))
    return found
