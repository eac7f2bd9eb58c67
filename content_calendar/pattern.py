"""Templates: a post to begin with, in whose texts {variables} stand. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from babel.dates import format_date

from content_calendar.draft import Draft

VARIABLE = re.compile(r"\{([a-z][a-z0-9_]{0,29})\}")
BY_DATE = ("date", "weekday", "month", "year")
GIVEN = ("shop", "product", "brand", "campaign", *BY_DATE)
"""What Hubbub knows or asks for by itself. Whatever else stands in braces is asked for by name."""


def variables(draft: Draft) -> list[str]:
    """Every variable of its texts, in the order in which they come."""
    return list(dict.fromkeys(name for text in _texts(draft) for name in VARIABLE.findall(text)))


def fill(draft: Draft, values: Mapping[str, str]) -> Draft:
    """With every variable that has a value put in; the others stay, for all to see."""

    def put(text: str) -> str:
        return VARIABLE.sub(lambda found: values.get(found[1]) or found[0], text)

    ballot = draft.poll
    if ballot:
        options = tuple(put(each) for each in ballot.options)
        ballot = replace(ballot, question=put(ballot.question), options=options)
    return replace(
        draft,
        title=put(draft.title),
        text=put(draft.text),
        overrides={network: put(text) for network, text in draft.overrides.items()},
        first_comment=put(draft.first_comment),
        link=put(draft.link),
        poll=ballot,
    )


def of_day(day: date, locale: str) -> dict[str, str]:
    """The variables that a day gives, in the reader's words."""
    return {
        "date": format_date(day, "long", locale=locale),
        "weekday": format_date(day, "EEEE", locale=locale),
        "month": format_date(day, "LLLL", locale=locale),
        "year": str(day.year),
    }


def _texts(draft: Draft) -> list[str]:
    ballot = [draft.poll.question, *draft.poll.options] if draft.poll else []
    return [
        *(draft.title, draft.text, *draft.overrides.values()),
        *(draft.first_comment, draft.link, *ballot),
    ]
