"""Whether a post sells: by its words, in English and German. Pure.

Nobody has to mark an offer, so nobody can forget to. The words that told are shown with every
warning, so a person sees at once where it is wrong.
"""

import re

_PATTERNS = (
    r"\b\d{1,2}\s?(?:%|percent|prozent)\s?(?:\w+ ){0,2}?"
    r"(?:off|discount|rabatt|günstiger|reduziert|auf)\b",
    r"-\s?\d{1,2}\s?%",
    r"\b(?:only|just|now|nur|jetzt|ab|from)\s(?:noch\s)?"
    r"(?:[€$£]\s?\d+|\d+(?:[.,]\d{2})?\s?(?:€|eur|euro|usd|\$|£))",
    r"\b(?:on sale|for sale|(?:flash|summer|winter) sale|clearance|special offer|best price)\b",
    r"\b(?:discount|voucher|coupon|promo) ?codes?\b",
    r"\b(?:buy|order|shop|get yours) (?:now|today|here)\b",
    r"\b(?:buy one,? get one|two for one|2 for 1|free shipping|while stocks last|limited offer)\b",
    r"\b(?:sonderangebot|angebot der woche|im angebot|schlussverkauf|ausverkauf|schnäppchen)\b",
    r"\b(?:rabatt(?:code|aktion)?|gutschein(?:code)?|sonderpreis|bestpreis|versandkostenfrei)\b",
    r"\b(?:jetzt|gleich|heute) (?:kaufen|bestellen|zugreifen|sichern)\b",
    r"\b(?:solange der vorrat reicht|nur für kurze zeit)\b",
)
_OFFER = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE)


def offer_in(text: str) -> str:
    """The first words that sell, as they stand there; "" where none do."""
    found = _OFFER.search(text)
    return " ".join(found[0].split()) if found else ""
