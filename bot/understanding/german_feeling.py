"""German words that carry a feeling: written for this project, stems, strongest at 1."""

import re

_GOOD = {
    1.0: "liebe lieben geliebt perfekt großartig fantastisch genial wunderbar hervorragend "
    "spitze traumhaft ausgezeichnet begeistert exzellent grandios",
    0.7: "super toll klasse prima schön schöne schönes schöner schönen gut gute guter gutes "
    "guten zufrieden glücklich danke dankeschön freue freut gefällt mag hübsch lecker top "
    "empfehlenswert besser beste besten bester bestes cool stark stabil robust hochwertig",
    0.4: "praktisch nützlich angenehm nett okay ordentlich hilfreich einfach handlich bequem "
    "gerne gern freundlich schnell pünktlich",
}
_BAD = {
    1.0: "schrecklich furchtbar katastrophe katastrophal grauenhaft miserabel hasse ekelhaft "
    "unverschämt unverschämtheit frechheit schrott unbrauchbar",
    0.7: "schlecht schlechte schlechter schlechtes mies enttäuscht enttäuschend enttäuschung "
    "kaputt defekt ärgerlich ärgert nervt ärger schade leider mangelhaft hässlich zerbrochen "
    "gebrochen gerissen beschädigt zerkratzt undicht falsch wütend sauer stinkt billig",
    0.4: "langsam teuer unpraktisch unbequem problem probleme fehler wackelt klemmt rostet "
    "umständlich schwierig nie fehlt vermisse warte wackelig",
}
_SCORES = {word: score for score, words in _GOOD.items() for word in words.split()} | {
    word: -score for score, words in _BAD.items() for word in words.split()
}
_NEGATION = frozenset("nicht kein keine keinen keiner nie niemals ohne weder".split())
_BOOST = {"sehr": 1.3, "wirklich": 1.2, "total": 1.3, "so": 1.1, "absolut": 1.3, "etwas": 0.7}
_WORD = re.compile(r"[^\W\d_]+")
_REACH = 3
"""A "nicht" turns the next three words round."""


def german_polarity(text: str) -> float:
    """-1 to 1: the mean of the known words, each turned or boosted by what stands before it."""
    words = _WORD.findall(text.lower())
    found = [_felt(words, at) for at, word in enumerate(words) if word in _SCORES]
    return max(-1.0, min(1.0, sum(found) / len(found))) if found else 0.0


def _felt(words: list[str], at: int) -> float:
    before = words[max(0, at - _REACH) : at]
    score = _SCORES[words[at]] * (_BOOST.get(before[-1], 1.0) if before else 1.0)
    return -0.6 * score if not _NEGATION.isdisjoint(before) else score
