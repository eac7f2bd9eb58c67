"""The recipe on somebody's own labelled file, and any recogniser judged by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import process_time

import numpy as np

from bot.understanding.features import Seen, see
from bot.understanding.kinds import Kind
from bot.understanding.language import language_of
from bot.understanding.learning.corpus import LANGUAGES
from bot.understanding.learning.files import Row
from bot.understanding.learning.judging import (
    Figures,
    Numbers,
    Truth,
    figures,
    share_from,
    threshold_for,
)
from bot.understanding.learning.recipe import Labelled, OnStep, train
from bot.understanding.reading import pieces, whole
from bot.understanding.recogniser import Recogniser
from bot.understanding.rules import KINDS

QUESTION = "label"
_NO, _YES = "no", "yes"
_COUNTED = (Kind.SUGGESTION, Kind.WISH)
_RECOMMENDS = 0.5
"""The rules' score of a recommendation: praise for a shop, advice in the literature."""
_HEARD = 0.3
"""The rules' score from which they count it."""
_RULES, _CALLED = 0.75, 0.35
"""How much say the rules have about a place that the recogniser does not know, and from which
probability on it is called one there; both chosen on the trial sets of SemEval-2019."""
_ENOUGH = 100
"""Rows; of fewer the share of positives can't be told from the texts alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """``ms``: mean processor time per message. ``expected``: the share of positives that the texts
    alone, without their labels, made us expect; it set the threshold. None where one was given."""

    figures: Figures
    threshold: float
    expected: float | None
    ms: float


def learn(rows: Sequence[Row], *, seed: int, on_step: OnStep) -> Recogniser:
    """`InvalidInput` where there are too few of either."""
    examples = [
        Labelled(
            seen=see(whole(row.text, language_of(row.text, LANGUAGES))),
            group=row.text,
            labels={QUESTION: _YES if row.positive else _NO},
        )
        for row in rows
    ]
    made = train(examples, {QUESTION: (_NO, _YES)}, seed=seed, on_step=on_step)
    return replace(made, card={"rules": _rates(examples)})


def _rates(examples: Sequence[Labelled]) -> dict[str, float]:
    """How often the rules alone are right about positives, and how often they cry wolf."""
    ruled = np.array([_ruled(example.seen) >= _HEARD for example in examples])
    truth = np.array([example.labels[QUESTION] == _YES for example in examples])
    return {"hits": float(ruled[truth].mean()), "alarms": float(ruled[~truth].mean())}


def score(
    rows: Sequence[Row],
    recogniser: Recogniser,
    *,
    threshold: float | None = None,
    share: float | None = None,
    on_step: Callable[[int], None] = lambda done: None,
) -> Score:
    """How well it tells the positive rows from the others.

    Without ``threshold`` the texts set it. How many positives a set holds differs from place to
    place, and a probability that was learnt elsewhere is then off by much. The rules are off by
    little: from what they count follows the share that is to be expected, and that share of the
    texts is called positive. Labels take no part in it.
    """
    probability = _by_label if recogniser.answers(QUESTION) else _by_kind
    said, ruled = np.empty(len(rows)), np.empty(len(rows))
    probability(recogniser, "Is it warm in here?")
    took = 0.0
    for number, row in enumerate(rows):
        began = process_time()
        said[number], ruled[number] = probability(recogniser, row.text)
        took += process_time() - began
        on_step(number + 1)
    ms = took * 1000 / len(rows)
    truth = np.array([row.positive for row in rows])
    expected = None
    if threshold is None:
        threshold = _CALLED
        if len(rows) >= _ENOUGH and "rules" in recogniser.card:
            expected, threshold = _from_texts(said, ruled, truth, share, recogniser.card["rules"])
    found = figures(said, truth, threshold=threshold, share=share)
    return Score(figures=found, threshold=threshold, expected=expected, ms=ms)


def probabilities(rows: Sequence[Row], recogniser: Recogniser) -> tuple[Numbers, Numbers, float]:
    """What the recogniser says of each row, what the rules alone say, and from where on it is
    called positive, as the texts alone set it."""
    probability = _by_label if recogniser.answers(QUESTION) else _by_kind
    found = np.array([probability(recogniser, row.text) for row in rows])
    said, ruled = found[:, 0], found[:, 1]
    if len(rows) < _ENOUGH or "rules" not in recogniser.card:
        return said, ruled, _CALLED
    truth = np.zeros(len(rows), bool)
    return said, ruled, _from_texts(said, ruled, truth, None, recogniser.card["rules"])[1]


def _from_texts(
    said: Numbers, ruled: Numbers, truth: Truth, share: float | None, rates: dict[str, float]
) -> tuple[float, float]:
    """The share to be expected and the threshold that calls so many positive, in the world that
    is meant: where ``share`` says that the set was drawn otherwise, it is drawn back first."""
    drawn = np.arange(len(truth))
    if share is not None:
        chance = np.where(truth, share / truth.sum(), (1 - share) / (~truth).sum())
        drawn = np.random.default_rng(0).choice(len(truth), 20_000, p=chance)
    counted = float((ruled[drawn] >= _HEARD).mean())
    expected = share_from(counted, rates["hits"], rates["alarms"])
    return expected, threshold_for(said[drawn], expected)


def _by_label(recogniser: Recogniser, text: str) -> tuple[float, float]:
    seen = see(whole(text, language_of(text, LANGUAGES)))
    found = recogniser.head(QUESTION).stacker.probabilities(recogniser.inputs([seen]))
    return float(found[0, 1]), _ruled(seen)


def _by_kind(recogniser: Recogniser, text: str) -> tuple[float, float]:
    """The surest clause that suggests, wishes or advises others, recommendations included: what
    the literature calls a suggestion (Negi et al. 2019). In a place that is new to both, the rules
    that were written lead what was learnt."""
    seen = [see(unit) for unit in pieces(text, language_of(text, LANGUAGES))]
    if not seen:
        return 0.0, 0.0
    labels = recogniser.head("kind").labels
    counted = [labels.index(kind.value) for kind in _COUNTED]
    found = recogniser.head("kind").stacker.probabilities(recogniser.inputs(seen))
    learnt = float(found[:, counted].sum(axis=1).max())
    ruled = max(map(_ruled, seen))
    return (1 - _RULES) * learnt + _RULES * ruled, ruled


def _ruled(seen: Seen) -> float:
    counted = max(seen.verdict.scores[KINDS.index(kind)] for kind in _COUNTED)
    return max(counted, _RECOMMENDS * seen.verdict.recommends)
