"""What the bot says to commands, in the languages that it speaks. Pure."""

from collections.abc import Mapping, Sequence

from bot.engagement.closing.models import Fallback, Wishes
from bot.engagement.commands import COMMANDS
from bot.engagement.phrases import quote
from bot.suggestions.models import SuggestionState

_SAY: Mapping[str, Mapping[str, str]] = {
    "en": {
        "help": "Hello {name}! I'm {shop}'s bot, not a person. Tell me what should be better, and "
        "I take it to those who can act. What I understand:",
        "person": "Say “person”, and a human takes over.",
        "talk": "Talk to a person",
        "suggest": "What should be better? Your next message here is taken down as a suggestion.",
        "ideas": "What most people want:",
        "no_ideas": "There is nothing open here yet. Yours could be the first: /suggest",
        "pick": "Say a number to add your voice.",
        "voted": "Your voice counts, {name}: {n} stand behind “{words}” now.",
        "voted_before": "You stand behind “{words}” already, {name}. Every voice counts once.",
        "gone": "That one is not open any more.",
        "status": "What became of what you said:",
        "no_status": "You have suggested nothing yet. /suggest begins.",
        "more_alone": "There is more that you told me in private: ask me there.",
        "mydata": "I keep about you: your name as this network shows it, {messages} messages, "
        "{voices} voices behind suggestions, {reactions} reactions and votes. "
        "/mydata export gives you all of it, /mydata erase removes it.",
        "export": "Here is everything that is kept about you. The link works once, for one hour, "
        "and is meant for you alone:\n{link}",
        "erase": "Shall I erase your name and everything that you said here? That can't be undone. "
        "What was suggested keeps its count. Press the button or say: /mydata erase yes",
        "erase_button": "Yes, erase everything",
        "erased": "Everything that I kept about you is erased.",
        "too_late": "That was asked too long ago. Say it once more: /mydata erase",
        "alone": "That is only for you: please write to me in private.",
        "prefer": "I answer you {where}, in {spoken}, and tell you of {often}.{quiet} "
        "You can say: /preferences private, public, rarely, everything, quiet 22-8, quiet off, "
        "english, german, stop",
        "digest": " News comes once a day, together.",
        "each": " News comes one by one, until a day holds no more.",
        "talks": " What can't be said there comes to the chat that we two have.",
        "anywhere": " What can't be said there comes to you wherever it can.",
        "nowhere": " What can't be said there is not said at all.",
        "wishes": " And: digest, digest 18, digest off, our chat, anywhere, only here",
        "not_known": "I did not understand that wish.",
        "here": "where you speak",
        "private": "in private only",
        "none": "only when you ask me",
        "any": "your own language",
        "steps": "every step",
        "ends": "what came of it in the end",
        "quiet": " Nothing comes unasked from {since} to {until} o'clock.",
        "new": "noted",
        "in_review": "being looked at",
        "with_partner": "with those who can act",
        "planned": "promised",
        "done": "done",
        "declined": "declined",
        "merged": "joined with one like it",
    },
    "de": {
        "help": "Hallo {name}! Ich bin der Bot von {shop}, kein Mensch. Sag mir, was besser werden "
        "soll, und ich bringe es zu denen, die etwas tun können. Das verstehe ich:",
        "person": "Mit „Mensch“ übernimmt jemand von uns.",
        "talk": "Mit einem Menschen sprechen",
        "suggest": "Was soll besser werden? Deine nächste Nachricht hier ist dein Vorschlag.",
        "ideas": "Das wünschen sich die meisten:",
        "no_ideas": "Hier ist noch nichts offen. Deiner könnte der erste sein: /suggest",
        "pick": "Sag eine Nummer, dann zählt deine Stimme mit.",
        "voted": "Deine Stimme zählt, {name}: {n} stehen jetzt hinter „{words}“.",
        "voted_before": "Hinter „{words}“ stehst du schon, {name}. Jede Stimme zählt einmal.",
        "gone": "Das ist nicht mehr offen.",
        "status": "Das wurde aus dem, was du gesagt hast:",
        "no_status": "Du hast noch nichts vorgeschlagen. Mit /suggest geht es los.",
        "more_alone": "Es gibt noch mehr, was du mir allein gesagt hast: Frag mich dort.",
        "mydata": "Ich habe über dich: deinen Namen, wie dieses Netz ihn zeigt, {messages} "
        "Nachrichten, {voices} Stimmen hinter Vorschlägen, {reactions} Reaktionen und Antworten in "
        "Umfragen. /mydata export gibt dir alles, /mydata erase löscht es.",
        "export": "Hier ist alles, was über dich gespeichert ist. Der Link gilt einmal, eine "
        "Stunde lang, und ist nur für dich:\n{link}",
        "erase": "Soll ich deinen Namen und alles löschen, was du hier gesagt hast? Das lässt sich "
        "nicht rückgängig machen. Vorschläge behalten ihre Zahl. Drück den Knopf oder sag: "
        "/mydata erase ja",
        "erase_button": "Ja, alles löschen",
        "erased": "Alles, was ich über dich hatte, ist gelöscht.",
        "too_late": "Das ist zu lange her. Sag es noch einmal: /mydata erase",
        "alone": "Das ist nur für dich: bitte schreib mir privat.",
        "prefer": "Ich antworte dir {where}, {spoken}, und melde {often}.{quiet} Du kannst sagen: "
        "/preferences privat, öffentlich, selten, alles, ruhe 22-8, ruhe aus, deutsch, englisch, "
        "stopp",
        "digest": " Neues kommt einmal am Tag zusammen.",
        "each": " Neues kommt einzeln, bis es für einen Tag genug ist.",
        "talks": " Was dort nicht geht, kommt in unseren eigenen Chat.",
        "anywhere": " Was dort nicht geht, kommt dorthin, wo es geht.",
        "nowhere": " Was dort nicht geht, sage ich gar nicht.",
        "wishes": " Und: Zusammenfassung, Zusammenfassung 18, Zusammenfassung aus, unser Chat, "
        "überall, nur hier",
        "not_known": "Diesen Wunsch habe ich nicht verstanden.",
        "here": "dort, wo du sprichst",
        "private": "nur privat",
        "none": "nur, wenn du mich fragst",
        "any": "in deiner Sprache",
        "steps": "jeden Schritt",
        "ends": "nur, was am Ende daraus wurde",
        "quiet": " Ungefragt kommt nichts von {since} bis {until} Uhr.",
        "new": "notiert",
        "in_review": "wird angesehen",
        "with_partner": "bei denen, die etwas tun können",
        "planned": "versprochen",
        "done": "umgesetzt",
        "declined": "abgelehnt",
        "merged": "mit einem gleichen zusammengelegt",
    },
}
_DOES_DE = {
    "suggest": "Etwas vorschlagen, das besser werden soll",
    "ideas": "Sehen, was andere vorschlagen, und mitstimmen",
    "status": "Sehen, was aus deinen Vorschlägen wurde",
    "mydata": "Sehen, mitnehmen oder löschen, was über dich gespeichert ist",
    "preferences": "Wählen, wie du Antworten bekommst",
    "link": "Auf mehreren Netzen ein Mensch sein, damit deine Stimme einmal zählt",
    "unlink": "Deine Konten wieder für sich stehen lassen",
    "help": "Was dieser Bot kann, und wie du einen Menschen erreichst",
}
_LANGUAGES = {
    "en": {"en": "English", "de": "German"},
    "de": {"en": "auf Englisch", "de": "auf Deutsch"},
}


def say(word: str, language: str, **filled: object) -> str:
    return _SAY[language][word].format(**filled)


def help_text(language: str, name: str, shop: str) -> str:
    """That it is a bot, what it understands, and how to reach a person (P23)."""
    lines = [
        f"/{command.name}: {_DOES_DE[command.name] if language == 'de' else command.does}"
        for command in COMMANDS
        if command.name != "start"
    ]
    return "\n".join([say("help", language, name=name, shop=shop), *lines, say("person", language)])


def listed(language: str, ideas: Sequence[tuple[str, int]]) -> str:
    """Words and how many people stand behind them, numbered from 1."""
    lines = [f"{n}. {quote(words)} ({people})" for n, (words, people) in enumerate(ideas, 1)]
    return "\n".join([say("ideas", language), *lines, say("pick", language)])


def became(language: str, suggestions: Sequence[tuple[str, SuggestionState, bool]]) -> str:
    """Words, state, and whether it was merged into another one."""
    lines = [
        f"“{quote(words)}”: {say('merged' if merged else state.value, language)}"
        for words, state, merged in suggestions
    ]
    return "\n".join([say("status", language), *lines])


def preferred(
    language: str, *, where: str, spoken: str, often: str, quiet: tuple[int, int] | None
) -> str:
    return say(
        "prefer",
        language,
        where=say(where, language),
        spoken=_LANGUAGES[language].get(spoken) or say("any", language),
        often=say(often, language),
        quiet=say("quiet", language, since=quiet[0], until=quiet[1]) if quiet else "",
    )


def told_elsewhere(language: str, wishes: Wishes | None) -> str:
    """What stands below `preferred`: how news comes, and where else."""
    fallback = wishes.fallback if wishes else Fallback.TALKS
    how = "digest" if wishes and wishes.digest else "each"
    return "".join(say(word, language) for word in (how, fallback.value, "wishes"))
