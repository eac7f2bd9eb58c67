"""German: all kinds. Both languages are always read, since one message may mix them."""

from bot.understanding.kinds import Kind
from bot.understanding.rules.rule import FAR, GAP, Rule, rule, words

_GOOD = (
    "schön|gut|super|toll|klasse|cool|praktisch|hilfreich|besser|nett|prima|genial|sinnvoll|"
    "wünschenswert|perfekt|ideal|traumhaft|nicht schlecht"
)
_COLOURS = (
    "grün|blau|rot|schwarz|weiß|weiss|grau|rosa|pink|lila|gelb|orange|braun|beige|türkis|silber|"
    "gold|bunt"
)
_PARCEL = "paket|päckchen|sendung|lieferung|bestellung|ware|bote|postbote|paketbote"
_MEND = (
    "machen macht mach ändern ändert verbessern verbessert hinzufügen ergänzen ergänzt anbieten "
    "bietet baut bauen gebt geben lassen lasst verwenden nehmt nehmen bringt weglassen verzichtet "
    "verzichten vergrößern verkleinern überarbeiten überarbeitet einbauen einführen denkt achtet"
)
_MENDS = _MEND.replace(" ", "|")

# A table: name, kind, weight, cues, pattern. Exploded to a field a line it is no longer one.
# fmt: off
_SUGGESTIONS: tuple[Rule, ...] = (
    rule("bitte ändern", Kind.SUGGESTION, 0.75, "bitte",
         rf"bitte (?:\S+ ){{0,6}}?(?:{_MENDS})|(?:{_MENDS}) (?:\S+ )?bitte"),
    rule("wäre schön", Kind.SUGGESTION, 0.75, "wäre wär wären fände fänd würde",
         rf"(?:wäre|wär|wären|fände|fänd) {GAP}(?:{_GOOD})|(?:{_GOOD}) (?:wäre|wär|fände)"),
    rule("könntet ihr", Kind.SUGGESTION, 0.6, "könntet könnten kann könnt könnte könnten",
         rf"(?:könntet|könnten|könnt|könnte|kann) (?:ihr|sie|man|du) {FAR}(?:{_MENDS})"),
    rule("sollte", Kind.SUGGESTION, 0.55, "sollte sollten solltet müsste müssten müsstet",
         r"(?:sollte|sollten|solltet|müsste|müssten|müsstet)"),
    rule("Vorschlag", Kind.SUGGESTION, 0.8, "vorschlag vorschlagen idee tipp anregung empfehlung "
         "verbesserungsvorschlag würde",
         r"(?:mein|ein|kleiner|als|noch ein|kurzer|eine|kleine|meine) (?:\S+ )?(?:vorschlag|idee|"
         r"tipp|anregung|verbesserungsvorschlag)|(?:vorschlag|tipp|idee|verbesserungsvorschlag|"
         r"anregung) :|vorschlagen"),
    rule("warum nicht", Kind.SUGGESTION, 0.55, "warum wieso weshalb",
         rf"(?:warum|wieso|weshalb) (?:nicht|kein|keine|keinen|{GAP}(?:nicht|kein|keine) "
         r"(?:einfach|auch))"),
    rule("wie wäre es", Kind.SUGGESTION, 0.7, "wie",
         r"wie (?:wäre|wär) (?:es|das|denn|mit|wenn)|wie wär's|wie wäre's"),
    rule("ich würde mir wünschen", Kind.SUGGESTION, 0.7, "wünsche wünschen wünschte hoffe hoffen",
         r"(?:würde|ich|wir|würden|hätte) (?:mir |uns |mich )?(?:\S+ ){0,6}?(?:wünsche|wünschen|"
         r"wünschte)|hoffe (?:ihr|dass|sie)"),
    rule("besser wenn", Kind.SUGGESTION, 0.6, "besser wenn lieber mehr größer kleiner länger",
         r"(?:besser|schöner|praktischer|lieber) (?:, )?wenn|(?:könnte|dürfte|müsste) (?:\S+ )"
         r"{0,3}?(?:mehr|größer|kleiner|länger|kürzer|stabiler|dicker|weicher|besser|heller)"),
    rule("Rat an andere", Kind.SUGGESTION, 0.5, "unbedingt am lieber nicht vorher achtung vorsicht "
         "achtet nehmt",
         r"\^ (?:am besten|lieber|unbedingt|achtet|achtung|vorsicht|nehmt|nimm)|"
         r"(?:achtet|achten) (?:\S+ )?(?:auf|darauf)|unbedingt (?!wieder|empfehl)\S+"),
)

_WISHES: tuple[Rule, ...] = (
    rule("andere Farbe", Kind.WISH, 0.75, _COLOURS.replace("|", " ") + " farbe farben",
         rf"(?:auch |noch |es |ihn |sie |eine |einen |das |den |die )*in (?:{_COLOURS}|"
         r"(?:\S+ )?(?:anderen|anderer|weiteren|mehr|verschiedenen) farben?)(?:en|em|er)?|"
         r"(?:andere|mehr|weitere|noch eine) farben?"),
    rule("andere Größe", Kind.WISH, 0.75, "größe größen version variante modell größere größeren "
         "größerer größeres kleinere kleineren kleineres kleinerer",
         r"(?:eine|einen|ein|die|der|auch) (?:\S+ )?(?:größere|größeren|größeres|größerer|"
         r"kleinere|kleineren|kleineres|kleinerer|längere|kürzere)(?: (?:version|variante|größe|"
         r"modell|ausführung))?|in (?:\S+ )?(?:anderen|größeren|kleineren|weiteren) größen?|"
         r"(?:andere|mehr|weitere) größen"),
    rule("gibt es bald", Kind.WISH, 0.65, "gibt gibts kommt plant verkauft führt habt bietet wann",
         r"(?:gibt es|gibt's|gibts|wird es|kommt) (?:\S+ ){0,5}?(?:auch|bald|wieder|irgendwann|"
         r"noch)|(?:plant|verkauft|führt|habt|bietet|verkaufen|führen|haben) (?:ihr|sie) "
         r"(?:\S+ ){0,5}?(?:auch|bald|noch|irgendwann|wieder)|wieder (?:lieferbar|verfügbar|da)"),
    rule("hätte gern", Kind.WISH, 0.65, "hätte hätten gern gerne nehmen kaufen möchte suche",
         r"(?:hätte|hätten) (?:ich |wir |das |die |den |es )*(?:\S+ ){0,3}?(?:gern|gerne)|"
         r"(?:würde|würd) (?:ich )?(?:\S+ ){0,6}?(?:kaufen|bestellen|nehmen)|(?:ich|wir) suchen? "
         r"(?:noch |schon )?(?:ein|eine|einen)"),
    rule("ich wünschte ihr hättet", Kind.WISH, 0.7, "hättet hätten",
         r"(?:wünschte|wenn|würde) (?:\S+ ){0,4}?(?:ihr|sie) (?:\S+ ){0,6}?(?:hättet|hätten)"),
)

_PROBLEMS: tuple[Rule, ...] = (
    words("kaputt", Kind.PROBLEM, 0.75,
          "kaputt defekt gerissen gebrochen zerbrochen abgebrochen abgefallen undicht zerkratzt "
          "verbogen verrostet rostet rostig tropft wackelt wackelig klemmt ausgelaufen läuft "
          "mangelhaft unbrauchbar abgegangen ausgeblichen verfärbt geplatzt gesprungen"),
    rule("geht nicht", Kind.PROBLEM, 0.75, "nicht nie kaum keinen kein",
         r"(?:funktioniert|geht|schließt|hält|passt|lädt|öffnet|funktionieren|halten|dichtet|"
         r"klappt|läuft|startet|dreht|lässt sich) (?:\S+ ){0,3}?(?:nicht|nie|kaum|schlecht)"),
    rule("Problem", Kind.PROBLEM, 0.6, "problem probleme fehler mangel reklamation reklamieren "
         "enttäuscht enttäuschend enttäuschung ärgerlich ärgert nervt schade",
         r"(?:ein|das|mein|habe|haben|großes|immer) (?:\S+ )?(?:problem|probleme|fehler|mangel)|"
         r"reklamation|reklamieren|enttäusch(?:t|end|ung)|ärgerlich|ärgert|nervt"),
    rule("schlecht gemacht", Kind.PROBLEM, 0.65, "schlecht schlechte schlechter mies miese billig "
         "qualität stinkt riecht",
         r"(?:schlechte|schlechter|miese|billige|mangelnde) (?:\S+ )?(?:qualität|verarbeitung)|"
         r"(?:qualität|verarbeitung) (?:\S+ ){0,3}?(?:schlecht|mies|miserabel|billig)|"
         r"(?:schlecht|mies|billig) (?:verarbeitet|gemacht|genäht)|stinkt|riecht (?:\S+ )?nach"),
    rule("zu viel", Kind.PROBLEM, 0.5, "zu",
         r"(?:ist|sind|war|waren|viel|etwas|leider|fällt|bisschen) (?:\S+ )?(?:viel )?zu (?:klein|"
         r"groß|kurz|lang|schwer|teuer|eng|weit|laut|dünn|dick|weich|hart|heiß|rutschig|dunkel)"),
    rule("ohne Problem", Kind.PROBLEM, -0.7, "nicht kein keine nie ohne nichts keinerlei wenn",
         r"(?:kein|keine|keinerlei|ohne|nie) (?:\S+ )?(?:problem|probleme|fehler|kratzer|mangel)|"
         rf"(?:nicht|nie|nichts|noch nichts) {GAP}(?:kaputt|defekt|gerissen|gebrochen|undicht|"
         r"tropft|wackelt|klemmt|rostet|verrostet|enttäuscht)|(?:tropft|wackelt|klemmt|rostet) "
         r"(?:\S+ )?nicht"),
)

_DELIVERIES: tuple[Rule, ...] = (
    rule("das Paket", Kind.DELIVERY, 0.85, _PARCEL.replace("|", " "),
         rf"(?:{_PARCEL}) {FAR}(?:angekommen|da|nicht|beschädigt|zerdrückt|zu spät|spät|offen|nass|"
         r"fehlt|weg|verloren|verspätet|geliefert|falsch|unterwegs|kommt|bleibt|kam|wann)|"
         rf"(?:wo|wann|warte|warten|auf|status|noch) {FAR}(?:{_PARCEL})"),
    rule("Versand", Kind.DELIVERY, 0.6, "versand geliefert lieferzeit dhl hermes dpd angekommen "
         "verschickt versendet sendungsnummer zugestellt",
         r"versand|lieferzeit|dhl|hermes|dpd|sendungsnummer|(?:nicht|noch|immer|falsch|zu spät|"
         r"beschädigt|kaputt|zerdrückt|gestern|heute|schnell|pünktlich|endlich) (?:\S+ )?"
         r"(?:angekommen|geliefert|verschickt|versendet|zugestellt)|falsche \S+ geliefert"),
    rule("kam an", Kind.DELIVERY, 0.75, "kam kamen ankam",
         r"(?:kam|kamen) (?:\S+ ){0,4}?(?:an|beschädigt|zerdrückt|kaputt|zu spät|nicht an)"),
)

_BOT: tuple[Rule, ...] = (
    rule("der Bot", Kind.ABOUT_BOT, 0.9, "bot chatbot roboter mensch mensch maschine mitarbeiter "
         "person menschen",
         r"(?:euer|der|dieser|ein|blöder|dummer|den|dein|ihr|eurem|diesem|du) (?:\S+ )?"
         r"(?:chatbot|bot)|bist du (?:\S+ ){0,3}?(?:bot|roboter|mensch|maschine|echt)|"
         r"(?:mit|an) (?:einem|einer|nem) (?:\S+ )?(?:menschen|person|mitarbeiter|mitarbeiterin)|"
         r"(?:echter|richtiger|echten|richtigen) menschen?"),
    rule("hör auf", Kind.ABOUT_BOT, 0.85, "hör hört schreib schreibt lass lasst",
         r"(?:hör|hört) (?:\S+ )?auf (?:\S+ ){0,3}?(?:schreiben|schicken|nerven)|(?:schreib|"
         r"schreibt) mir nicht|(?:lass|lasst) mich in ruhe"),
)

_QUESTIONS: tuple[Rule, ...] = (
    rule("fragt", Kind.QUESTION, 0.4,
         "wer was wo wann wie welche welcher welches warum wieso ist sind kann hat habt gibt passt "
         "weiß frage wissen",
         r"\^ (?:hallo |hi |hey |, |und |sagt mal |bitte )*(?:wer|wo|wann|wie|welche|welcher|"
         r"welches|warum|wieso|woher|wohin|wofür|kann (?:ich|man|jemand)|habt ihr|hat jemand|"
         r"gibt es|weiß jemand|passt (?:das|der|die)|ist (?:das|der|die|es)|was)|"
         r"(?:weiß|kennt|hat) (?:jemand|einer|wer)|(?:eine|ne|kurze) frage|würde gerne? wissen|"
         r"ich frage mich"),
)

_PRAISE: tuple[Rule, ...] = (
    words("Lob", Kind.PRAISE, 0.6,
          "großartig fantastisch genial wunderbar hervorragend perfekt begeistert traumhaft "
          "spitze ausgezeichnet klasse grandios wunderschön"),
    rule("liebt es", Kind.PRAISE, 0.65, "liebe lieben liebt gefällt mag mögen",
         r"(?:ich|wir|kinder|tochter|sohn|alle|\^) (?:\S+ )?(?:liebe|lieben|liebt|mag|mögen)|"
         r"gefällt (?:mir|uns|allen)|(?:liebe|lieben|mag) (?:ich|wir)"),
    rule("gut so", Kind.PRAISE, 0.5, "gut super toll top schön schöne tolle toller tolles prima "
         "schönes gute zufrieden praktisch",
         r"(?:sehr|so|echt|richtig|total|wirklich|ist|sind|bin|\^|ein|eine|funktioniert|passt|"
         r"einfach|absolut) (?:\S+ )?(?:gut|super|toll|top|schön|schöne|tolle|toller|tolles|prima|"
         r"schönes|gute|zufrieden|praktisch)"),
    rule("danke", Kind.PRAISE, 0.4, "danke dankeschön dank lob",
         r"danke|dankeschön|vielen dank|besten dank|(?:großes|ein) lob"),
    rule("empfiehlt", Kind.PRAISE, 0.65, "empfehlen empfehlenswert weiterempfehlen",
         r"(?:nur |sehr |kann ich |absolut |weiter)*(?:empfehlen|empfehlenswert)"),
    rule("nicht so gut", Kind.PRAISE, -0.7, "nicht nie kein keine wäre wär fände",
         rf"(?:nicht|nie|kein|keine) {GAP}(?:gut|super|toll|schön|perfekt|zufrieden|praktisch|"
         r"begeistert|empfehlen|gefällt)|gefällt (?:\S+ ){0,2}?nicht|wäre|wär|fände"),
)

_CHATTER: tuple[Rule, ...] = (
    rule("Beschimpfung", Kind.CHATTER, 0.9, "schämen schämt schande", r"schäm(?:en|t)|schande"),
    rule("Gruß", Kind.CHATTER, 0.75, "tag morgen abend nacht wochenende",
         r"(?:guten?|schönen|schönes) (?:tag|morgen|abend|nacht|wochenende)"),
)

RULES = (
    *_SUGGESTIONS, *_WISHES, *_PROBLEMS, *_DELIVERIES, *_BOT, *_QUESTIONS, *_PRAISE, *_CHATTER,
)
