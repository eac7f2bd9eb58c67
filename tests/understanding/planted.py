"""Messages into which somebody's identity is planted, in seven languages: to tune on one half of
the templates, and to measure on the other, which nobody tunes on.

Everything is invented: names are drawn from lists, half of the surnames and a fifth of the given
names stand in no list of the program; numbers are made by each country's form.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

Make = Callable[[random.Random], tuple[str, tuple[str, ...]]]  # as written, and what must go


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """``names``: those that the caller knows, the speaker's and of others in the thread;
    ``secrets``: none of these may be left, letters in any case, digits however they are set."""

    text: str
    names: tuple[str, ...]
    secrets: tuple[str, ...]
    kind: str
    language: str

    def leaks(self, masked: str) -> list[str]:
        digits = re.sub(r"\D", "", masked)
        low = masked.casefold()
        return [
            secret
            for secret in self.secrets
            if (secret in digits if secret.isdigit() else _stands(secret.casefold(), low))
        ]


def _stands(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}s?(?!\w)", text) is not None


_GIVEN = {
    "en": "Oliver Emily Harry Charlotte Keira Tamsin Alfie Imogen Desmond Winifred",
    "de": "Jürgen Annegret Matthias Wiebke Torsten Friedlinde Heinz-Peter Ulrike Lorelies Tjark",
    "fr": "Guillaume Amélie Jean-Luc Solène Thibault Ysaline Édouard Maëlle Gaspard Corentine",
    "es": "Begoña Álvaro Nuria Joaquín Rocío Saturnino Montserrat Iker Ainhoa Gonzalo",
    "it": "Giuseppe Chiara Pierluigi Ilaria Tommaso Ermenegilda Federica Ludovico Matteo Fiammetta",
    "nl": "Maaike Joost Sjoerd Anneke Ruben Wilbert Geertruida Thijs Marjolein Fedde",
    "pl": "Agnieszka Krzysztof Wojciech Małgorzata Bożena Zbysław Radosław Halina Świętosława Piotr",
}
_SURNAME = {
    "en": "Thornbury Okafor Whitlock Pemberton Ashdown McAllister O'Leary Featherstone",
    "de": "Grünwald Oberhauser Schlüter Brinkmann Feddersen Müller-Lüdenscheidt Kowatsch",
    "fr": "Lefèvre Beauchamp Rousselot Delacroix Poirier Kermadec N'Diaye",
    "es": "Etxeberria Villanueva Cifuentes Olmedo Quintanilla Peñalver",
    "it": "Castelnuovo Bevilacqua Santangelo D'Amico Quattrocchi Zanella",
    "nl": "Dijkstra Hoogeveen Terpstra Wolters Oosterhuis Verbruggen",
    "pl": "Wiśniewski Zawadzka Szczepański Grzybowska Kłosowski Dąbrowska",
}
_MATTER = {
    "en": "The lid of my cup leaks.|Please make the pan lighter.|The kettle is great but loud.",
    "de": "Der Deckel meiner Tasse tropft.|Bitte macht die Pfanne leichter.|Der Wasserkocher ist laut.",
    "fr": "Le couvercle de ma tasse fuit.|Faites une poêle plus légère, svp.|La bouilloire est bruyante.",
    "es": "La tapa de mi taza gotea.|Haced la sartén más ligera, por favor.|El hervidor hace ruido.",
    "it": "Il coperchio della tazza perde.|Fate una padella più leggera.|Il bollitore è rumoroso.",
    "nl": "Het deksel van mijn beker lekt.|Maak de pan lichter alsjeblieft.|De waterkoker is luid.",
    "pl": "Pokrywka mojego kubka cieknie.|Zróbcie lżejszą patelnię.|Czajnik jest za głośny.",
}

# By language and kind: sentences to tune on, and, after ||, sentences to measure on.
_SENTENCES = {
    "en": {
        "name": "My name is {}.|Ask for {}.|Best regards, {}|Mrs {} told me so."
        "||I am called {}.|Many thanks, {}|Mr {} from the shop said so.|This is {} writing.",
        "mail": "Write to {} please.|My e-mail is {}.||You can reach me at {}, any time.|{} is where I read mail.",
        "phone": "Call me on {}.|My number is {}.||Ring {} after six.|WhatsApp: {}.",
        "address": "I live at {}.|Send it to {}, please.||My address: {}.|It went to {} instead.",
        "order": "Order number {} is late.|My order {} never came.||It was invoice no. {}.|Tracking code: {}.",
        "handle": "I am {at} everywhere.|My Instagram is {plain}.||Find me as {at}.|Telegram: {plain}.",
        "link": "See {}.|Here is the receipt: {}.||It is all on {} now.|Photo: {}",
        "iban": "Refund to {}.|My account is {}.||Pay it back to {} please.|IBAN {}.",
    },
    "de": {
        "name": "Ich heiße {}.|Viele Grüße, {}|Frau {} hat das gesagt.|Mein Name ist {}."
        "||Hier spricht {}.|Mit freundlichen Grüßen\n{}|Herr {} aus der Filiale war nett.|Bestellt auf den Namen {}.",
        "mail": "Schreibt an {} bitte.|Meine Mail ist {}.||Erreichbar bin ich unter {}.|{} ist meine Adresse.",
        "phone": "Ruft mich an: {}.|Meine Nummer ist {}.||Handy {}, ab 18 Uhr.|Bitte unter {} melden.",
        "address": "Ich wohne {}.|Schickt es bitte an {}.||Lieferadresse: {}.|Das Paket ging nach {}.",
        "order": "Bestellnummer {} fehlt.|Meine Bestellung {} kam nie.||Rechnung Nr. {} ist falsch.|Sendungsnummer: {}.",
        "handle": "Ich bin {at}.|Mein Insta ist {plain}.||Folgt {at}.|Telegram: {plain}.",
        "link": "Siehe {}.|Hier der Beleg: {}.||Steht alles auf {} jetzt.|Foto: {}",
        "iban": "Bitte auf {} erstatten.|Mein Konto: {}.||Geld zurück an {} bitte.|IBAN {}.",
    },
    "fr": {
        "name": "Je m'appelle {}.|Cordialement, {}|Mme {} me l'a dit.||Mon nom est {}.|Merci, {}|Monsieur {} était gentil.|La commande est au nom de {}.",
        "mail": "Écrivez à {} svp.|Mon mail : {}.||On peut me joindre à {}.|{} est mon adresse.",
        "phone": "Appelez-moi au {}.|Mon numéro est le {}.||Téléphone : {}.|Joignable au {} le soir.",
        "address": "J'habite {}.|Envoyez-le au {}.||Adresse : {}.|Le colis est parti au {}.",
        "order": "La commande {} n'est pas arrivée.|Commande n° {}.||Facture numéro {}.|Numéro de suivi : {}.",
        "handle": "Je suis {at}.|Mon insta est {plain}.||Suivez {at}.|Telegram : {plain}.",
        "link": "Voir {}.|Le reçu : {}.||Tout est sur {} maintenant.|Photo : {}",
        "iban": "Remboursez sur {}.|Mon compte : {}.||Merci de virer sur {}.|IBAN {}.",
    },
    "es": {
        "name": "Me llamo {}.|Saludos, {}|La señora {} me lo dijo.||Mi nombre es {}.|Un saludo, {}|El pedido está a nombre de {}.",
        "mail": "Escribid a {} por favor.|Mi correo: {}.||Estoy en {}.|{} es mi dirección.",
        "phone": "Llamadme al {}.|Mi número es el {}.||Teléfono {}.|Móvil: {}.",
        "address": "Vivo en {}.|Enviadlo a {}.||Dirección: {}.|El paquete fue a {}.",
        "order": "El pedido {} no llegó.|Pedido nº {}.||Factura número {}.|Número de seguimiento: {}.",
        "handle": "Soy {at}.|Mi insta es {plain}.||Buscadme como {at}.|Telegram: {plain}.",
        "link": "Mirad {}.|El recibo: {}.||Está todo en {} ahora.|Foto: {}",
        "iban": "Devolvedlo a {}.|Mi cuenta: {}.||Ingresadlo en {} por favor.|IBAN {}.",
    },
    "it": {
        "name": "Mi chiamo {}.|Cordiali saluti, {}|Me l'ha detto la signora {}.||Il mio nome è {}.|Grazie, {}|L'ordine è a nome di {}.",
        "mail": "Scrivete a {} per favore.|La mia mail: {}.||Mi trovate a {}.|{} è il mio indirizzo.",
        "phone": "Chiamatemi al {}.|Il mio numero è {}.||Telefono {}.|Cellulare: {}.",
        "address": "Abito in {}.|Spedite a {}.||Indirizzo: {}.|Il pacco è andato in {}.",
        "order": "L'ordine {} non è arrivato.|Ordine n. {}.||Fattura numero {}.|Codice di spedizione {}.",
        "handle": "Sono {at}.|Il mio insta è {plain}.||Cercatemi come {at}.|Telegram: {plain}.",
        "link": "Guardate {}.|Lo scontrino: {}.||È tutto su {} ora.|Foto: {}",
        "iban": "Rimborsate su {}.|Il mio conto: {}.||Accreditate su {} grazie.|IBAN {}.",
    },
    "nl": {
        "name": "Ik heet {}.|Groetjes, {}|Mevrouw {} zei het.||Mijn naam is {}.|Met vriendelijke groet, {}|De bestelling staat op naam van {}.",
        "mail": "Mail naar {} graag.|Mijn mail is {}.||Ik ben bereikbaar via {}.|{} is mijn adres.",
        "phone": "Bel me op {}.|Mijn nummer is {}.||Telefoon {}.|Mobiel: {}.",
        "address": "Ik woon op {}.|Stuur het naar {}.||Adres: {}.|Het pakket ging naar {}.",
        "order": "Bestelling {} kwam niet.|Bestelnummer {}.||Factuur nr. {}.|Zending {} is zoek.",
        "handle": "Ik ben {at}.|Mijn insta is {plain}.||Volg {at}.|Telegram: {plain}.",
        "link": "Zie {}.|De bon: {}.||Het staat op {} nu.|Foto: {}",
        "iban": "Stort het op {}.|Mijn rekening: {}.||Graag terug naar {}.|IBAN {}.",
    },
    "pl": {
        "name": "Nazywam się {}.|Pozdrawiam, {}|Pani {} tak powiedziała.||Mam na imię {}.|Z poważaniem, {}|Zamówienie jest na nazwisko {}.",
        "mail": "Piszcie na {} proszę.|Mój mail: {}.||Jestem dostępny pod {}.|{} to mój adres.",
        "phone": "Zadzwońcie: {}.|Mój numer to {}.||Telefon {}.|Komórka: {}.",
        "address": "Mieszkam na {}.|Wyślijcie na {}.||Adres: {}.|Paczka poszła na {}.",
        "order": "Zamówienie {} nie doszło.|Zamówienie nr {}.||Faktura numer {}.|Paczka nr {} zaginęła.",
        "handle": "Jestem {at}.|Mój insta to {plain}.||Szukajcie {at}.|Telegram: {plain}.",
        "link": "Patrzcie {}.|Paragon: {}.||Wszystko jest na {} teraz.|Zdjęcie: {}",
        "iban": "Zwróćcie na {}.|Moje konto: {}.||Przelejcie na {} proszę.|IBAN {}.",
    },
}  # fmt: skip
_KNOWN = {
    "en": "{0} here. |Sorry, {0} again: |{0}, as you said, it is bad. ||{0} wrote it above. |As {0}'s neighbour I agree. |@{0} is right. ",
    "de": "{0} hier. |Wie {0} sagt: ||Ich bin's, {0}. |{0}s Nachbarin findet das auch. ",
    "fr": "Ici {0}. |Comme dit {0} : ||{0} a raison. |C'est encore {0}. ",
    "es": "Soy {0}. |Como dice {0}: ||{0} tiene razón. |Otra vez {0}. ",
    "it": "Sono {0}. |Come dice {0}: ||{0} ha ragione. |Ancora {0}. ",
    "nl": "{0} hier. |Zoals {0} zegt: ||{0} heeft gelijk. |Weer {0}. ",
    "pl": "Tu {0}. |Jak mówi {0}: ||{0} ma rację. |Znowu {0}. ",
}  # fmt: skip


def _digits(rng: random.Random, form: str) -> str:
    """# a digit, 9 one that is not 0."""
    return "".join(
        str(rng.randrange(1, 10))
        if mark == "9"
        else str(rng.randrange(10))
        if mark == "#"
        else mark
        for mark in form
    )


_PHONES = {
    "en": ("020 79## ####", "07700 9#####", "+44 7911 ######", "(555) 234-####", "+1 212-55#-####"),
    "de": ("0170 99#####", "030/12#4567#", "+49 171 9######", "0049 89 99####", "(0221) 99 ## ##"),
    "fr": ("06 12 34 ## ##", "01.42.68.##.##", "+33 6 99 ## ## ##", "0033 1 42 ## ## ##"),
    "es": ("612 34# ###", "91 123 ## ##", "+34 655 ## ## ##", "0034 93 221 ## ##"),
    "it": ("347 123 ####", "06 6982 ####", "+39 333 #######", "0039 02 48######"),
    "nl": ("06-12#4#6#8", "020 624 ####", "+31 6 2345####", "0031 20 56####9"),
    "pl": ("601 23# ###", "22 621 ## ##", "+48 512 ### ###", "0048 601 ### ###"),
}
_STREETS = {
    "en": ("## Oak Hill Road, SW9 8AB", "9## Maple Avenue", "Flat 9, 9# Kingsway Lane", "9# Primrose Close"),
    "de": ("Lindenstraße 9#, 1#### Berlin", "Am Alten Markt 9", "Goethestr. 9#a", "Birkenweg 9#, 8#### München"),
    "fr": ("9# rue de la Paix, 750## Paris", "9 bis avenue Victor Hugo", "9# chemin des Lilas, 69### Lyon"),
    "es": ("Calle Mayor 9#, 3º B", "Avda. de la Constitución 9#, 28### Madrid", "C/ Alcalá 9##"),
    "it": ("Via Garibaldi 9#, 20### Milano", "Piazza San Marco 9", "Corso Vittorio Emanuele 9#"),
    "nl": ("Kerkstraat 9#, 10## AB Amsterdam", "Prinsengracht 9##-hs", "Molenweg 9#"),
    "pl": ("ul. Długa 9#/9, 00-9## Warszawa", "al. Jerozolimskich 9## m. 9", "os. Słoneczne 9#/9#"),
}  # fmt: skip
_STREET_WORDS = re.compile(r"[A-ZÀ-Ž]\w{3,}")
_ORDERS = (
    "99-##-###",
    "A9#####",
    "4711-9##",
    "9########",
    "HB-2026-9####",
    "9##-99#####-9######",
    "ORD9#####X",
)
_IBANS = {
    "en": "GB29 NWBK 6016 13## #### ##", "de": "DE44 5001 0517 54## #### ##",
    "fr": "FR76 3000 6000 01## #### #### #89", "es": "ES91 2100 0418 45## #### ####",
    "it": "IT60 X054 2811 101# #### #### #56", "nl": "NL91 ABNA 04## #### ##",
    "pl": "PL61 1090 1014 0000 07## #### ####",
}  # fmt: skip
_HOSTS = ("mail.example", "post.example", "web.example.org", "box-9.example.net")


def _phone(rng: random.Random, language: str) -> tuple[str, tuple[str, ...]]:
    said = _digits(rng, rng.choice(_PHONES[language]))
    return said, (re.sub(r"\D", "", said)[-5:],)


def _address(rng: random.Random, language: str) -> tuple[str, tuple[str, ...]]:
    said = _digits(rng, rng.choice(_STREETS[language]))
    street = re.split(r", (?=\d{4,}|[A-Z]{2}\d|\d\d-\d)", said)[0]
    words = [
        word for word in _STREET_WORDS.findall(street) if word not in {"Flat", "Calle", "Close"}
    ]
    return said, (*words, *re.findall(r"\d{5}", said))


def _order(rng: random.Random, language: str) -> tuple[str, tuple[str, ...]]:
    said = _digits(rng, rng.choice(_ORDERS))
    return said, (said,)


def _iban(rng: random.Random, language: str) -> tuple[str, tuple[str, ...]]:
    said = _digits(rng, _IBANS[language])
    if rng.random() < 0.4:
        said = said.replace(" ", "")
    return said, (re.sub(r"\D", "", said)[-6:],)


def _mail(rng: random.Random, given: str, surname: str) -> tuple[str, tuple[str, ...]]:
    local = (
        f"{_plain(given)}{rng.choice(['.', '_', ''])}{_plain(surname)}{rng.choice(['', '84', '7'])}"
    )
    host = rng.choice(_HOSTS)
    at, dot = rng.choice([("@", "."), ("@", "."), ("@", "."), (" (at) ", "."), ("[at]", " [dot] ")])
    return f"{local}{at}{host.replace('.', dot)}", (local,)


def _plain(name: str) -> str:
    import unicodedata

    bare = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss").replace("ł", "l"))
    return re.sub(r"[^a-z]", "", bare.encode("ascii", "ignore").decode())


def _link(rng: random.Random, handle: str) -> tuple[str, tuple[str, ...]]:
    token = f"{rng.getrandbits(96):024x}"
    forms = (
        (f"https://shop.example/receipt?token={token}", token),
        (f"https://shop.example/orders/{token}/view", token),
        (f"https://{handle}:pw{token[:6]}@files.example/x.jpg", handle),
        (f"https://www.instagram.com/{handle}/", handle),
        (f"t.me/{handle}", handle),
        (f"https://shop.example/p/cup#user={handle}", handle),
    )
    return (chosen := rng.choice(forms))[0], (chosen[1],)


def planted(count: int, *, measured: bool, seed: int = 7) -> list[Planted]:
    """So many, the kinds and languages in turn, from the half that is asked for."""
    rng = random.Random(f"{seed}-{measured}")
    languages = list(_SENTENCES)
    kinds = [*_SENTENCES["en"], "known"]
    return [
        _one(rng, languages[n % len(languages)], kinds[n // len(languages) % len(kinds)], measured)
        for n in range(count)
    ]


def _half(sentences: str, measured: bool) -> list[str]:
    return sentences.split("||")[measured].split("|")


def _one(rng: random.Random, language: str, kind: str, measured: bool) -> Planted:
    given, surname = rng.choice(_GIVEN[language].split()), rng.choice(_SURNAME[language].split())
    handle = (
        f"{_plain(given)}{rng.choice(['_', '.', '-', ''])}{_plain(surname)}{rng.randrange(10, 99)}"
    )
    matter = rng.choice(_MATTER[language].split("|"))
    names: tuple[str, ...] = (f"{rng.choice(_GIVEN[language].split())} Mustermann",)
    if kind == "known":
        who = rng.choice([f"{given} {surname}", given, surname.upper(), given.lower()])
        said = rng.choice(_half(_KNOWN[language], measured)).format(who)
        names += (f"{given} {surname}",)
        secrets = tuple(part for part in (given, surname) if part.casefold() in who.casefold())
        return Planted(
            text=said + matter, names=names, secrets=secrets, kind=kind, language=language
        )
    sentence = rng.choice(_half(_SENTENCES[language][kind], measured))
    said, secrets = _said(rng, language, kind, (given, surname, handle), sentence)
    filled = sentence.format(said, at=f"@{handle}", plain=handle)
    text = (
        f"{matter} {filled}"
        if rng.random() < 0.7 or filled[-1] not in ".!"
        else f"{filled} {matter}"
    )
    if kind != "name" and rng.random() < 0.2:
        text = text.lower()  # as many write, though nobody could tell a name by it then
    return Planted(text=text, names=names, secrets=secrets, kind=kind, language=language)


def _said(
    rng: random.Random, language: str, kind: str, who: tuple[str, str, str], sentence: str
) -> tuple[str, tuple[str, ...]]:
    """What stands in the sentence, and what of it must go."""
    given, surname, handle = who
    match kind:
        case "name":
            titled = re.search(
                r"(?:Mrs|Mr|Frau|Herr|Mme|Monsieur|señora|signora|Mevrouw|Pani) \{", sentence
            )
            if titled:
                return surname, (surname,)
            return f"{given} {surname}", (given, surname)
        case "mail":
            return _mail(rng, given, surname)
        case "phone":
            return _phone(rng, language)
        case "address":
            return _address(rng, language)
        case "order":
            return _order(rng, language)
        case "iban":
            return _iban(rng, language)
        case "link":
            return _link(rng, handle)
        case _:
            return handle, (handle,)
