"""Which side of a product a clause is about."""

from bot.understanding.kinds import Facet, Kind

_QUALITY = frozenset(
    "quality material sturdy solid stitching seam finish durable flimsy cheap fabric leather zip "
    "handle coating paint broke broken snapped cracked leaks leaking torn lasts lasted robust "
    "qualität verarbeitung stabil naht stoff griff hält robust kaputt gerissen hochwertig".split()
)
_USE = frozenset(
    "use uses used using useful handy practical easy easily comfortable convenient fits daily "
    "everyday everywhere helps helpful works versatile travel clean wash "
    "praktisch nützlich bequem handlich alltag benutze nutze täglich hilft passt einfach".split()
)


def facet_of(kind: Kind, tokens: tuple[str, ...], why: tuple[str, ...]) -> Facet:
    """A change asked for is IMPROVEMENT; advice to other buyers is about USEFULNESS."""
    if kind in (Kind.SUGGESTION, Kind.WISH):
        return Facet.USEFULNESS if _is_advice(why) else Facet.IMPROVEMENT
    if kind not in (Kind.PROBLEM, Kind.PRAISE, Kind.QUESTION):
        return Facet.NONE
    if not _QUALITY.isdisjoint(tokens):
        return Facet.QUALITY
    if not _USE.isdisjoint(tokens):
        return Facet.USEFULNESS
    return Facet.QUALITY if kind is Kind.PROBLEM else Facet.NONE


_ADVICE = ("advice", "be sure to", "if you", "worth it", "you should", "you can", "Rat an andere")


def _is_advice(why: tuple[str, ...]) -> bool:
    return all(reason.startswith(_ADVICE) for reason in why)
