"""Words that tell what somebody is about, in seven languages, by how they begin.

Few examples say “Rücksendung” or “reso”; the recogniser need not have seen each to know that it
is about a parcel. A stem ends in `*`; without it the whole word is meant.
"""

from collections.abc import Iterable, Sequence

_WORDS = {
    "good": (
        "love* great awesome amazing* excellent* perfect* fantastic* brilliant* lovely nice* "
        "superb* best beautiful* gorgeous delicious* yummy comfy comfort* favourite* "
        "favorite* happy pleased delight* impress* thrilled obsess* recommend* wonderful* "
        "lifesaver stunning flawless* toll* super* klasse prima genial* perfekt* großartig* "
        "wunderbar* wunderschön* schön* lecker* liebe begeister* zufrieden* hammer spitze* "
        "empfehl* hervorragend* herrlich* mega lieblings* bequem* kuschelig* freundlich* "
        "hilfsbereit* adore* génial* parfait* magnifique* excellent* superbe* ravi* bravo "
        "délicieu* top formidable* merveill* préféré* satisfait* impeccable* encant* genial* "
        "perfect* excelente* maravill* fantástic* precios* delicios* rico* feliz content* "
        "mejor* favorit* recomend* estupend* ador* perfett* ottim* bellissim* fantastic* "
        "meraviglios* buonissim* squisit* preferit* consiglio* soddisfatt* eccellent* "
        "stupend* geweldig* fantastisch* heerlijk* prachtig* mooi* fijn* blij tevreden* "
        "lekker* favoriet* aanrader* perfect* uitstekend* topper* świetn* super* genialn* "
        "doskonał* cudown* piękn* pyszn* rewelac* polecam* kocham uwielbiam zadowolon* "
        "ulubion* idealn* wspaniał*"
    ),
    "bad": (
        "bad* terrible* awful* horrible* disappoint* useless worst broke* break* crack* snap* "
        "tore torn rip* leak* fault* defect* damag* cheap* flims* poor* annoy* frustrat* "
        "fail* stopped crash* bug* wrong* issue* problem* waste ruin* stain* fade* shrink* "
        "shrunk peel* rust* uncomfort* scratch* rude* ridiculous* unusable stuck smell* "
        "stink* expensive* overpriced schlecht* furchtbar* schrecklich* enttäusch* kaputt* "
        "gebroch* gerissen* undicht* tropf* defekt* mangel* mies* billig* nerv* ärger* "
        "fehler* falsch* problem* absturz* abgestürzt* stinkt riecht* unbequem* kratz* rost* "
        "verfärb* ausgeblich* unbrauchbar* teuer* unverschämt* unfreundlich* schade* leider "
        "nul* nulle* mauvais* cass* déçu* décev* horrible* panne* défaut* fuit* déchir* "
        "inutil* cher* chère* bug* plant* malheureusement abîm* rouill* pue* mal* peor* "
        "horrible* decepcion* roto* rota* romp* defect* fall* estrope* inútil* caro* cara* "
        "desgast* mancha* oxid* huele* lamentable* pésim* pessim* delus* rotto* rotta* rompe* "
        "difett* guast* perde* strapp* inutil* macchi* puzza* purtroppo peggior* slecht* "
        "kapot* teleurgesteld* teleurstell* gebroken* lekt* defect* fout* waardeloos* duur* "
        "helaas roest* stinkt* stuk kras* zł* zepsu* rozczarowan* pęk* złama* wadliw* "
        "cieknie* usterk* okropn* fataln* drog* niestety bezużyteczn* rdzew* śmierdz* porwa*"
    ),
    "parcel": (
        "parcel* package* courier* deliver* shipp* shipment* tracking* track dispatch* "
        "refund* return* postman driver* doorstep carrier* depot locker* warehouse label "
        "paket* päckchen* liefer* versand* verschickt* versend* zustell* sendung* rücksend* "
        "retour* bote* erstattung* erstattet* geliefert* angekommen* nachbar* packstation* "
        "colis livr* livraison* transporteur* suivi* rembours* expédi* facteur relais "
        "paquete* envío* envio* enviad* reparto* repartidor* mensajer* devoluci* devolv* "
        "reembols* seguimiento pedido* pacco* pacchi spedi* consegn* corriere* rimbors* reso "
        "resi tracciamento ordine* pakket* pakje* bezorg* verzend* verzonden* levering* "
        "geleverd* koerier* terugbetal* terugsturen* paczk* przesyłk* kurier* dostaw* "
        "dostarcz* wysyłk* wysła* zwrot* paczkomat* śledz*"
    ),
    "wants": (
        "want* wish* need* missing lack* bring* back restock* stock* sell carry range wünsch* "
        "wunsch* bräucht* brauch* fehlt* sortiment* wieder* nachbestell* führt* verkauft* "
        "voudrai* aimerai* manque* revien* ramen* stock gustar* quisiera* falta* traed* "
        "traigan vuelv* vend* vorrei vorremmo manca* riport* torna* vende* graag wil* mist* "
        "ontbreek* terug verkop* chciał* brakuje brak przywró* wróć* sprzeda* potrzeb*"
    ),
    "changes": (
        "make* add* allow* enable* provide* include* offer* let* change* improv* option* "
        "suggest* idea* could would should instead please longer shorter bigger smaller "
        "larger lighter machen macht mach ergänz* erlaub* biete* anbiet* änder* verbesser* "
        "option* vorschlag* idee* könnte* sollte* würde* wäre* bitte statt länger* kürzer* "
        "größer* kleiner* leichter* faire faites ajout* propos* permett* chang* amélior* "
        "pourri* devri* serait faudrait idée* plutôt hac* añad* permit* ofrec* cambi* mejor* "
        "podrí* deberí* sería* opción idea* fate facci* aggiung* permett* offr* cambi* "
        "miglior* potrest* dovrest* sarebbe opzione* maak* maken voeg* toevoeg* bied* "
        "verander* verbeter* kunnen zou* moet* optie* liever zrób* dodaj* doda* pozwól* "
        "oferuj* zmień* zmieni* popraw* mogli* powinn* byłoby opcj* pomysł*"
    ),
    "bot": (
        "bot* robot* automat* machine* human person ai chatbot* mensch* maschine* "
        "automatisch* humain* persona* umano mens menselijk* człowiek* maszyn*"
    ),
    "asks": (
        "what when where which who how why does do is are can any was wann wo welche* wer wie "
        "warum gibt habt ob quand où quel* qui comment pourquoi est-ce avez qué cuándo dónde "
        "cuál* quién* cómo tenéis hay quando dove quale quali chi come perché avete wat "
        "wanneer waar welke wie hoe waarom hebben co kiedy gdzie któr* kto jak dlaczego czy "
        "macie"
    ),
    "shop": (
        "store* shop* branch* open* clos* queue* parking till cashier* staff laden* filiale* "
        "geschäft* öffnungszeit* kasse* parkplatz* magasin* boutique* caisse* ouvert* tienda* "
        "caja* abiert* negozio* cassa* apert* winkel* kassa* sklep* kas* otwart* site* "
        "website* app checkout login account* newsletter* password* warenkorb* konto* anmeld* "
        "compte* panier* cuenta* carrito* conto* carrello* inlog* winkelwagen* strona* "
        "koszyk* logow*"
    ),
    "made": (
        "quality material* sturdy solid stitch* seam* finish durable flimsy fabric leather "
        "zip* handle coating paint lasts lasted robust* qualität* verarbeit* stabil* naht* "
        "stoff* griff* hält robust* hochwertig* qualité solide* tissu couture* calidad "
        "material* costura* tela qualità materiale* cucitur* stoffa kwaliteit* stevig* stof "
        "naad* jakość* materiał* solidn* szwy taste* tastes flavour* schmeckt geschmack* goût "
        "sabor sabe sapore smaak* smak*"
    ),
    "used": (
        "use* using useful handy practical easy easily comfort* convenient* fit* daily "
        "everyday everywhere help* versatile travel* clean* praktisch* nützlich* bequem* "
        "handlich* alltag* benutz* nutz* täglich hilft passt einfach pratique* facile* utile* "
        "quotidien commode* práctic* fácil* útil* cómod* diario pratic* comod* facile utile "
        "handig* makkelijk* dagelijks comfortabel* praktyczn* wygodn* łatw* codzien* "
        "przydatn*"
    ),
}
GROUPS = tuple(_WORDS)
_SHORTEST, _LONGEST = 2, 14
_WHOLE = {
    group: frozenset(word for word in words.split() if not word.endswith("*"))
    for group, words in _WORDS.items()
}
_STEMS = {
    group: frozenset(word[:-1] for word in words.split() if word.endswith("*"))
    for group, words in _WORDS.items()
}


def told(words: Sequence[str]) -> Iterable[int]:
    """Per `GROUPS`, how many of the lower-case words belong to it."""
    counts = dict.fromkeys(GROUPS, 0)
    for word in words:
        begins = {word[:size] for size in range(_SHORTEST, min(len(word), _LONGEST) + 1)}
        for group in GROUPS:
            counts[group] += word in _WHOLE[group] or not begins.isdisjoint(_STEMS[group])
    return counts.values()
