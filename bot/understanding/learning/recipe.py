"""The recipe: from labelled stretches of text to a recogniser. The same seed, the same file.

1. A linear base over n-grams and counts, judged only on folds that it did not see (folds by
   group, so that nothing said twice helps itself).
2. A stacker over what the base said of unseen folds, and the rules.
3. The base once more, on everything.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.errors import InvalidInput
from bot.understanding.features import RULES, Seen
from bot.understanding.recogniser import Head, Matrix, Recogniser, Stacker, softmax

FOLDS = 5
_TWO = 2
_LEAST_WORDS, _LEAST_CHARACTERS = 2, 4
"""Stretches in which a gram must stand before it is kept."""
_MOST_GRAMS = 60_000
_CHARACTERS = 0.5
"""What a run of characters weighs beside a word: it helps small languages and blurs large ones."""
_COUNTS = 0.15
"""What a count weighs beside the n-grams, in standard deviations."""
_BASE_C, _STACK_C = (1.0, 6.0), (0.002, 0.1)
"""Inverse strength of regularisation, for two answers and for more, each of which then has fewer
examples; like the lines above chosen on training parts only."""
_LEAN = 0.4
"""How far the rare answers are favoured where one must be named: their share to this power."""

OnStep = Callable[[str, int, int], None]
"""What is being done, steps done, steps in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """``labels``: an answer per question; a question that it can't answer is left out."""

    seen: Seen
    group: str
    labels: Mapping[str, str]


def train(
    examples: Sequence[Labelled],
    questions: Mapping[str, Sequence[str]],
    *,
    seed: int = 0,
    on_step: OnStep = lambda what, done, all: None,
) -> Recogniser:
    """``questions``: name → possible answers. `InvalidInput` where an answer has no examples."""
    _check(examples, questions)
    steps = _Steps(all=1 + len(questions) * (FOLDS + 2), on_step=on_step)
    table = _table(examples, seed)
    steps.done("counted")
    bases = [_base(table, name, answers, seed, steps) for name, answers in questions.items()]
    inputs = np.hstack([*(base.unseen for base in bases), table.dense[:, :RULES]])
    heads, start = [], 0
    for base in bases:
        answers = len(base.answers)
        stacker = fit_stacker(inputs[base.rows], base.truth[base.rows], answers, seed=seed)
        heads.append(
            Head(
                name=base.name,
                labels=tuple(base.answers),
                columns=slice(start, start + answers),
                stacker=stacker,
                lean=_lean(base.truth[base.rows], answers),
            )
        )
        start += answers
        steps.done(f"{base.name}: stacker")
    weights = np.hstack([base.weights for base in bases])
    grams = len(table.idf)
    return Recogniser(
        vocabulary=table.vocabulary,
        idf=table.idf,
        weights=(weights[:grams] * table.idf[:, None]).astype(np.float32),
        counts=(weights[grams:] * _COUNTS / table.scale[:, None]).astype(np.float32),
        mean=table.mean,
        bias=np.concatenate([base.bias for base in bases]),
        heads=tuple(heads),
    )


@dataclass(slots=True, kw_only=True)
class _Steps:
    all: int
    on_step: OnStep
    count: int = 0

    def done(self, what: str) -> None:
        self.count += 1
        self.on_step(what, self.count, self.all)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The examples as numbers: ``grams`` n × features, sparse; ``folds`` n."""

    examples: Sequence[Labelled]
    vocabulary: dict[str, int]
    idf: Matrix
    dense: Matrix
    mean: Matrix
    scale: Matrix
    grams: Any
    folds: np.ndarray[Any, Any]


def _table(examples: Sequence[Labelled], seed: int) -> _Table:
    seen = [example.seen for example in examples]
    vocabulary, idf = _vocabulary(seen)
    dense = np.stack([one.dense for one in seen])
    mean, scale = _standard(dense)
    return _Table(
        examples=examples,
        vocabulary=vocabulary,
        idf=idf,
        dense=dense,
        mean=mean,
        scale=scale,
        grams=_vectors(seen, vocabulary, idf, (dense - mean) / scale * _COUNTS),
        folds=_folds([example.group for example in examples], seed),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What one question's linear model is and what it says of folds that it has not seen."""

    name: str
    answers: Sequence[str]
    rows: np.ndarray[Any, Any]
    truth: np.ndarray[Any, Any]
    unseen: Matrix
    weights: Matrix
    bias: Matrix


def _base(table: _Table, name: str, answers: Sequence[str], seed: int, steps: _Steps) -> _Base:
    rows, truth = _answered(table.examples, name, answers)
    unseen = np.zeros((len(truth), len(answers)), np.float32)
    strength = _of(_BASE_C, len(answers))
    for fold in range(FOLDS):
        inside, outside = rows & (table.folds != fold), table.folds == fold
        model = _fit(table.grams[inside], truth[inside], len(answers), strength, seed)
        unseen[outside] = _logits(model, table.grams[outside])
        steps.done(f"{name}: fold {fold + 1}")
    weights, bias = _fit(table.grams[rows], truth[rows], len(answers), strength, seed)
    steps.done(f"{name}: base")
    return _Base(
        name=name,
        answers=answers,
        rows=rows,
        truth=truth,
        unseen=unseen,
        weights=weights,
        bias=bias,
    )


def fit_stacker(
    inputs: Matrix, truth: np.ndarray[Any, Any], answers: int, *, seed: int = 0
) -> Stacker:
    """``inputs``: as `Recogniser.inputs` gives them; ``truth``: n numbers of answers.

    Held back so much that it leans on everything a little, and then made as sure as it may be
    (one temperature, Guo et al. 2017): what leans on one thing alone fails in another shop.
    """
    mean, scale = _standard(inputs)
    standard = ((inputs - mean) / scale).astype(np.float32)
    weights, bias = _fit(standard, truth, answers, _of(_STACK_C, answers), seed)
    surer = _temperature(standard @ weights + bias, truth)
    return Stacker(mean=mean, scale=scale, weights=weights * surer, bias=bias * surer)


def _of(strength: tuple[float, float], answers: int) -> float:
    return strength[answers > _TWO]


def _temperature(logits: Matrix, truth: np.ndarray[Any, Any]) -> np.float32:
    """The factor under which the truth is likeliest."""
    from scipy.optimize import minimize_scalar

    rows = np.arange(len(truth))

    def surprise(log: float) -> float:
        return float(-np.log(softmax(logits * np.exp(log))[rows, truth] + 1e-9).mean())

    return np.float32(np.exp(minimize_scalar(surprise, bounds=(-1, 4), method="bounded").x))


def _lean(truth: np.ndarray[Any, Any], answers: int) -> Matrix:
    shares = np.bincount(truth, minlength=answers) / len(truth)
    lean: Matrix = (np.maximum(shares, 1e-3) ** -_LEAN).astype(np.float32)
    return lean / lean.min() if answers > _TWO else np.ones(answers, np.float32)


def _standard(inputs: Matrix) -> tuple[Matrix, Matrix]:
    """Mean and standard deviation of each column; 1 where it is always the same."""
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0)
    scale[scale < 1e-6] = 1.0
    return mean.astype(np.float32), scale.astype(np.float32)


def _check(examples: Sequence[Labelled], questions: Mapping[str, Sequence[str]]) -> None:
    for name, answers in questions.items():
        found = Counter(example.labels.get(name) for example in examples)
        for answer in answers:
            if found[answer] < FOLDS:
                raise InvalidInput(
                    f"Only {found[answer]} examples answer “{name}” with “{answer}”; the recipe "
                    f"needs {FOLDS} at least, better some hundreds."
                )


def _vocabulary(seen: Sequence[Seen]) -> tuple[dict[str, int], Matrix]:
    counted: Counter[str] = Counter()
    for one in seen:
        counted.update(one.grams)
    kept = [
        (-n, gram)
        for gram, n in counted.items()
        if n >= (_LEAST_CHARACTERS if gram.startswith("~") else _LEAST_WORDS)
    ]
    kept = sorted(sorted(kept)[:_MOST_GRAMS], key=lambda pair: pair[1])
    idf = np.log((1 + len(seen)) / (1 - np.array([n for n, _ in kept], np.float64))) + 1
    idf *= np.array([_CHARACTERS if gram.startswith("~") else 1.0 for _, gram in kept])
    return {gram: at for at, (_, gram) in enumerate(kept)}, idf.astype(np.float32)


def _vectors(
    seen: Sequence[Seen], vocabulary: Mapping[str, int], idf: Matrix, counts: Matrix
) -> Any:
    """Sparse rows: grams by their idf, of length one together, and then the counts."""
    from scipy.sparse import csr_matrix, hstack

    starts, columns, values = [0], [], []
    for one in seen:
        known = [at for gram in one.grams if (at := vocabulary.get(gram)) is not None]
        row = idf[known]
        length = float(np.sqrt(np.square(row).sum())) or 1.0
        columns.append(np.array(known, np.int32))
        values.append(row / length)
        starts.append(starts[-1] + len(known))
    grams = csr_matrix(
        (np.concatenate(values), np.concatenate(columns), np.array(starts)),
        shape=(len(seen), len(vocabulary)),
    )
    return hstack([grams, csr_matrix(counts)]).tocsr()


def _folds(groups: Sequence[str], seed: int) -> np.ndarray[Any, Any]:
    """A fold per example; a group is never in two."""
    names = sorted(set(groups))
    drawn = np.random.default_rng(seed).permutation(len(names)) % FOLDS
    of = dict(zip(names, drawn, strict=True))
    return np.array([of[group] for group in groups])


def _answered(
    examples: Sequence[Labelled], name: str, answers: Sequence[str]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Which examples answer the question, and the number of each one's answer (-1: none)."""
    number = {answer: at for at, answer in enumerate(answers)}
    truth = np.array([number.get(example.labels.get(name, ""), -1) for example in examples])
    return truth >= 0, truth


def _fit(rows: Any, truth: Any, answers: int, c: float, seed: int) -> tuple[Matrix, Matrix]:
    """Weights (features × answers) and bias; two answers share one line between them."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=c, max_iter=400, random_state=seed, tol=1e-3)
    model.fit(rows, truth)
    weights = np.zeros((rows.shape[1], answers), np.float32)
    bias = np.full(answers, -8.0, np.float32)  # an answer that this fold has not seen
    if len(model.classes_) == 2:
        half, start = model.coef_[0] / 2, model.intercept_[0] / 2
        for at, sign in zip(model.classes_, (-1, 1), strict=True):
            weights[:, at], bias[at] = sign * half, sign * start
    else:
        weights[:, model.classes_], bias[model.classes_] = model.coef_.T, model.intercept_
    return weights, bias


def _logits(model: tuple[Matrix, Matrix], rows: Any) -> Matrix:
    weights, bias = model
    result: Matrix = rows @ weights + bias
    return result
