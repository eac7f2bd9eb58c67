"""English: problems, deliveries, the bot, questions and praise."""

from bot.understanding.kinds import Kind
from bot.understanding.rules.rule import FAR, GAP, Rule, rule, words

_BROKEN = (
    "broke broken snapped cracked leaks leaking leaked leaky tore torn ripped scratched rusty "
    "rusted rusting faded defective faulty wobbles wobbly peeling peeled chipped dented shattered "
    "melted bent loose crooked jammed stuck mouldy moldy warped shrunk shrank unusable useless"
)
_PARCEL = "parcel|package|delivery|courier|shipment|postman|shipping"
_LATE = (
    "arrived arrive came come delivered received late damaged crushed lost missing waiting wait "
    "still yet where track tracking wrong empty opened wet delayed weeks days"
)

# A table: name, kind, weight, cues, pattern. Exploded to a field a line it is no longer one.
# fmt: off
_PROBLEMS: tuple[Rule, ...] = (
    words("broken", Kind.PROBLEM, 0.75, _BROKEN),
    rule("leak, crack", Kind.PROBLEM, 0.6, "leak crack rust break scratch tear fade smell smells "
         "stinks stink drips burns cracks breaks scratches tears fades rusts",
         r"(?:it|they|lid|this|which|that|all|\S+s?) (?:just |already |always |really |easily |to "
         r")?(?:leak|crack|rust|break|scratch|tear|fade|smell|smells|stinks?|drips|burns|cracks|"
         r"breaks|scratches|tears|fades|rusts)"),
    rule("does not work", Kind.PROBLEM, 0.75,
         "work working works fit close open hold stay charge start turn stick last",
         r"(?:doesn't|doesnt|does not|don't|dont|do not|didn't|did not|won't|wont|will not|isn't|"
         r"not|stopped|can't|cannot|never|no longer|quit|hardly|barely) (?:even |really |"
         r"properly |seem to |quite )*(?:work|working|works|fit|close|open|hold|stay|charge|start|"
         r"turn on|stick|last)"),
    rule("came apart", Kind.PROBLEM, 0.75, "fell falls came comes off apart falling coming",
         r"(?:fell|falls|falling|came|comes|coming|broke|breaks|peels|wore|rubbed|rubs) "
         r"(?:right |straight )?(?:off|apart|loose|out|undone)"),
    rule("too much", Kind.PROBLEM, 0.55, "too",
         r"(?:is|are|was|were|it's|feels|runs|far|way|much|a bit|a little|just|\^) (?:far |way |a "
         r"bit |a little |much |just )?too (?!good|bad you|late to|many thanks|cute|beautiful)\S+"),
    rule("poor quality", Kind.PROBLEM, 0.7, "quality poor cheap poorly badly shoddy flimsy",
         r"(?:poor|bad|low|terrible|awful|cheap) quality|poorly|badly (?:made|designed|built)|"
         r"shoddy|flimsy|(?:feels|looks|looked|felt|is|too) (?:so |very |really )?cheap"),
    rule("let down", Kind.PROBLEM, 0.6, "disappointed disappointing disappointment unhappy "
         "complaint complain refund regret annoying frustrating unacceptable",
         r"disappoint(?:ed|ing|ment)|unhappy|complaint|complain|my money back|(?:want|get|demand) "
         r"(?:an?|my|the) refund|regret|annoying|frustrating|unacceptable"),
    rule("a problem", Kind.PROBLEM, 0.6, "problem problems issue issues trouble bug wrong fault "
         "flaw",
         r"(?:a|the|my|have|having|had|big|another|same|only|with|one|got) (?:big |same |serious "
         r"|huge |small |only )?(?:problems?|issues?|trouble|bug|fault|flaw)|"
         r"something (?:is |'s )?wrong|went wrong|what's wrong"),
    rule("after a while", Kind.PROBLEM, 0.4, "after",
         r"(?:already|broke\S*|stopped|gone|died|dead|lost) (?:\S+ ){0,6}?after|after (?:only|"
         r"just|one|a|two|three|\d+) (?:\d+ )?(?:day|days|week|weeks|month|months|wash|washes|"
         r"uses?)"),
    rule("died", Kind.PROBLEM, 0.6, "died dead stopped closed missing lost",
         r"(?:it|battery|motor|zip|zipper|light|screen|already|completely) (?:just |has |is )?"
         r"(?:died|dead|stopped)|(?:was|is|were|are) (?:\S+ )?missing|missing (?:a|the|one|two) |"
         r"closed (?:early|already|again)"),
    rule("no problem at all", Kind.PROBLEM, -0.7,
         "no not never without zero doesn't didn't don't hasn't haven't isn't won't if problem",
         rf"(?:no|not|never|without|zero|doesn't|didn't|hasn't|haven't|isn't|won't|hardly|not a "
         rf"single|nothing) {GAP}(?:leaks?|leaking|leaked|broken|broke|break|breaks|cracks?|"
         r"cracked|scratch(?:es|ed)?|problems?|issues?|trouble|torn|faded|fade|rust|rusty|"
         r"disappoint(?:ed)?|complaints?|regret|loose|smell|stuck|wrong|faulty)|"
         r"no problem|if it (?:ever )?(?:breaks|leaks|broke)"),
)

_DELIVERIES: tuple[Rule, ...] = (
    rule("the parcel", Kind.DELIVERY, 0.85, _PARCEL.replace("|", " "),
         rf"(?:{_PARCEL}) {FAR}(?:{_LATE.replace(' ', '|')}|not|hasn't|never|didn't)|"
         rf"(?:{_LATE.replace(' ', '|')}|no|never) (?:\S+ ){{0,5}}?(?:{_PARCEL})"),
    rule("parcel", Kind.DELIVERY, 0.5, "parcel package shipment courier delivery shipping shipped "
         "dhl ups fedex dpd hermes usps tracking",
         rf"(?:the|my|your|our|by|a) (?:{_PARCEL})|dhl|fedex|dpd|hermes|usps|"
         r"tracking (?:number|code|link|says|shows|info)|(?:was|been|get|got|not|it) shipped"),
    rule("my order", Kind.DELIVERY, 0.85, "order orders ordered",
         rf"(?:my|our|the|an|this) (?:\S+ )?orders? {FAR}(?:{_LATE.replace(' ', '|')}|not|"
         rf"hasn't|status|shipped|cancelled|number)|(?:waiting|where|when|status|track|received|"
         r"got|missing|cancel) (?:\S+ ){0,4}?(?:my|our|the|an) (?:\S+ )?order|ordered {FAR}"
         r"(?:still|yet|never|hasn't|nothing|weeks ago|days ago|arrived|waiting)"),
    rule("arrived so", Kind.DELIVERY, 0.8, "arrived arrive came delivered received",
         r"(?:arrived|came|was delivered|got delivered|delivered|turned up|received \S+) "
         r"(?:\S+ )?(?:crushed|damaged|broken|late|early|empty|wet|opened|squashed|dented|smashed|"
         r"cracked|in pieces|too late|yesterday|today|on time|quickly|fast|safely|weeks|days)|"
         r"(?:hasn't|has not|haven't|never|not|didn't|still not) (?:yet |even )?(?:arrived?|come|"
         r"been delivered|received)|when (?:will|does|is) (?:it|my \S+) (?:arrive|come|"
         r"be delivered)"),
    rule("wrong item", Kind.DELIVERY, 0.75, "wrong sent received got missing",
         r"(?:sent|received|got|delivered) (?:me |us )?(?:the |a )?wrong (?:\S+)|"
         r"(?:sent|received|got) (?:me )?(?:only )?(?:one|two|half) (?:instead|of two)"),
)

_BOT: tuple[Rule, ...] = (
    rule("are you a bot", Kind.ABOUT_BOT, 0.95, "bot robot human machine ai person chatbot real",
         r"(?:are|r) (?:you|u) (?:really |even |just |actually )?(?:an? )?(?:real |actual )?"
         r"(?:ro)?(?:bot|human|person|machine|ai|chatbot|real)|is (?:this|that|it) (?:an? )?"
         r"(?:real person|(?:ro)?bot|chatbot|human|ai)"),
    rule("the bot", Kind.ABOUT_BOT, 0.9, "bot chatbot bots",
         r"(?:your|this|the|that|stupid|you|dumb|useless|annoying|rude|a|hey|dear|good|bad|"
         r"thanks) (?:\S+ )?(?:chat)?bots?(?! (?:vacuum|mop))"),
    rule("a person please", Kind.ABOUT_BOT, 0.9, "human person someone agent staff real",
         r"(?:talk|speak|chat|connect|put me through|transfer|write)(?: me)? (?:to|with) "
         r"(?:an? |the )?(?:real |actual |living )?(?:human|person|someone|somebody|agent|staff|"
         r"employee|manager)(?: being)?|(?:real|actual) (?:human|person)|human please"),
    rule("stop writing", Kind.ABOUT_BOT, 0.85, "stop messaging writing spamming unsubscribe "
         "messages dm dms",
         r"stop (?:messaging|writing|spamming|texting|sending|dming|answering)(?: to)? ?(?:me|us|"
         r"these|so|everyone|messages)?|leave me alone|unsubscribe"),
)

_QUESTIONS: tuple[Rule, ...] = (
    rule("question mark", Kind.QUESTION, 0.4, "? ?? ??? ?! !? ????", r"[?!]*\?[?!]*"),
    rule("asks", Kind.QUESTION, 0.3,
         "who what when where which how is are do does did can could will would has have why whose "
         "am was were should may",
         r"\^ (?:hi |hello |hey |sorry |and |so |but |, |please |also |ok |okay )*(?:(?:who|what|"
         r"when|where|which|how|why|whose)(?:'s)? (?!a |an |the best)|(?:is|are|do|does|did|can|"
         r"could|will|would|has|have|was|were|am|may|should) (?:i|you|u|it|they|we|the|this|that|"
         r"there|these|those|anyone|anybody|someone|my|your|he|she|\S+ing)\b)"),
    rule("wants to know", Kind.QUESTION, 0.7, "know wonder wondering anyone question tell ask "
         "explain",
         r"(?:does|do|did) (?:anyone|anybody|someone|you|any of you) (?:here )?know|"
         r"(?:i|i'm|was|just) (?:am |was |just )*(?:wonder|wondering|curious)|(?:want|like|love) "
         r"to know|(?:a|one|quick|my) question|(?:can|could) (?:anyone|someone|you|somebody) "
         r"(?:please )?(?:tell|explain|help)|(?:has|have|is) (?:anyone|anybody)|let me know "
         r"(?:if|when|how|what)"),
)

_PRAISE: tuple[Rule, ...] = (
    words("glad words", Kind.PRAISE, 0.6,
          "awesome amazing fantastic perfect wonderful brilliant excellent gorgeous "
          "adorable superb outstanding flawless delighted impressed obsessed stunning thrilled"),
    rule("loves it", Kind.PRAISE, 0.65, "love loved loves adore loving enjoyed enjoy",
         r"(?:i|we|she|he|they|kids|\^|just|absolutely|really|so|everyone|daughter|son|wife|"
         r"husband|all|totally|still) (?:\S+ )?(?:love|loved|loves|adore|adores|loving|enjoyed|"
         r"enjoy)(?! to | it if| if | one | a | an )"),
    rule("good thing", Kind.PRAISE, 0.5, "great good nice best beautiful lovely happy pretty cute "
         "super cool favourite favorite top solid sturdy",
         r"(?:is|are|was|it's|its|looks?|works?|feels?|so|very|really|such|what|the|my|\^|am|i'm|"
         r"a|quite|super|pretty|fits?) (?:an? |so |really |very |the |absolutely |also |my |"
         r"new )*(?:great|good|nice|best|beautiful|lovely|happy|pretty|cute|super|cool|favou?rite|"
         r"top|solid|sturdy)"),
    rule("thanks", Kind.PRAISE, 0.4, "thanks thank thx cheers kudos congrats congratulations",
         r"thanks|thank (?:you|u)|thx|cheers|kudos|congrats|congratulations"),
    rule("well done", Kind.PRAISE, 0.7, "done job work keep",
         r"well done|(?:great|good|nice|amazing) (?:job|work)|keep (?:up|it up)"),
    rule("recommends it", Kind.PRAISE, 0.65, "recommend recommended",
         r"(?:would|'d|highly|definitely|can|i|i'd|fully|totally|absolutely|strongly|really) "
         r"(?:highly |definitely |fully |totally |absolutely |strongly )?recommend(?:ed)?"
         r"(?! (?:that|you|to you|they|using|getting))"),
    rule("not so good", Kind.PRAISE, -0.7, "not isn't wasn't never no don't didn't hardly if would",
         rf"(?:not|isn't|wasn't|never|no|don't|didn't|doesn't|hardly|aren't|can't|cannot) {GAP}"
         r"(?:great|good|nice|best|beautiful|happy|perfect|love|recommend|impressed|cool|enjoy)|"
         r"(?:would|could) be"),
)

_CHATTER: tuple[Rule, ...] = (
    rule("is an insult", Kind.CHATTER, 0.9, "ashamed shame yourself yourselves hell lost",
         r"be ashamed|shame on|should be embarrassed|(?:go|get) (?:to hell|lost)|(?:fuck|screw|"
         r"kill) (?:you|yourself|yourselves)"),
    rule("greets", Kind.CHATTER, 0.55, "morning evening night afternoon birthday christmas",
         r"(?:good|happy|merry) (?:morning|evening|night|afternoon|birthday|christmas)"),
    rule("wishes a good day", Kind.CHATTER, 0.7, "have enjoy",
         r"(?:have|enjoy) (?:a|an|your|the) (?:nice |great |good |lovely |wonderful )?(?:day|one|"
         r"weekend|evening|time|week|holidays?)"),
)

RULES = (*_PROBLEMS, *_DELIVERIES, *_BOT, *_QUESTIONS, *_PRAISE, *_CHATTER)
