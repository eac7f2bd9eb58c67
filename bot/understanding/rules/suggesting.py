"""English suggestions and wishes: asking for a change, or for something that is not there."""

from bot.understanding.kinds import Kind
from bot.understanding.rules.rule import FAR, GAP, Rule, rule, words

_CHANGE = (
    "add allow make enable provide include offer let fix improve change bring support consider "
    "implement create give remove increase reduce extend introduce put keep replace return "
    "update integrate show open expose use design sell stock build restore simplify expand "
    "lower raise shorten widen strengthen redesign rethink release publish"
)
_ADVISE = (
    "ask avoid beware bring book check choose consider don't dont expect forget get go have "
    "insist keep look pay pick remember request skip spend stay stick take try turn visit "
    "walk watch wear wash use wait save do never always be head grab buy order enjoy note tell "
    "leave eat spoil treat see make let pack plan prepare"
)
_GOOD = "nice|great|good|better|best|helpful|useful|awesome|cool|amazing|wonderful|lovely|perfect"
_GOOD_MORE = f"{_GOOD}|fantastic|excellent|convenient|handy|ideal|easier|super|neat|brilliant"
_COLOURS = (
    "green|blue|red|black|white|grey|gray|pink|purple|yellow|orange|brown|beige|navy|teal|"
    "turquoise|silver|gold|lilac|mint|cream"
)
_SIZES = "bigger|smaller|larger|taller|longer|shorter|wider|xl|xxl|xs|mini|large|small|medium"
_VERBS = "|".join(_CHANGE.split())
_TIPS = "|".join(_ADVISE.split())
_I = "i|we|i'd|we'd|id"
_LEAD = (
    r"(?:and |so |also |then |but |or |maybe |perhaps |however |otherwise |plus |again |therefore "
    r"|furthermore |instead |definitely |either |please |kindly |just |ps |at (?:the very )?least |"
    r"if possible |easy fix |first |\d+ |[,.:] )*"
)
"""What may stand before an imperative."""

# A table: name, kind, weight, cues, pattern. Exploded to a field a line it is no longer one.
# fmt: off
_SUGGESTIONS: tuple[Rule, ...] = (
    rule("please do", Kind.SUGGESTION, 0.8, "please pls plz",
         rf"(?:please|pls|plz) (?:just |also |at least |do |kindly )?(?:{_VERBS}|don't|stop|"
         rf"refrain|can|could|be)|(?:need|want|like|have|get|us|it|this) {FAR}(?:please|pls|plz) "
         r"[$.!?]"),
    rule("asks for it", Kind.SUGGESTION, 0.7, _CHANGE,
         rf"\^ {_LEAD}(?:{_VERBS})(?! (?:it|sure) (?:is|was)| sense| fun of| this week)"),
    rule("would be good", Kind.SUGGESTION, 0.8, "would 'd it'd that'd be",
         rf"(?:would|'d|it'd|that'd|might|could) (?:also |really |probably )?be {GAP}"
         rf"(?:{_GOOD_MORE})(?! (?:friend|friends|day))"),
    rule("would love", Kind.SUGGESTION, 0.6,
         "love like appreciate prefer welcome appreciated request suggest propose ask",
         rf"(?:(?:{_I}|people|many|users|customers|everyone) {GAP})?(?:would|i'd|we'd|id) "
         r"(?:really |also |absolutely |very much |still )?"
         r"(?:love|like|appreciate|prefer|welcome) (?:to see|to have|to be able|it if|if|an?|"
         r"more|some|the option|having|seeing|that|you to|for|to (?:add|request|suggest|ask))|"
         r"(?:would|'d) be (?:most |very |really )?(?:welcome|appreciated)|"
         r"(?:want|like) to (?:request|suggest|propose|ask for)"),
    rule("could you", Kind.SUGGESTION, 0.65, "could can would will might possible",
         rf"(?:could|can|would|will) (?:you|u|someone|they|we|it|the \S+) (?:guys |please |also |"
         rf"maybe |not |perhaps |possibly |get |be |there |even )*(?:please|{_VERBS}|made|have the "
         rf"option)|(?:you|they) (?:could|might) (?:also |even |maybe |perhaps |just |at least )*"
         rf"(?:{_VERBS})|(?:is it|would it be|be) possible to (?:{_VERBS}|have|get)"),
    rule("why not", Kind.SUGGESTION, 0.65, "why",
         r"why not (?:just )?(?!working|yet|sure)[a-z]+|why (?:don't you|don't they|can't you|"
         r"can't we|couldn't you|isn't there|can't it|doesn't it)(?: just)?"
         rf"(?= (?:{_VERBS}|let|have|an?|possible|also|come) )"),
    rule("how about", Kind.SUGGESTION, 0.65, "about if",
         r"(?:how|what) about (?!you |the order|my |your )|(?:how|what) if (?:you|we|there|it)"),
    rule("should", Kind.SUGGESTION, 0.5, "should shouldn't ought must needs need",
         r"(?<!\^ this )(?<! i )(?<! that )(?:should|shouldn't|ought to|must|(?:you|they|there|it|"
         r"company|team|store|shop) needs? to) (?:really |also |definitely |probably |only |not |"
         r"just |at least |always |never |either |even )*(?!(?:see|say|admit|have|i|we|be|work|"
         r"know) )[a-z]+|(?:should|shouldn't|ought to|must|needs? to) (?:also |not |really )?be "
         r"[a-z]+|should (?:also |at least |really )?have (?:an?|the|more|some|at|option|in)"),
    rule("needed", Kind.SUGGESTION, 0.45, "need needs lacks lacking missing require requires",
         r"(?:\^|it|we|you|there|this|\S+s?|also|really) (?:really |also |desperately )?"
         r"(?:needs?|lacks?|requires?) (?:an?|more|some|better|to be|another|the option)|"
         r"need of|could do with|lacking"),
    rule("there should be", Kind.SUGGESTION, 0.6, "there",
         r"there (?:should|must|could|needs to|has to|ought to) (?:really |also )?be"),
    rule("suggests", Kind.SUGGESTION, 0.75,
         "suggest suggestion suggestions suggesting idea proposal propose request advise advice "
         "tip recommend improvement improvements wishlist",
         rf"(?:{_I}) (?:would |'d |do |can |just |highly |strongly |want to |wanted to |might )*"
         r"(?:suggest|propose|advise)|(?:my|one|a|another|small|little|quick|best|only|just a) "
         r"(?:suggestion|proposal|idea|advice|tip|improvement|request)s?(?! (?:how|what|why|"
         r"where|of))|(?:suggestion|tip|idea|request|feature request|proposal)s? :|"
         r"(?:the )?idea is|(?:would|could) be an improvement|room for improvement"),
    rule("recommends doing", Kind.SUGGESTION, 0.6, "recommend",
         r"recommend (?:that )?(?:you|to|they|people|using|getting|\S+ing\b|an?|another|keep)"),
    rule("instead", Kind.SUGGESTION, 0.2, "instead rather",
         r"instead of|instead (?:\.|\$)|rather than"),
    rule("wishes it were", Kind.SUGGESTION, 0.7, "wish wishing hope hoping hopefully if",
         rf"(?:{_I}|just|only|really|do) (?:wish|wished) (?:it|they|the|this|that|you|we|for|"
         r"there|\S+) |if only|(?:hope|hoping) (?:you|they|that you|to see|this gets|it gets|"
         r"microsoft|for an?)"),
    rule("better if", Kind.SUGGESTION, 0.6, "better easier nicer if could more",
         r"(?:better|easier|nicer|cooler|happier|great|nice|good|helpful|useful|perfect) "
         r"(?:if|to have|with an?)|(?:could|can) be (?:a (?:bit|little|tad) )?(?:more|better|"
         r"improved|bigger|smaller|longer|shorter|thicker|stronger|softer|easier|\S+er\b)"),
    rule("wants", Kind.SUGGESTION, 0.5, "want wants need like able ability option possibility",
         rf"(?:{_I}|users|people|customers|developers) (?:also |really |just |still )?"
         r"(?:want|need) (?:an?|to be able|the ability|more|some|the option|you to|this|it to)|"
         r"\^ (?:the )?(?:ability|option) (?:to|for|of)|what (?:i|we) (?:want|need)|"
         r"(?:give|allow|let) (?:us|users|me|people|customers|developers)|should be able to"),
    rule("time you did", Kind.SUGGESTION, 0.5, "time",
         r"(?:it's|it is|about|high) (?:about |high )?time"),
    rule("do not", Kind.SUGGESTION, 0.5, "don't dont do never stop not",
         r"(?:\^|please|and|but|so|,|just) (?:don't|dont|do not|never|stop) (?:ever |even |"
         r"you |let |be |go |make |use |put |force |\S+ing )?(?!know|think|understand|like|have|"
         r"see|get me|worry|thank|work|care|want|mind|remember|believe|need|really)[a-z]+"),
    words("hopes for", Kind.SUGGESTION, 0.35, "hopefully ideally preferably"),
)

_TIPS_FOR_OTHERS: tuple[Rule, ...] = (
    rule("advice", Kind.SUGGESTION, 0.6, _ADVISE,
         rf"(?:\^|;|:) {_LEAD}(?:{_TIPS})(?= [a-z])"
         r"(?! (?:is|was|were|are|of my|it is|before|want|have|know|think) )"),
    rule("be sure to", Kind.SUGGESTION, 0.75, "sure aware careful prepared warned beware mind",
         r"(?:be|make) (?:sure|aware|careful|prepared|warned|certain)|beware|keep in mind|"
         r"bear in mind"),
    rule("if you, do", Kind.SUGGESTION, 0.55, "if when unless",
         rf"(?:if|when|unless) (?:you|you're|your|possible|anyone) {FAR}(?:, |then |- )?"
         rf"(?:{_TIPS}|there (?:is|are)|you(?:'ll| will| can| could| may| might| must| need| "
         rf"should| have)|this is|it's|it is|i(?:'d| would))"),
    rule("if you", Kind.SUGGESTION, 0.35, "if",
         r"if (?:you|you're|your) (?:want|like|need|prefer|can|get|go|are|have|plan|don't|do|"
         r"stay|re|look|looking|decide|choose|ever|arrive|wish|book|buy|use|really|just)"),
    rule("points to another", Kind.SUGGESTION, 0.45, "there there's walk",
         r"(?:there's|there (?:is|are)) (?:also |a )?(?:plenty|many (?:other|better|cheaper)|lots|"
         r"(?:a )?number|better|cheaper|other|several|an abundance)|(?:short|easy|minute|minutes) "
         r"walk (?:to|from|away)"),
    rule("worth it", Kind.SUGGESTION, 0.55, "worth must give have wise",
         r"(?:well |really |definitely )?worth (?:a |the |it |\S+ing\b)|a must|must (?:see|visit|"
         r"have)|(?:give|have) (?:it|this|them) a (?:try|go|miss)|would be wise"),
    rule("you should", Kind.SUGGESTION, 0.55, "you people travellers travelers guests anyone",
         r"(?:you|people|travell?ers|guests|anyone|one|visitors|everyone|customers|buyers) "
         r"(?:should|must|may want|might want|need to|have to|'d better|had better|"
         r"will need|will want|want to)"),
    rule("you can", Kind.SUGGESTION, 0.32, "you",
         r"you(?: can|'ll| will| could) (?:also |always |easily |just |even |actually |simply )*"
         r"(?:get|go|take|walk|find|buy|use|have|ask|try|see|grab|put|order|choose|rent|pay)"),
)

_NO_SUGGESTION: tuple[Rule, ...] = (
    rule("is over", Kind.SUGGESTION, -0.35, "should could would",
         r"(?:should|could|would)(?:n't| not)? have (?!to |an? |the |more |some |this |it )\S+"),
    rule("small talk", Kind.SUGGESTION, -0.6,
         "thank thanks see mind let's keep take worries worry believe",
         r"never mind|see you|let's see|keep (?:up the|it up)|take care|no worries|don't worry|"
         r"thank you|(?:would|could) you believe"),
)

_WISHES: tuple[Rule, ...] = (
    rule("another colour", Kind.WISH, 0.75, _COLOURS.replace("|", " ") + " colour colours color "
         "colors",
         rf"(?:one|it|them|this|these|version|available|come|\S+) (?:also )?in (?:an? )?"
         rf"(?:(?:dark|light|bright|different|other|another|more) )*"
         rf"(?:{_COLOURS}|colou?rs?)"),
    rule("another size", Kind.WISH, 0.75, _SIZES.replace("|", " ") + " size sizes version",
         rf"(?:an?|any|the) (?:even |much |slightly )?(?:{_SIZES}) (?:one|version|size|model|"
         rf"variant|edition)|(?:plan|planning|want|love|like|have|sell|is there|do|make|offer) "
         rf"{GAP}(?:an?|any) (?:even )?(?:bigger|smaller|larger|taller|longer|xl|xxl|mini)|"
         r"in (?:an? )?(?:other|another|different|more|bigger|smaller|larger) sizes?"),
    rule("do you sell", Kind.WISH, 0.7, "sell stock carry have plan planning plans selling",
         r"(?:do|will|would|could|can) (?:you|u|they) (?:guys |also |ever |still |not )?"
         r"(?:sell|stock|carry)|(?:do|are) (?:you|u) (?:guys |also )?(?:plan|planning)|"
         r"any plans|start (?:selling|stocking)"),
    rule("one like it", Kind.WISH, 0.6, "love like want need buy one version",
         r"(?:i'd|i would|we'd|we would|id|i) (?:really |also |so )?(?:love|like|want|need) "
         r"(?:to have |to get |to buy |to see )?(?:one|a version|a matching|a set|another|an? \S+ "
         r"version) |(?:would|'d) (?:definitely |instantly |totally |also )?(?:buy|order|pay)"),
    rule("when will you have", Kind.WISH, 0.6, "will when back chance",
         rf"(?:will|when) (?:there|you|it|they) {GAP}(?:be|have|get|offer|bring) {GAP}"
         rf"(?:version|colou?rs?|sizes?|back|one)|any chance of|back in stock|restock|"
         r"bring back"),
    rule("wish you had", Kind.WISH, 0.8, "wish hope",
         r"(?:wish|hope) (?:you|they|there) (?:guys )?(?:also |would |could |will |can )*(?:had|"
         r"sold|carried|stocked|were|was|sell|have|offer|offered|did|made|make)"),
    rule("looking for", Kind.WISH, 0.5, "looking find searching",
         r"(?:i'm|i am|been|we're) (?:still )?(?:looking|searching) for|"
         r"can't find (?:an?|any|one) "),
)

RULES = (*_SUGGESTIONS, *_TIPS_FOR_OTHERS, *_NO_SUGGESTION, *_WISHES)
