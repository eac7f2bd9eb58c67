"""The recogniser that ships: made from our own corpus, and judged by the part kept aside."""

from dataclasses import replace

from bot.understanding.learning import recipe
from bot.understanding.learning.corpus import corpus, fingerprint
from bot.understanding.learning.units import QUESTIONS, labelled
from bot.understanding.recogniser import Recogniser


def train(*, seed: int, on_step: recipe.OnStep) -> Recogniser:
    """From the part of the corpus that may be learnt from."""
    examples = [example for example in corpus() if not example.tested]
    made = recipe.train(list(labelled(examples)), QUESTIONS, seed=seed, on_step=on_step)
    card = {"corpus": fingerprint(), "messages": len(examples), "seed": seed}
    return replace(made, card=card)
