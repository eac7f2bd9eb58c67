"""Which of the installation's languages a text is in."""

from collections.abc import Sequence
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
def _restricted(languages: tuple[str, ...]) -> LanguageIdentifier | None:
    """One identifier per set of languages, of which an installation has one: the tables of all 97
    are read anew for each and not kept."""
    every = LanguageIdentifier.from_model_file(MODEL_FILE)
    known = [code for code in languages if code in every.labels]
    if not known:
        return None
    every.set_languages(known)
    return LanguageIdentifier(
        every.nb_ptc,
        every.nb_pc,
        every.nb_classes,
        every.tk_nextmove,
        every.tk_output,
        tk_row=every.tk_row,
    )
