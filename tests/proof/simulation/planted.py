"""Bugs of the kind that such programs have, planted into the real code one at a time.

A simulator that finds nothing proves nothing: each of them must be found.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from unittest.mock import patch

Patches = list[AbstractContextManager[Any]]
Prepare = Callable[[sqlite3.Connection], None]

instead = patch.object  # of an object's attribute stands something else

_FILES = ("front_door", "leases", "back_door", "calendar", "loop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """``patches`` makes it; ``prepare`` first changes the database's file."""

    name: str
    patches: Callable[[], Patches]
    prepare: Prepare | None = None

    @contextmanager
    def planted(self) -> Iterator[None]:
        with ExitStack() as stack:
            for each in self.patches():
                stack.enter_context(each)
            yield


_known: dict[str, Bug] = {}


def bug(
    name: str, prepare: Prepare | None = None
) -> Callable[[Callable[[], Patches]], Callable[[], Patches]]:
    """Let the function below be known as a bug of that name."""

    def note(patches: Callable[[], Patches]) -> Callable[[], Patches]:
        _known[name] = Bug(name=name, patches=patches, prepare=prepare)
        return patches

    return note


def all_bugs() -> list[Bug]:
    for name in _FILES:
        import_module(f"tests.proof.simulation.bugs.{name}")
    return list(_known.values())
