"""The letters that partners get, as plain text."""

from bot.networks import Content
from bot.suppliers.models import Role
from bot.suppliers.words import SUBJECTS
from bot.understanding import Kind

# Stands where the magic link goes: no token lies in the outbox, see `suppliers.links.finish`.
LINK = "{portal-link}"
SHOP = "{shop}"  # the shop's name, known only where the letter leaves

_MOST_QUOTED = 1_000

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


def case_letter(
    *,
    supplier: str,
    role: Role,
    kind: Kind,
    product: str,
    people: int,
    words: str,
    hours: int,
    by: str = "",
) -> Content:
    """The letter that hands a case over. ``words`` must be masked already; empty where
    the partner may not see them. ``by``: when the answer is due; else it is within ``hours``."""
    what = _ABOUT[kind]
    about = f"{what} about {product}" if product else what
    said = words.replace(LINK, "")[:_MOST_QUOTED].strip()
    lines = "\n".join(f"> {line}" for line in said.splitlines())
    quoted = f", in these words:\n\n{lines}" if said else "."
    who = "One person" if people == 1 else f"{people} people"
    text = f"""Hello {supplier},

we are the community of {SHOP}, and we write to you because {_CAPACITY[role]}.
{who} brought us {about}{quoted}

Read everything and answer here, no password needed:
{LINK}

There you can accept it, promise a date, ask the people something, or decline with a reason.
Whatever you decide, we tell it to everyone who spoke, in the conversation where they spoke.
We agreed on an answer {f"by {by}" if by else f"within {_hours(hours)}"}.

The link works once, for seven days, and is meant for you alone.

{SHOP}
"""
    return Content(text=text, title=subject(kind, product))


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
