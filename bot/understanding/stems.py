"""Light stems, words that say nothing about the matter, and words that exclude each other."""

import re

SAYS_NOTHING = frozenset(
    # English: grammar
    "a an the this that these those it its they them their there here i me my we us our you your "
    "he she his her is are was were be been being am do does did done have has had having will "
    "would could should can may might must shall of in on at to for from by with about as into and "
    "or but if so than then too also just only even very really quite much more some any all not "
    "no never don't doesn't didn't isn't wasn't won't can't cannot which what who how why when "
    "where out up off one ones get got i'd i'm i've it's you'd we'd s t d m ve re ll am every "
    # English: ways of asking, thanking and feeling
    "please pls plz hi hello hey thanks thank thx love like liked loves want wanted need wish hope "
    "nice great good cool awesome lovely amazing super better best add make makes made making let "
    "think suggest suggestion idea maybe perhaps possible option version consider again still "
    "always come comes give offer bring put guys bit little keep honestly actually "
    # German: grammar
    "der die das den dem des ein eine einen einem einer eines ich du er sie es wir ihr mich mir "
    "uns euch mein meine meinen euer eure ist sind war waren sein wäre wären wär hat habe haben "
    "hatte hätte hätten hättet wird werden wurde würde würden kann könnte könnten könntet könnt "
    "sollte sollten solltet muss müsste und oder aber wenn dann dass zu zum zur im in am an auf "
    "aus bei mit von vor für über unter nach nicht kein keine keinen nie auch noch schon nur sehr "
    "so mehr mal man was wie wo wann warum doch ja nein bisschen etwas immer ganz echt "
    # German: ways of asking
    "bitte danke hallo gern gerne schön schöner super toll gut besser cool machen macht mach "
    "geben gibt gebt wünsche wünschen finde fände idee vorschlag vielleicht möglich".split()
)

_SAME = {
    "colour": "color", "colours": "color", "colors": "color", "grey": "gray", "larger": "bigg",
    "bigger": "bigg", "broken": "break", "broke": "break", "snapped": "break", "snap": "break",
    "snaps": "break", "cracked": "break", "leaking": "leak", "leaky": "leak", "undicht": "tropf",
    "tropft": "tropf", "ausgelaufen": "tropf", "parcel": "package", "kaputt": "kaputt",
    "abgebrochen": "kaputt", "gebrochen": "kaputt", "defekt": "kaputt", "größeren": "größer",
    "größere": "größer", "größeres": "größer", "smaller": "small", "tiny": "small",
}  # fmt: skip
_ENDINGS = re.compile(r"(?<=\w{3})(?:ings?|ed|ies|es|s|er|en|em|ern|e|y)$")

OPPOSITES = tuple(
    frozenset(group.split())
    for group in (
        "bigg small", "larg small", "long short", "light heavi heav", "hot cold", "left right",
        "thick thin", "soft hard", "fast slow", "größ klein", "läng kürz", "dick dünn",
        "weich hart", "schwer leicht", "warm kalt",
        "green blu red black white gray pink purpl yellow orang brown beig navy teal silv gold",
        "grün blau rot schwarz weiß grau rosa lila gelb orang braun türki silb gold",
    )
)  # fmt: skip


def stem(word: str) -> str:
    """One form for the forms of a word; not a linguist's stem, only the same one each time."""
    word = _SAME.get(word, word)
    return _ENDINGS.sub("", word)
