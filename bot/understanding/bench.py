"""How well and how fast messages are understood, measured. Nothing here is tuned.

Sets: the part of our own corpus that nobody tunes on, and where its folder is given, SemEval-2019
Task 9 (never shipped; what ships has not learnt from it). Its trial sets are half suggestions; in
the world of set A one in ten is, and A is weighed so.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np
from textblob import TextBlob

from bot.errors import NotFound
from bot.understanding import bench_learning, bench_products
from bot.understanding.kinds import Context, Facet, Kind, Signal
from bot.understanding.learning import yes_or_no
from bot.understanding.learning.corpus import Example, corpus
from bot.understanding.learning.files import Row
from bot.understanding.learning.judging import calibration_error, f1_of, macro_f1, recall_at
from bot.understanding.reading import understand
from bot.understanding.recogniser import Recogniser, shipped

FOLDER = "semeval2019-task9"
SETS = {"trial_a": 0.10, "trial_b": None}
"""File and the share of suggestions to weigh it by; None takes the set as it is."""
_TIMED = 500
"""Messages whose time is taken."""
_FELT = 0.1
"""How far from 0 a polarity must be to count as one."""

OnStep = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """``bar``: what is asked for; ``most``: the bar is an upper one."""

    key: str
    what: str
    figure: float
    bar: float | None = None
    most: bool = False
    how: str = ""

    @property
    def reached(self) -> bool | None:
        if self.bar is None:
            return None
        return self.figure <= self.bar if self.most else self.figure >= self.bar


def bench(data: Path | None, *, on_step: OnStep = lambda what: None) -> list[Measured]:
    """All figures; those of SemEval only with its folder. `NotFound` names a file that is not
    in a folder that was given."""
    sets = {name: labelled(data, name) for name in ("train", *SETS)} if data else None
    found = [*_own(on_step), *_costs(on_step)]
    if data and sets:
        found += [*_semeval(sets, on_step), *_products(data, on_step)]
    return found


def _products(data: Path, on_step: OnStep) -> list[Measured]:
    """On the half of the titles that nothing was chosen on."""
    on_step("products by what people call them")
    bars = {"other": 0.9, "short": 0.85, "typos": 0.8}
    return [
        Measured(
            key=f"product_{way}",
            what=f"product at first place of 10,000, {way}",
            figure=found.right,
            bar=bars[way],
            how=f"{found.asked} asked, another product {found.wrong:.1%}, {found.ms:.2f} ms",
        )
        for way, found in bench_products.measure(data, half=1).items()
    ]


def _own(on_step: OnStep) -> list[Measured]:
    on_step("our own corpus")
    examples = [example for example in corpus() if example.tested]
    heard = [_heard(example) for example in examples]
    n = f"{len(examples):,} messages"
    by_kind = {kind: _kind_f1(examples, heard, kind) for kind in Kind}
    sure = np.array([signal.confidence for signals in heard for signal in signals])
    right = np.array(
        [s.kind in e.kinds for e, signals in zip(examples, heard, strict=True) for s in signals]
    )
    suggests = np.array([Kind.SUGGESTION in example.kinds for example in examples])
    said = np.array([_surest(signals, Kind.SUGGESTION) for signals in heard])
    return [
        Measured(
            key="own_macro_f1",
            what="kinds, macro-F1",
            figure=float(np.mean(list(by_kind.values()))),
            bar=0.75,
            how=f"{n}: " + ", ".join(f"{kind.value} {f1:.2f}" for kind, f1 in by_kind.items()),
        ),
        Measured(
            key="own_suggestion_f1", what="suggestions, F1", figure=by_kind[Kind.SUGGESTION],
            bar=0.80, how=n,
        ),
        _facets(examples, heard),
        Measured(
            key="own_calibration_error", what="how far sure is from right",
            figure=calibration_error(sure, right), bar=0.05, most=True,
            how=f"{len(sure):,} signals",
        ),
        Measured(
            key="own_recall_at_90", what="suggestions found at precision .9",
            figure=recall_at(said, suggests, 0.9), bar=0.5, how=n,
        ),
        *_polarity(examples, heard),
    ]  # fmt: skip


def _heard(example: Example) -> tuple[Signal, ...]:
    context = Context(post=example.post) if example.post else None
    return understand(example.text, language=example.language, context=context)


def _kind_f1(examples: Sequence[Example], heard: Sequence[tuple[Signal, ...]], kind: Kind) -> float:
    said = [any(signal.kind is kind for signal in signals) for signals in heard]
    return f1_of([kind in example.kinds for example in examples], said)


def _surest(signals: Sequence[Signal], kind: Kind) -> float:
    return max((signal.confidence for signal in signals if signal.kind is kind), default=0.0)


def _facets(examples: Sequence[Example], heard: Sequence[tuple[Signal, ...]]) -> Measured:
    """Of what was found: a signal whose kind is right, with the facet of the span of that kind."""
    truth, said = [], []
    for example, signals in zip(examples, heard, strict=True):
        for signal in signals:
            spans = [span for span in example.spans if span.kind is signal.kind]
            if spans and signal.kind is not Kind.CHATTER:
                truth.append(spans[0].facet)
                said.append(signal.facet)
    figure = macro_f1(truth, said, list(Facet))
    return Measured(
        key="own_facet_f1", what="facets, macro-F1", figure=figure, how=f"{len(said):,} signals"
    )


def _polarity(examples: Sequence[Example], heard: Sequence[tuple[Signal, ...]]) -> list[Measured]:
    """Beside TextBlob alone, on the same words of messages that do one thing."""
    truth, said, blob = [], [], []
    for example, signals in zip(examples, heard, strict=True):
        if len(example.spans) == 1:
            truth.append(example.spans[0].feeling)
            said.append(_sign(signals[0].polarity))
            blob.append(_sign(TextBlob(example.text).sentiment.polarity))
    answers = (-1, 0, 1)
    alone = macro_f1(truth, blob, answers)
    figure = macro_f1(truth, said, answers)
    how = f"{len(truth):,} messages"
    return [
        Measured(key="own_polarity_f1", what="polarity, macro-F1", figure=figure, bar=alone + 0.15,
                 how=how),
        Measured(key="textblob_polarity_f1", what="TextBlob alone", figure=alone, how=how),
    ]  # fmt: skip


def _sign(felt: float) -> int:
    return (felt > _FELT) - (felt < -_FELT)


def _costs(on_step: OnStep) -> list[Measured]:
    on_step("time per message")
    examples = [example for example in corpus() if example.tested][:_TIMED]
    took = []
    understand("Is it warm in here?")
    for example in examples:
        began = process_time()
        understand(example.text)
        took.append((process_time() - began) * 1000)
    slow = np.percentile(took, 99)
    how = f"{len(examples)} messages, the median; the 99th percentile is {slow:.2f}"
    return [
        Measured(
            key="ms_per_message",
            what="processor ms per message",
            figure=float(np.median(took)),
            bar=1.0,
            most=True,
            how=how,
        ),
    ]


def _semeval(sets: dict[str, list[Row]], on_step: OnStep) -> list[Measured]:
    on_step("what ships, on SemEval-2019 Task 9")
    found = _judged(sets, shipped(), "shipped", {"trial_a": 0.48, "trial_b": 0.84})
    on_step("the recipe, trained on SemEval's own training set")
    made = yes_or_no.learn(sets["train"], seed=0, on_step=lambda what, done, all: on_step(what))
    found += _judged(sets, made, "recipe", {"trial_a": 0.56, "trial_b": 0.84})
    on_step("after 25 corrections")
    return found + _corrected(sets["trial_b"], {"shipped": shipped(), "recipe": made})


def _corrected(rows: Sequence[Row], recognisers: Mapping[str, Recogniser]) -> list[Measured]:
    """Of set B, after 25 messages were put right, and 100; judged on the others."""
    found, slowest = [], 0.0
    for who, recogniser in recognisers.items():
        place = bench_learning.place(rows, recogniser)
        for by_queue, how in ((False, "at random"), (True, "by the review queue")):
            for corrections, bar in ((25, 0.87), (100, None)):
                got = bench_learning.after(place, corrections, by_queue=by_queue)
                slowest = max(slowest, got.ms)
                found.append(
                    Measured(
                        key=f"{who}_trial_b_{corrections}_{'queue' if by_queue else 'random'}",
                        what=f"suggestions, F1, trial_b, {who}, {corrections} corrected {how}",
                        figure=got.mean,
                        bar=bar,
                        how=f"{bench_learning.DRAWS} draws, 95 %: {got.low:.3f}–{got.high:.3f}",
                    )
                )
    own = bench_learning.refit_ms(300)
    return [
        *found,
        Measured(key="refit_ms", what="ms to learn from 300 corrections, eight kinds",
                 figure=max(own, slowest), bar=1000, most=True, how="the slowest of all fits here"),
    ]  # fmt: skip


def _judged(
    sets: dict[str, list[Row]], recogniser: Recogniser, who: str, bars: dict[str, float]
) -> list[Measured]:
    found = []
    for name, share in SETS.items():
        score = yes_or_no.score(sets[name], recogniser, share=share)
        of = score.figures
        found.append(
            Measured(
                key=f"{who}_{name}",
                what=f"suggestions, F1, {name}, {who}",
                figure=of.f1,
                bar=bars[name],
                how=f"{of.n} messages, {of.share:.0%} suggestions, precision {of.precision:.2f}, "
                f"recall {of.recall:.2f}, 95 %: {of.f1_low:.2f}–{of.f1_high:.2f}",
            )
        )
    return found


def labelled(data: Path, name: str) -> list[Row]:
    path = data / FOLDER / f"{name}.csv"
    if not path.is_file():
        raise NotFound(f"The benchmark needs {path}, which is not there. Give --data FOLDER.")
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        return [
            Row(text=row["sentence"], positive=row["label"] == "1") for row in csv.DictReader(lines)
        ]
