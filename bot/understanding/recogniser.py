"""What a stretch of text does, as probabilities: a fixed base under a small stacker.

The base is a linear model over n-grams and counts, trained once; the stacker weighs what the base
says against the rules.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.errors import InvalidInput
from bot.understanding.features import DENSE, RULES, Seen

Matrix = npt.NDArray[np.float32]
FORM = 1
"""Of the file; an older or newer one is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacker:
    """Multinomial logistic regression over standardised inputs, ``inputs × labels`` weights."""

    mean: Matrix
    scale: Matrix
    weights: Matrix
    bias: Matrix

    def probabilities(self, inputs: Matrix) -> Matrix:
        """``n × labels``, rows sum to 1."""
        standard: Matrix = (inputs - self.mean) / self.scale
        return softmax(standard @ self.weights + self.bias)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One question put to a text. ``columns``: of the base's weights that belong to it. ``lean``:
    what each answer's probability is multiplied by where one must be named."""

    name: str
    labels: tuple[str, ...]
    columns: slice
    stacker: Stacker
    lean: Matrix

    def named(self, probabilities: Matrix) -> list[str]:
        """The answer to name for each row."""
        return [self.labels[at] for at in (probabilities * self.lean).argmax(axis=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recogniser:
    """``weights``: grams × columns, idf folded in; ``idf`` for the length of a text's vector.
    ``counts``: `DENSE` × columns, of what lies above its ``mean``."""

    vocabulary: dict[str, int]
    idf: Matrix
    weights: Matrix
    counts: Matrix
    mean: Matrix
    bias: Matrix
    heads: tuple[Head, ...]
    card: dict[str, Any] = field(default_factory=dict)

    def _grams(self, seen: Sequence[Seen]) -> Matrix:
        said = np.empty((len(seen), self.weights.shape[1]), np.float32)
        find = self.vocabulary.get
        for row, one in enumerate(seen):
            known = [at for gram in one.grams if (at := find(gram)) is not None]
            length = float(np.sqrt(np.square(self.idf[known]).sum())) or 1.0
            said[row] = self.weights[known].sum(axis=0, dtype=np.float32) / length
        return said + self.bias

    def inputs(self, seen: Sequence[Seen]) -> Matrix:
        """``n × (columns + RULES)``: what every stacker looks at, the base and the rules."""
        dense = np.stack([one.dense for one in seen])
        base = self._grams(seen) + (dense - self.mean) @ self.counts
        return np.hstack([base, dense[:, :RULES]])

    def head(self, name: str) -> Head:
        """`KeyError` where the model does not answer this question."""
        for head in self.heads:
            if head.name == name:
                return head
        raise KeyError(name)

    def answers(self, name: str) -> bool:
        return any(head.name == name for head in self.heads)

    def knows(self, seen: Seen) -> bool:
        """Whether there is enough in it to go by: something that was written down for it, or words
        of which more than a third were met before."""
        met = sum(word in self.vocabulary for word in seen.words)
        return seen.told or 3 * met > len(seen.words)

    def loudest(self, grams: Sequence[str], name: str, answer: str, most: int = 3) -> list[str]:
        """The whole words that speak most for an answer, rather than for the others."""
        head = self.head(name)
        column = head.columns.start + head.labels.index(answer)
        known = [gram for gram in grams if gram in self.vocabulary and gram[0] not in "~^$"]
        if not known:
            return []
        of = self.weights[[self.vocabulary[gram] for gram in known], head.columns]
        speaks = of[:, column - head.columns.start] - of.mean(axis=1)
        ranked = sorted(zip(speaks, known, strict=True), reverse=True)
        return [gram for speaks, gram in ranked[:most] if speaks > 0]


def softmax(scores: Matrix) -> Matrix:
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Matrix = grown / grown.sum(axis=1, keepdims=True)
    return result


@cache
def shipped() -> Recogniser:
    """The one that comes with Hubbub, read once."""
    with as_file(files("bot.understanding").joinpath("recogniser.zip")) as path:
        return load(path)


def save(recogniser: Recogniser, path: Path) -> None:
    """One zip of numpy arrays and JSON: nothing in it can run when it is read. What was there
    before stays until the new one is whole."""
    arrays: dict[str, npt.NDArray[Any]] = {
        "idf": recogniser.idf.astype(np.float16),
        "weights": recogniser.weights.astype(np.float16),
        "counts": recogniser.counts,
        "mean": recogniser.mean,
        "bias": recogniser.bias,
    }
    for head in recogniser.heads:
        arrays[f"{head.name}.lean"] = head.lean
        for name in ("mean", "scale", "weights", "bias"):
            arrays[f"{head.name}.{name}"] = getattr(head.stacker, name)
    told = {
        "form": FORM,
        "dense": DENSE,
        "grams": list(recogniser.vocabulary),
        "heads": [[h.name, h.labels, h.columns.start, h.columns.stop] for h in recogniser.heads],
        "card": recogniser.card,
    }
    part = path.with_name(f"{path.name}.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        _put(packed, "model.json", json.dumps(told, ensure_ascii=False).encode())
        for name, array in arrays.items():
            written = io.BytesIO()
            np.save(written, array, allow_pickle=False)
            _put(packed, f"{name}.npy", written.getvalue())
    part.replace(path)


def _put(packed: zipfile.ZipFile, name: str, content: bytes) -> None:
    """With a date that is always the same: the same model is the same file."""
    entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    packed.writestr(entry, content)


def load(path: Path) -> Recogniser:
    """`InvalidInput` where it is no model, or one of another version."""
    try:
        with zipfile.ZipFile(path) as packed:
            told = json.loads(packed.read("model.json"))
            if told.get("form") != FORM or tuple(told["dense"]) != DENSE:
                raise InvalidInput(f"{path} was made by another version of Hubbub: train it again.")
            arrays = {
                name.removesuffix(".npy"): np.load(io.BytesIO(packed.read(name)))
                for name in packed.namelist()
                if name.endswith(".npy")
            }
        return _built(told, arrays)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise InvalidInput(f"{path} is no model that Hubbub can read: {error}") from error


def _built(told: dict[str, Any], arrays: dict[str, Matrix]) -> Recogniser:
    heads = tuple(
        Head(
            name=name,
            labels=tuple(labels),
            columns=slice(start, stop),
            lean=arrays[f"{name}.lean"],
            stacker=Stacker(
                **{of: arrays[f"{name}.{of}"] for of in ("mean", "scale", "weights", "bias")}
            ),
        )
        for name, labels, start, stop in told["heads"]
    )
    return Recogniser(
        vocabulary={gram: at for at, gram in enumerate(told["grams"])},
        idf=arrays["idf"].astype(np.float32),
        weights=arrays["weights"].astype(np.float32),
        counts=arrays["counts"],
        mean=arrays["mean"],
        bias=arrays["bias"],
        heads=heads,
        card=told["card"],
    )
