"""A process that exists to be killed in the middle of a back-up or a restore.

    python -m tests.db.backup.mortal DATABASE

forks for every line it reads, ``backup FILE`` or ``restore FILE``, and prints ``born PID``; the
forked process prints ``done`` once it is through.
"""

import os
import signal
import sys
from pathlib import Path

from bot.clock import SystemClock
from bot.db import Database
from bot.db.backup import make
from bot.logs import set_up
from bot.restoring import put_back


def do(verb: str, path: Path, url: str) -> None:
    database = Database(url, clock=SystemClock())
    if verb == "backup":
        make(database, path)
    else:
        put_back(path, database, replace=True)
    database.close()


def main() -> None:
    set_up(level="error")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no funeral
    for line in sys.stdin:
        verb, _, path = line.strip().partition(" ")
        pid = os.fork()
        if pid == 0:
            try:
                do(verb, Path(path), sys.argv[1])
                os.write(1, b"done\n")
            except BaseException as error:
                os.write(1, f"failed {error!r}\n".encode())
            os._exit(0)
        os.write(1, f"born {pid}\n".encode())


if __name__ == "__main__":
    main()
