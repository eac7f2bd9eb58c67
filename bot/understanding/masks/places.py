"""Where somebody lives: streets with numbers, and postcodes. Pure."""

import re

_NUMBER = r"\d{1,4} ?[a-zA-Z]?(?:[/-]\d{1,4}[a-zA-Z]?)?"
_PATTERNS: tuple[re.Pattern[str], ...] = (
    # 12 Oak Hill Road; lower case where no word could be anything else
    re.compile(
        r"\b(?:(?i:flat|apt\.?|apartment|unit) ?\w{1,4},? )?"
        r"\d{1,5}[a-z]?,? (?:[A-Z][\w'-]{0,30} ){1,3}"
        r"(?i:street|st|road|rd|avenue|ave|lane|ln|drive|dr|square|court|ct|boulevard|blvd|way|close"
        r"|terrace|crescent|grove|place|gardens|hill|row|mews|parade)\b\.?"
        r"(?:,? (?i:apt\.?|flat|unit|#) ?\w{1,5})?"
    ),
    # Lindenstraße 5, Am Alten Markt 3
    re.compile(
        rf"(?i)\b[a-zäöü][\wäöüß.-]{{0,40}}?[ -]?(?:straße|strasse|str\.?|allee|gasse|chaussee)"
        rf" ?{_NUMBER}\b"
    ),
    re.compile(
        rf"\b[A-ZÄÖÜ][\wäöüß-]{{0,40}}?[ -]?(?i:weg|platz|ring|damm|ufer|steig|stieg|hof|markt|berg"
        rf"|brücke|tor|pfad|graben) {_NUMBER}\b"
    ),
    re.compile(
        r"\b(?:Am|An der|An den|Auf der|Auf dem|Im|In der|Unter den|Zum|Zur|Hinter der|Hinter dem) "
        r"(?!(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
        r"|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|Jahr|Ende|Anfang|Set|Schnitt)"
        rf"\b)(?:[A-ZÄÖÜ][\wäöüß-]+ ){{1,2}}{_NUMBER}(?=\s*(?:,|\.(?!\d)|$|\n|in\b|\d{{5}}))"
    ),
    # 9 avenue Victor Hugo, 12 rue de la Paix
    re.compile(
        r"(?i)\b\d{1,4}(?: ?(?:bis|ter|quater))?,? (?:avenue|boulevard|bd)"
        r" (?!de\b|du\b|des\b|d['’])[\w'’-]{3,30} [\w'’-]{3,30}"
    ),
    re.compile(
        r"(?i)\b\d{1,4}(?: ?(?:bis|ter|quater))?,? (?:rue|avenue|av\.|boulevard|bd|bld|chemin"
        r"|impasse|allée|quai|faubourg|sentier|route)"
        r"(?: (?:de la|de l['’]|des|du|de|d['’]|la|le|les|l['’]))?"
        r"[ ]?[\w'’-]+(?-i:(?: (?:de|du|des)"
        r"| [A-ZÀ-Ž][\w'’-]+){0,3})"
    ),
    re.compile(
        r"\b\d{1,4}(?: ?(?:bis|ter))?,? (?:[Pp]lace|[Cc]ours|[Ss]quare)(?: (?:de la|de l['’]|des|du"
        r"|de|d['’]))? ?[A-ZÀ-Ž][\w'’-]+(?: [A-ZÀ-Ž][\w'’-]+){0,2}"
    ),
    # Calle Mayor 5, 3º B
    re.compile(
        r"(?i)\b(?:calle|c/|avda\.?|avenida|paseo|plaza|camino|ronda|travesía|carrer) ?"
        r"(?:(?:de|del|la|las|los|el) ){0,2}[\w'-]+(?: [\w'-]+){0,3}?,? ?"
        r"(?:n[ºo°.]{0,2} ?|número )?"
        r"\d{1,4}\b(?:,? ?\d{1,2} ?[ºª°]?(?: ?[a-h]\b)?)?"
    ),
    # Via Roma 12
    re.compile(
        r"\b(?:[Vv]ia|[Vv]iale|[Pp]iazza|[Pp]iazzale|[Cc]orso|[Vv]icolo|[Ll]argo|[Ss]trada|[Vv]\.le"
        r"|P\.zza) (?:(?:di|del|della|dei|delle|degli|San|Santa) ?){0,2}[A-ZÀ-Ž][\w'’.-]+"
        r"(?: [A-ZÀ-Ž\d][\w'’.-]+){0,3}?,? ?(?:n\.? ?)?\d{1,4}(?:/?[a-zA-Z]\b)?"
    ),
    re.compile(
        r"(?i)\b(?:abito|vivo|sto|indirizzo(?: è)?:?|spedi\w*|consegn\w*)(?: (?:in|a|al))? "
        r"(?:via|viale|piazza|corso|vicolo) [\w' .]{2,40}?,? ?\d{1,4}\b"
    ),
    # Kerkstraat 12-III
    re.compile(
        rf"(?i)(?<![\w'-])[\w'-]{{2,30}}(?:straat|laan|plein|gracht|kade|dijk|steeg|singel|dreef)"
        rf" {_NUMBER}(?:-[ivx]{{1,4}}|-hs)?\b"
    ),
    re.compile(rf"\b[A-Z][\w'-]{{2,30}}(?:weg|hof|pad|markt|park|veld|baan) {_NUMBER}\b"),
    # ul. Długa 5/7 m. 3
    re.compile(
        r"(?i)\b(?:ul\.|ulic[ay]|ulicy|ulicę|al\.|alej[aei]|pl\.|placu?|os\.|osiedl[eu]) ?"
        r"(?:[\w.'-]+ ){1,4}?\d{1,4}[a-z]?(?:/\d{1,4}[a-z]?)?(?: ?m\.? ?\d{1,4}\b)?"
    ),
    # 12 oak hill road, after all of which it could be a part
    re.compile(
        r"(?i)\b\d{1,5}[a-z]?,? (?:[a-z][\w'-]{1,30} ){1,3}(?:street|road|avenue|lane|boulevard"
        r"|crescent|terrace)\b"
    ),
    # where a place is announced, or a postcode follows, any word may be a street's
    re.compile(
        r"(?i)(?<=\b)(?:(?<=live at )|(?<=living at )|(?<=sent to )|(?<=send it to )|(?<=it to )"
        r"|(?<=address: )|(?<=address is )|(?<=went to )|(?<=delivered to ))\d{1,5}[a-z]?,? "
        r"(?:[a-z][\w'-]{1,30} ){1,3}(?:st|rd|ave|ln|drive|dr|square|court|ct|way|close|grove|place"
        r"|gardens|hill|row|mews|parade)\b"
    ),
    re.compile(
        rf"(?i)(?:(?<=wohne )|(?<=wohnen )|(?<=wohne in )|(?<=wohne im )|(?<=adresse: )|(?<=an )"
        rf"|(?<=nach ))[a-zäöü][\wäöüß-]{{1,40}}(?:weg|platz|ring|damm|ufer|steig|hof|markt|berg"
        rf"|pfad) {_NUMBER}\b"
    ),
    re.compile(rf"(?i)\b[a-zäöü][\wäöüß-]{{2,40}} {_NUMBER}(?=,? \d{{5}} [a-zäöü])"),
)  # fmt: skip
_POSTCODE = (
    r"(?:[A-Z]{1,2}-)?(?:\d{2}-\d{3}|\d{4} ?[A-Z]{2}\b|\d{5}(?:-\d{4})?|\d{4}|"
    r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b)"
)
_CITY = r"(?: [A-ZÀ-Ž][\w'’-]+(?:[ -][A-ZÀ-Ž][\w'’-]+)?)?"
_TAIL = re.compile(rf"(?i)\[address\][,\s]+(?:in |à |en |a |w )?{_POSTCODE}{_CITY}")
_ALONE = re.compile(
    r"\b\d{4} ?(?!EUR|USD|GBP|PLN|CHF|MHZ)[A-Z]{2}\b(?= [A-Z]|[,.]? ?$)"  # Dutch
    r"|\b\d{2}-\d{3}(?= [A-ZĄĆĘŁŃÓŚŹŻ]\w)"  # Polish
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"  # British
    r"|(?:(?<=\bin )|(?<=\baus )|(?<=\bnach )|(?<=, )|(?<=\bà )|(?<=\ben )|(?<=\ba )|(?<=\bfrom ))"
    r"(?:D-|F-|I-|E-)?\d{5} [A-ZÀ-Ž][a-zà-ž][\w'’-]+"
    r"|(?i:(?<=\bplz )|(?<=\bzip )|(?<=\bcap )|(?<=\bpostcode )|(?<=\bpostleitzahl )|(?<=zip code )"
    r"|(?<=code postal )|(?<=código postal )|(?<=kod pocztowy )|(?<=\bcp ))"
    r"\d[\d-]{3,6}(?: ?[A-Z]{2}\b)?"
)


def addresses(text: str) -> str:
    """A house; and a postcode with its town, which in a village is nearly one."""
    if not any(letter.isdigit() for letter in text):
        return text
    for pattern in _PATTERNS:
        text = pattern.sub("[address]", text)
    text = _TAIL.sub("[address]", text)
    return _ALONE.sub("[address]", text)
