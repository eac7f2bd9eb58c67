"""Names: those the caller knows, those that introduce themselves, common given names. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.understanding.masks.given_names import GIVEN

_PART = 3
"""Letters; a shorter part of a known name ("Li") is masked only inside the whole name."""

_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀ-ŽŁŚŻŹĆ][\w'’-]*[a-zà-öø-ÿāăąćčęěğłńňóôőöřśşšťúůüýžźż]"
_LINKS = r"(?:(?:van|de|der|den|von|zu|la|le|di|da|del|della|van der|van den|ter|ten|el) )*"
_NAME = rf"{_CAPITAL}(?: {_LINKS}(?:{_CAPITAL}|[A-Z]\.))*"
_FULL = rf"{_CAPITAL}(?: {_LINKS}{_CAPITAL})+"

# After these somebody's name follows, and nothing else.
_SURELY = re.compile(
    rf"\b((?i:my name is|my name's|the name is|the name's|i am called|i'm called|under the name of"
    r"|in the name of|signed|contact person:?|ask for|name is"
    r"|ich heiße|ich heisse|mein name ist|mein name:|auf den namen|unter dem namen|heiße"
    r"|je m['’]appelle|mon nom est|au nom de|je suis madame|je suis monsieur"
    r"|me llamo|mi nombre es|a nombre de"
    r"|mi chiamo|il mio nome è|a nome di|a nome"
    r"|ik heet|mijn naam is|op naam van|de naam is"
    r"|nazywam się|mam na imię|na nazwisko|na imię|imię i nazwisko:?"
    r"|name:|nom:|nombre:|nome:|naam:|nazwisko:|imię:) )"
    rf"{_LINKS}{_NAME}"
)
# After these one may follow; two capitalised words are one.
_SURELY_LOW = re.compile(
    r"(?i)\b((?:my name is|my name's|i am called|ask for|ich heiße|ich heisse|mein name ist"
    r"|je m['’]appelle|mon nom est|me llamo|mi nombre es|mi chiamo|il mio nome è|ik heet"
    r"|mijn naam is|nazywam się|mam na imię) )([\w'’-]+)( [\w'’-]+)?"
)
_PERHAPS = re.compile(
    r"\b((?i:this is|i am|i'm|here is|ich bin|hier ist|hier spricht|hier schreibt"
    r"|c['’]est|je suis|ici|soy|aquí|sono|qui|ik ben|met|hier is|jestem|tu|z tej strony|tutaj"
    r"|your colleague|your employee|euer mitarbeiter|eure kollegin) )"
    rf"({_FULL})"
)
_TITLED = re.compile(
    r"\b((?:[Mm]rs?|[Mm]s|[Mm]iss|[Dd]r|[Pp]rof|[Hh]errn?|[Ff]rau|[Ff]r|[Hh]r|M|[Mm]me|[Mm]lle"
    r"|[Mm]onsieur|[Mm]adame|[Mm]ademoiselle|[Ss]r|[Ss]ra|[Ss]rta|[Ss]eñora?|[Ss]eñorita|[Dd]oña"
    r"|[Ss]ig|[Ss]ig\.ra|[Ss]ignora?|[Ss]ignor|[Dd]hr|[Mm]evr|[Mm]evrouw|[Mm]eneer|[Dd]e heer"
    rf"|pani?|pana|panu|panem|panią|Pani|Pana|Panu|Panem|Panią)\.? ){_LINKS}{_NAME}"
)
# The last words: "Best regards, Ada Winter"
_SIGNED = re.compile(
    r"((?i:regards|cheers|thanks|thank you|many thanks|best|best wishes|yours|love|sincerely"
    r"|greetings|greets|grüße|gruß|grüßen|grüssen|gruss|lg|vg|mfg|glg|danke|merci"
    r"|cordialement|bien à vous|bonne journée|salutations|saludos|gracias|un saludo"
    r"|atentamente|saluti|grazie"
    r"|cordiali saluti|groet|groeten|groetjes|bedankt|mvg|pozdrawiam|pozdrowienia|dzięki"
    r"|dziękuję|z poważaniem|xx|x)"
    rf"[,!.\s–—-]{{0,8}}|[-–—]{{1,2}} ?|\n\s{{0,4}})(?:{_LINKS}{_NAME})(?=[\s.!)]{{0,12}}$)"
)
_WORD = re.compile(rf"\b(?:{_CAPITAL}|[A-Z]{{3,}})\b")
_AFTER = re.compile(rf" {_LINKS}(?:{_CAPITAL}|[A-Z]\.)(?:-{_CAPITAL})?")


def known(text: str, names: Sequence[str]) -> str:
    """Without these names, whole or in part, with any case and ending of a genitive."""
    pattern = _pattern(tuple(sorted({name.strip() for name in names if name.strip()})))
    return pattern.sub("[name]", text) if pattern else text


@lru_cache(maxsize=512)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    parts = {part for name in names for part in re.split(r"[\s_.]+", name) if len(part) >= _PART}
    forms = {re.escape(name) for name in {*names, *parts}}
    forms |= {re.escape(form) for name in names if len(form := re.sub(r"\W|_", "", name)) >= 5}
    if not forms:
        return None
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile(rf"(?<!\w)@?(?:{'|'.join(longest_first)})(?:['’]?s)?(?!\w)", re.IGNORECASE)


def unnamed(text: str) -> str:
    """Without names that nobody told us: by the words before them, and by common given names."""
    text = _SURELY.sub(r"\1[name]", text)
    text = _SURELY_LOW.sub(_if_given, text)
    text = _TITLED.sub(r"\1[name]", text)
    text = _PERHAPS.sub(r"\1[name]", text)
    text = _SIGNED.sub(r"\1[name]", text)
    return _without_given(text)


def _if_given(found: re.Match[str]) -> str:
    return f"{found[1]}[name]" if _is_given(found[2]) else found[0]


def _without_given(text: str) -> str:
    """A common given name, with the capitalised words after it: most likely the surname."""
    pieces, end = [], 0
    for word in _WORD.finditer(text):
        if word.start() < end or not _is_given(word[0]):
            continue
        after = _AFTER.match(text, word.end())
        pieces += [text[end : word.start()], "[name]"]
        end = after.end() if after else word.end()
    return "".join([*pieces, text[end:]]) if pieces else text


def _is_given(word: str) -> bool:
    plain = word.casefold()
    if plain in GIVEN:
        return True
    first, _, second = plain.partition("-")
    bare = plain.removesuffix("'s").removesuffix("’s")
    return (
        bare in GIVEN
        or (bool(second) and first in GIVEN and second in GIVEN)
        or (plain.endswith("s") and len(plain) > 5 and plain[:-1] in GIVEN)
    )
