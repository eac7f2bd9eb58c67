"""Taking out of a text what says who wrote it, before a partner reads it: reversible only for who
may read the original.

What has a form (addresses of all kinds, numbers of all kinds) is found in the seven languages of
the corpus by its form; people are found by the names that the caller knows, by the words that
introduce a name, and by common given names. A rare surname that nobody told us about, alone in a
sentence, stays. tests/understanding/test_planted.py measures it.
"""

from collections.abc import Sequence

from bot.understanding.masks import contact, numbers, people, places

__all__ = ["mask"]

# In this order: a link may hold an address, an account number looks like a telephone's.
_STEPS = (
    contact.links,
    contact.mails,
    contact.profiles,
    numbers.accounts,
    numbers.orders,
    numbers.phones,
    places.addresses,
    contact.handles,
)


def mask(text: str, *, names: Sequence[str] = ()) -> str:
    """E-mails, phones, handles, addresses, order and bank numbers, tails of links, plates, names:
    those given, of which every part counts, and those that introduce themselves."""
    for step in _STEPS:
        text = step(text)
    return people.known(people.unnamed(text), names)
