"""`hubbub run` in a process of its own that need not load the program first.

Loaded once into a server that forks: a dozen processes that each load everything would take longer
than all that they do. What is forked runs the command line as typed, on its own files.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.cli import main
from bot.understanding import understand

understand("Hello!")


def run(words: list[str], folder: Path, environment: Mapping[str, str], said: Path) -> None:
    """The command, with its output in the file ``said`` and its complaints beside it."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for stream, path in ((sys.stdout, said), (sys.stderr, said.with_suffix(".log"))):
        with path.open("w") as file:
            os.dup2(file.fileno(), stream.fileno())
    sys.argv = ["hubbub", *words]
    main()
