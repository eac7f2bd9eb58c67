"""Bank accounts, cards, orders, telephones and plates. Pure."""

import re
from functools import lru_cache
from typing import Any

# The regions in which our languages are spoken most: a number without a country may be any's.
_REGIONS = ("DE", "GB", "US", "FR", "ES", "IT", "NL", "PL", "AT", "CH", "BE")

_IBAN = re.compile(r"(?i)\b[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,4})?\b")
_LONG = re.compile(r"\b(?:\d[ -]?){12,18}\d\b")
_WHAT = (
    r"order|invoice|customer|tracking|parcel|receipt|ticket|reference|booking|membership|account"
    r"|loyalty[ -]?card|policy|case|serial|warranty|claim|return|rma"
    r"|bestellung|bestell|bestellnr|auftrag|rechnung|rechnungs|kunden|kundennr|sendung|sendungs"
    r"|vorgang|vorgangs|ticket|beleg|paket|kassenbon|mitglied|mitglieds|retoure|retouren"
    r"|commande|facture|client|colis|suivi|livraison|dossier|adhérent|ticket de caisse"
    r"|pedido|factura|cliente|envío|seguimiento|albarán|socio|reserva"
    r"|ordine|fattura|cliente|spedizione|tracciamento|pacco|scontrino|tessera"
    r"|bestelling|bestel|factuur|klant|klanten|zending|pakket|order|bon|lidmaatschap"
    r"|zamówieni[ea]|zamówienia|zam|faktur[ay]|klienta"
    r"|przesyłk[ai]|paczk[ai]|paragonu?|reklamacj[ai]"
)
_ORDER = re.compile(
    rf"(?i)\b((?:n[º°o.]{{0,2}} ?|nr\.? |numer |número |numero |numéro |nummer )?"
    rf"(?:de |di |del |de la |der |van )?(?:{_WHAT})"
    r"(?:[ -]?(?:number|nummer|numer|numéro|número|numero|no|nr|n[º°]|id|code|kod|ref|nº))?\.?"
    r"(?:[ ](?:is|ist|lautet|est|es|è|to|war|was|with|mit|von|from))?[:#\s(№]{0,4}"
    r"(?:n[º°.]? ?|nr\.? ?|no\.? ?)?)"
    r"(?=[a-z0-9/_-]{0,20}\d[a-z0-9/_-]{0,20}\d)(?!(?:19|20)\d\d\b)(?!\d{1,2}(?:st|nd|rd|th|x|%)\b)"
    r"(?!\d{1,3}(?:[.,]\d+)?[ -]?(?:min|h|cm|mm|kg|g|ml|l|days?|tagen?|weeks?|wochen?|euros?"
    r"|eur)\b)"
    r"(?!\d{1,2}[ -](?!\d))[a-z0-9][a-z0-9/_-]{2,30}(?: \d{2,5}){0,3}"
)
_HASH = re.compile(r"(?i)(?<!\w)(?:#|n[º°] ?|№ ?)\s?(?=[a-z0-9-]{0,12}\d)[a-z0-9-]{4,30}\b")
# Made of capitals and many digits: what shops and carriers number things with.
_CODED = re.compile(
    r"\b(?=[A-Z0-9-]*[A-Z])(?=(?:[A-Z0-9-]*\d){6})[A-Z0-9]+(?:-[A-Z0-9]+)*\b"
    r"|\b[A-Z]{2,5}-\d{4}-\d{3,8}\b|\b\d{3}-\d{7}-\d{7}\b"
)
_PLATE = re.compile(
    r"(?i)\b((?:kennzeichen|nummernschild|license plate|licence plate|number plate|plate|matrícula"
    r"|plaque(?: d.immatriculation)?|immatriculation|targa|kenteken|rejestracja|tablica)"
    r"(?: ?(?:is|ist|est|es|è|to|lautet|:))? ?)"
    r"(?=[a-z0-9 -]{0,9}\d)[a-z0-9]{1,4}(?:[ -]?[a-z0-9]{1,4}){1,3}\b"
)
_CANDIDATE = re.compile(r"(?<![\w.,/])(?:\+|00|\(\+?)?\d(?:[ ()/.‑–-]{0,3}\d){6,16}(?![\w/])")
_DATE = re.compile(
    r"(?:19|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d"
)
_AMOUNT = re.compile(r"\d{1,3}(?:[. ]000)+")
_CUE = re.compile(
    r"(?i)(?:\b(?:tel|telefon|phone|call|ring|text|mobile|cell|handy|mobil|nummer|whats ?app|sms"
    r"|téléphone|portable|appele[zr]|teléfono|móvil|llama\w*|llám\w*|telefono|cellulare|chiama\w*"
    r"|telefoon|bel|mobiel|zadzwo\w*|komórk\w*|dzwoni\w*|numer|number|numéro|número|numero|reach"
    r"|anruf\w*|ruf\w*|erreich\w*)\b[^\d\n]{0,24})$"
)


def accounts(text: str) -> str:
    text = _IBAN.sub("[bank account]", text)
    return _LONG.sub("[number]", text)


def orders(text: str) -> str:
    if not any(letter.isdigit() for letter in text):
        return text
    text = _ORDER.sub(r"\1[order number]", text)
    text = _HASH.sub("[order number]", text)
    text = _PLATE.sub(r"\1[plate]", text)
    return _CODED.sub("[order number]", text)


def phones(text: str) -> str:
    """What begins as one, stands where one is announced, or is one somewhere by that country's
    plan; not dates and amounts."""
    return _CANDIDATE.sub(_phone, text)


def _phone(found: re.Match[str]) -> str:
    said = found[0]
    if _DATE.fullmatch(said) or _AMOUNT.fullmatch(said):
        return said
    announced = said.startswith(("+", "00", "0", "(")) or _CUE.search(
        found.string, 0, found.start()
    )
    return "[phone]" if announced or _is_number(said) else said


@lru_cache(maxsize=4_096)
def _is_number(said: str) -> bool:
    import phonenumbers  # slow to load, and few messages have seven digits

    for region in _REGIONS:
        try:
            number: Any = phonenumbers.parse(said, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return True
    return False
