"""Taking out of a text what says who wrote it, before a partner reads it.

A first, honest version: patterns for what has a form, and names that the caller knows. A name or
a street that nobody told us about, written without a number, stays.
"""

import re
from collections.abc import Sequence

_STREET = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|square|court|ct|boulevard|blvd|way|close|"
    r"terrace)"
)
_STRASSE = r"(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|steig)"

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[\w.+-]{1,64}(?:@|\s?\(at\)\s?|\s?\[at\]\s?)[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"),
     "[e-mail]"),
    (re.compile(r"(https?://[^\s?#]{1,500})[?#]\S*"), r"\1?[removed]"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), "[bank account]"),
    (re.compile(r"\b(?:\d[ -]?){12,18}\d\b"), "[number]"),
    (re.compile(r"(?i)\b(order|invoice|customer|tracking|bestellung|bestellnummer|auftrag|rechnung|"
                r"kundennummer|sendungsnummer|sendung)"
                r"((?:[ -]?(?:number|nummer|no|nr|id|code))?\.?\s?(?:is|ist|lautet)?[:#\s]{0,3})"
                r"(?=[a-z0-9-]{0,20}\d)[a-z0-9][a-z0-9-]{2,30}"),
     r"\1\2[order number]"),
    (re.compile(r"(?<!\w)#\s?(?=[A-Z0-9-]{0,12}\d)[A-Z0-9-]{4,30}\b"), "[order number]"),
    (re.compile(r"(?<![\w.,])(?:\+|00|\(?0)[\d(](?:[ ()/.-]{0,2}\d){6,14}(?!\w)"), "[phone]"),
    (re.compile(r"(?<![\w.,-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)"), "[phone]"),
    (re.compile(rf"\b\d{{1,5}}[a-z]?,? (?:[A-Z][\w'-]{{0,30}} ){{1,3}}(?i:{_STREET})\b\.?"),
     "[address]"),
    (re.compile(rf"\b[A-ZÄÖÜ][\wäöüß-]{{0,40}}?(?i:[ -]?{_STRASSE}) \d{{1,4}} ?[a-zA-Z]?\b"
                r"(?:,? \d{5}(?: [A-ZÄÖÜ][\wäöüß-]{1,30})?)?"), "[address]"),
    (re.compile(r"(?<![\w/.@])@[\w.]{2,40}\b"), "[name]"),
)  # fmt: skip
_PART = 3
"""Letters; a shorter part of a known name ("Li") is masked only inside the whole name."""


def mask(text: str, *, names: Sequence[str] = ()) -> str:
    """E-mails, phones, handles, addresses, order and bank numbers, link tails, known names."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    known = _names(names)
    return known.sub("[name]", text) if known else text


def _names(names: Sequence[str]) -> re.Pattern[str] | None:
    whole = {name.strip() for name in names if name.strip()}
    parts = {part for name in whole for part in name.split() if len(part) >= _PART}
    longest_first = sorted(whole | parts, key=lambda name: (-len(name), name))
    if not longest_first:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?:'s)?(?!\w)", re.I)
