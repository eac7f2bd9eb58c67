"""Signs that nobody sees, or that turn the rest of a line around, shown as what they are.

Names and texts come from outside: "gpj.exe" reads as "exe.jpg" behind a U+202E, and a zero-width
space makes two names of one. What belongs to writing (the joiners of emoji, Persian and Hindi, the
marks of Hebrew and Arabic) stays as it is; every inline element is isolated by the style sheet.
"""

import re
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

# Embeddings, overrides and isolates; spaces and hyphens without width; invisible operators.
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\u00ad\u180e\u200b\u2060-\u2064\ufeff]")


def visible(value: Any) -> Any:
    """What a page puts out: texts with hidden signs spelt out, everything else as it is.

    Markup is ours and stays; so does what `as_typed` gives.
    """
    return _HIDDEN.sub(_spelt, value) if type(value) is str else value


def _spelt(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found[0]):04X}⟩"


def as_typed(value: Any) -> Markup:
    """For fields of forms, which give back exactly what somebody wrote."""
    return escape(value)


def telling(translate: Any) -> Any:
    """A gettext function of Jinja's, with what it fills in made `visible`."""

    @pass_context
    def tell(context: Context, *texts: Any, **variables: Any) -> Any:
        seen = {name: visible(value) for name, value in variables.items()}
        return translate(context, *texts, **seen)

    return tell
