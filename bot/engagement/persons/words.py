"""What the bot says about linked accounts and about who speaks for a partner. Pure."""

from collections.abc import Mapping

_SAY: Mapping[str, Mapping[str, str]] = {
    "en": {
        "code": "Your code is {code}. Send it to me in private from your other account, within "
        "{minutes} minutes: /link {code}\nWhoever sends it becomes one person with you here, and "
        "may see and erase what you said. So give it to nobody.",
        "yes?": "That is the code of “{name}” on {network}. Shall I take you for one person? Your "
        "voice then counts once, and from either account you can see and erase what both said. "
        "Press the button or say: /link yes",
        "yes_button": "Yes, that is me",
        "linked": "Done: this account and “{name}” on {network} are one person now. Your voice "
        "counts once. What you want to hear stays as you said it on each. To undo: /unlink",
        "same": "These two were one person already.",
        "wrong": "That code is not known, or has run out. Ask for a new one with /link on your "
        "other account.",
        "too_often": "That was too often. Try again in an hour.",
        "public": "Never write a code where others read it. It is dead now. Ask for a new one with "
        "/link, and send it to me in private.",
        "no_claim": "There is nothing to say yes to. Send /link on your other account first.",
        "unlinked": "Done: “{name}” on {network} is a person of its own again. Both voices count.",
        "alone": "This account is linked with no other.",
        "speaks": "Done: you speak for {partner} here now. What you say about its products is "
        "shown as the partner's word, and your voice on them doesn't count. Everywhere else you "
        "are a customer like everybody.",
        "theirs": "Thank you, {name}. You speak for {partner}, so your voice does not count on "
        "what is {partner}'s own. I keep your words for the shop to read.",
    },
    "de": {
        "code": "Dein Code ist {code}. Schick ihn mir innerhalb von {minutes} Minuten privat von "
        "deinem anderen Konto: /link {code}\nWer ihn schickt, ist für mich derselbe Mensch wie du "
        "und kann sehen und löschen, was du gesagt hast. Gib ihn also niemandem.",
        "yes?": "Das ist der Code von „{name}“ auf {network}. Soll ich euch für denselben Menschen "
        "halten? Deine Stimme zählt dann einmal, und von beiden Konten aus kannst du sehen und "
        "löschen, was beide gesagt haben. Drück den Knopf oder sag: /link ja",
        "yes_button": "Ja, das bin ich",
        "linked": "Erledigt: Dieses Konto und „{name}“ auf {network} sind jetzt ein Mensch. Deine "
        "Stimme zählt einmal. Was du hören möchtest, bleibt auf jedem, wie du es gesagt hast. "
        "Rückgängig: /unlink",
        "same": "Die beiden waren schon ein Mensch.",
        "wrong": "Diesen Code kenne ich nicht, oder er ist abgelaufen. Hol dir auf deinem anderen "
        "Konto mit /link einen neuen.",
        "too_often": "Das war zu oft. Versuch es in einer Stunde noch einmal.",
        "public": "Schreib einen Code nie, wo andere mitlesen. Dieser gilt nicht mehr. Hol dir mit "
        "/link einen neuen und schick ihn mir privat.",
        "no_claim": "Es gibt nichts, wozu du ja sagen könntest. Schick zuerst /link auf deinem "
        "anderen Konto.",
        "unlinked": "Erledigt: „{name}“ auf {network} steht wieder für sich. Beide Stimmen zählen.",
        "alone": "Dieses Konto ist mit keinem anderen verbunden.",
        "speaks": "Erledigt: Du sprichst hier jetzt für {partner}. Was du über die Produkte von "
        "{partner} sagst, gilt als Wort des Partners, und deine Stimme dazu zählt nicht. Überall "
        "sonst bist du Kundin oder Kunde wie alle.",
        "theirs": "Danke, {name}. Du sprichst für {partner}; darum zählt deine Stimme bei allem "
        "nicht, was von {partner} selbst ist. Deine Worte bewahre ich für den Laden auf.",
    },
}


def say(word: str, language: str, **filled: object) -> str:
    return _SAY[language][word].format(**filled)
