"""Discord for the contract: its stand-in runs as long as the tests do."""

import atexit
from contextlib import ExitStack
from functools import cache

from tests.stand_ins.discord import DiscordStandIn, running


@cache
def stand_in() -> DiscordStandIn:
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(running())
