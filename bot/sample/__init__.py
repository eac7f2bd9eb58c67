"""A small believable shop to look around in. Its people, brands and products are invented; what
they say went through the real front door, was understood, and was answered, in the past weeks.

Its rows can be told by their ids, which end in the letters of "sample": so it is known whether it
is there, and `remove` takes it out again and nothing else.
"""

from bot.sample.play import put_in
from bot.sample.removing import is_in, remove
from bot.sample.script import SHOP, owner

__all__ = ["SHOP", "is_in", "owner", "put_in", "remove"]
