"""Whether somebody says that a product can't be had. Pure."""

import re

# Each alternative is a short run of words, so time is bounded by the length of the text.
_SAID = re.compile(
    r"\b(?:"
    # English
    r"out of stock|sold out|(?:re-?stock|back in stock)|(?:not|never|isn't|aren't) in stock"
    r"|(?:not|isn't|aren't|never|un)\s?available|can(?:'t|not) (?:find|get|buy) (?:it|them|one|any)"
    r"|empty shel(?:f|ves)|shel(?:f|ves) (?:is|are|was|were) empty"
    # German
    r"|ausverkauft|vergriffen|nicht (?:mehr )?(?:vorrätig|lieferbar|verfügbar|auf lager)"
    r"|wieder (?:vorrätig|lieferbar|verfügbar|auf lager|reinbekommen)"
    r"|(?:nirgends|nirgendwo|nicht mehr) zu (?:bekommen|kriegen|haben|finden)"
    r"|nachschub|leeres? regal|regale? (?:ist|sind|war|waren) leer"
    # French, Spanish, Italian, Dutch
    r"|(?:en )?rupture de stock|épuisée?s?|plus (?:en stock|disponibles?)|en stock"
    r"|agotad[oa]s?|sin (?:stock|existencias)|no (?:hay|queda) stock"
    r"|esaurit[oaie]|non (?:è |sono )?(?:più )?disponibil[ei]"
    r"|uitverkocht|niet (?:meer )?(?:op voorraad|leverbaar|verkrijgbaar)"
    r")\b",
    re.IGNORECASE,
)
# "in stock" by itself praises or asks nothing; these turn a hit into its opposite.
_HAD = re.compile(
    r"\b(?:(?:is|are) (?:finally |now )?back in stock|glad .{0,30}back in stock"
    r"|(?:nicht|nie|never|not) (?:ausverkauft|vergriffen|sold out|out of stock))\b",
    re.IGNORECASE,
)
_STRAIGHT = str.maketrans({"\N{RIGHT SINGLE QUOTATION MARK}": "'"})


def is_missed(words: str) -> bool:
    """Whether these words say that it is sold out, or ask for it to come back."""
    plain = words.translate(_STRAIGHT)
    return bool(_SAID.search(plain)) and not _HAD.search(plain)
