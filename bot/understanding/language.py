"""Which of the installation's languages a text is in."""

from collections.abc import Sequence
from copy import copy
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_LOOKED_AT = 400
"""Characters; the answer does not change after that many."""


def language_of(text: str, languages: Sequence[str] = ("en", "de")) -> str:
    """The likeliest of `languages`; the first of them where the text says nothing."""
    known = _restricted(tuple(languages))
    if known is None or not any(letter.isalpha() for letter in text[:_LOOKED_AT]):
        return languages[0]
    return str(known.classify(text[:_LOOKED_AT])[0])


@cache
def _model() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE)


@cache
def _restricted(languages: tuple[str, ...]) -> LanguageIdentifier | None:
    """py3langid has one set of languages per identifier; a copy shares the big tables."""
    known = [code for code in languages if code in _model().labels]
    if not known:
        return None
    identifier = copy(_model())
    identifier.set_languages(known)
    return identifier
