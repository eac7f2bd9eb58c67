"""The letters that partners get, as plain text."""

from collections.abc import Collection, Sequence
from uuid import UUID

from bot.networks import Button, Content
from bot.suppliers.correspondence.facts import Facts
from bot.suppliers.models import Act, Role
from bot.suppliers.words import SUBJECTS
from bot.understanding import Kind

# Stands where the magic link goes: no token lies in the outbox, see `suppliers.links.finish`.
LINK = "{portal-link}"
SHOP = "{shop}"  # the shop's name, known only where the letter leaves
HOW = "{how-to-answer}"  # the words that decide, where answers reach us: `correspondence.finish`

MOST_QUOTED = 1_000
_EACH, _SHOWN = 400, 5  # characters of an answer, and how many of several are quoted
PRESSED = "case"  # begins the value of our buttons

_ABOUT = {
    Kind.SUGGESTION: "a suggestion",
    Kind.PROBLEM: "a problem",
    Kind.WISH: "a wish",
    Kind.QUESTION: "a question",
    Kind.PRAISE: "praise",
    Kind.DELIVERY: "a matter of delivery",
    Kind.ABOUT_BOT: "something about our bot",
    Kind.CHATTER: "something",
}
_CAPACITY = {
    Role.SUPPLIER: "you answer for this product",
    Role.FULFILMENT: "you look after packing and delivery",
    Role.STORE: "you look after the store",
    Role.COMMUNITY: "you look after our community",
}

_NOTED = {
    Act.ACKNOWLEDGE: "have seen it",
    Act.ACCEPT: "accept it",
    Act.DECLINE: "decline it, for this reason",
    Act.ASK: "ask the people this",
    Act.PROMISE: "promise it for",
    Act.DELIVER: "have done it",
}
_LABELS = {Act.ACCEPT: "Accept", Act.DELIVER: "Done", Act.ACKNOWLEDGE: "Seen"}


def case_letter(
    facts: Facts,
    *,
    supplier: str,
    role: Role,
    hours: int,
    by: str = "",
    quoted: int = MOST_QUOTED,
) -> Content:
    """The letter that hands a case over. ``by``: when the answer is due; else it is within
    ``hours``. ``quoted``: so many characters of what was said."""
    about = f" about {facts.product}" if facts.product else ""
    words = f", in these words:\n\n{_quote(facts.words, quoted)}" if facts.words else "."
    text = f"""Hello {supplier},

we are the community of {SHOP}, and we write to you because {_CAPACITY[role]}.
{_who(facts)} brought us {_ABOUT[facts.kind]}{about}{words}
{_trend(facts)}
Read everything and answer here, no password needed:
{LINK}

There you can accept it, promise a date, ask the people something, or decline with a reason.
Whatever you decide, we tell it to everyone who spoke, in the conversation where they spoke.
We agreed on an answer {f"by {by}" if by else f"within {_hours(hours)}"}.
{HOW}
The link works once, for seven days, and is meant for you alone.

{SHOP}
"""
    return Content(text=text, title=subject(facts.kind, facts.product))


def how_to_answer(*, buttons: bool = False) -> str:
    """Which words decide, in a mail or a chat where an answer reaches us."""
    pressed = " Or press a button." if buttons else ""
    return f"""
Or just answer this message. Begin with one of these words, on a line of its own:
  accept
  decline: and your reason
  promise 2027-03-01 (the day by which it is done)
  ask: and your question to the people
  done
Auf Deutsch: annehmen · ablehnen: Grund · zusagen 1.3.2027 · fragen: Frage · erledigt.{pressed}
"""


def decided_letter(
    facts: Facts, act: Act, *, supplier: str, day: str = "", text: str = ""
) -> Content:
    """What we understood, so that a misunderstanding can be set right."""
    noted = f"{_NOTED[act]}{f' {day}' if day else ''}"
    quoted = f"\n\n{_quote((text,), MOST_QUOTED)}" if text else ""
    hears = f" {_who(facts)} will hear it." if act is not Act.ACKNOWLEDGE else ""
    more = f"{HOW}" if facts.allowed else "\nThis is closed now. Thank you."
    text = f"""Hello {supplier},

we have written down that you {noted}.{hears}{quoted}

The whole matter, and what else you can do about it:
{LINK}
{more}
{SHOP}
"""
    title = f"Re: {subject(facts.kind, facts.product)}"
    return Content(text=text, title=title)


def not_decided_letter(facts: Facts, why: str, *, supplier: str) -> Content:
    """Why nothing came of their answer, and what to do instead."""
    text = f"""Hello {supplier},

thank you for your answer. Nothing was decided by it. {why}

The whole matter as it stands now, and every way to answer it:
{LINK}
{HOW if facts.allowed else ""}
{SHOP}
"""
    title = f"Re: {subject(facts.kind, facts.product)}"
    return Content(text=text, title=title)


def answers_letter(facts: Facts, *, supplier: str, new: int) -> Content:
    """What the people said to the partner's question; the last ``new`` of the answers."""
    said = "\n\n".join(_quote((words,), _EACH) for words in facts.answers[-new:][-_SHOWN:])
    text = f"""Hello {supplier},

you asked the people something about {facts.product or "what they said"}. Their answers, without
what would tell who they are:

{said}

All of it, and what you can do now:
{LINK}
{HOW if facts.allowed else ""}
{SHOP}
"""
    title = f"Re: {subject(facts.kind, facts.product)}"
    return Content(text=text, title=title)


def try_letter(supplier: str) -> Content:
    """Sent by staff, to see whether a partner is reached."""
    text = f"""Hello {supplier},

this is only a test: {SHOP} wanted to know whether messages reach you here. You need not do
anything. When people say something about what you answer for, it comes to you in this way.

Your page with us, no password needed:
{LINK}

{SHOP}
"""
    return Content(text=text, title=f"A test from {SHOP}")


def linked_letter(supplier: str) -> Content:
    """To a chat that has just become a partner's."""
    text = f"""Thank you. What people say about what {supplier} answers for comes here from now on.
Answer such a message in this chat, or on your page with us, no password needed:
{LINK}
"""
    return Content(text=text)


def _who(facts: Facts) -> str:
    return "One person" if facts.people == 1 else f"{facts.people} people"


def _quote(words: Sequence[str], most: int) -> str:
    """The first of the words, and the others as far as there is room."""
    shown: list[str] = []
    left = most
    for one in words:
        said = one[: max(left, 0)].strip()
        if said and (not shown or len(one) <= left):
            shown.append("\n".join(f"> {line}" for line in said.splitlines()))
            left -= len(one)
    return "\n>\n".join(shown[:_SHOWN])


def _trend(facts: Facts) -> str:
    """Worth a word only where several weeks have something to tell."""
    weeks = [number for _, number in facts.trend]
    if sum(map(bool, weeks)) < 2:
        return ""
    return f"\nPeople a week, the last {len(weeks)} weeks: {' '.join(map(str, weeks))}.\n"


def buttons(case: UUID, version: int, allowed: Collection[Act]) -> tuple[Button, ...]:
    """Acts that need no words, for networks that have buttons."""
    return tuple(
        Button(label=label, value=f"{PRESSED}:{act.value}:{case.hex}:{version}")
        for act, label in _LABELS.items()
        if act in allowed
    )


def subject(kind: Kind, product: str) -> str:
    """ "A problem about Brew kettle": what a case is called."""
    about, alone = SUBJECTS[kind]
    return about % product if product else alone


def _hours(hours: int) -> str:
    if hours % 24 == 0 and hours > 24:
        return f"{hours // 24} days"
    return "an hour" if hours == 1 else f"{hours} hours"


def link_letter(supplier: str) -> Content:
    """A fresh link for someone whose old one has run out."""
    text = f"""Hello {supplier},

here is a new link to your page at {SHOP}:
{LINK}

It works once, for seven days, and is meant for you alone. If you did not ask for it, you need
not do anything.

{SHOP}
"""
    return Content(text=text, title=f"Your link to {SHOP}")
