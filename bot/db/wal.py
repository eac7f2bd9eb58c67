"""SQLite's write-ahead log, as far as is needed to see that a part of it was lost.

SQLite believes the log up to the first frame whose checksum fails and passes over the rest without
a word: right after a power cut, wrong when a byte has changed since. The format of both files:
https://sqlite.org/walformat.html
"""

import subprocess
import sys
from pathlib import Path
from struct import unpack

_HEADER, _FRAME = 32, 24  # bytes
_BYTE_ORDER = {0x377F0682: "<", 0x377F0683: ">"}  # of the checksums, by the magic number


def what_is_lost(log: Path, index: Path) -> str:
    """Why not all of the log is believed, or nothing. To be asked once SQLite has read it.

    Every commit is on the disk before the next one begins, so a power cut loses the last one at
    most: where two are passed over, the log was damaged later.
    """
    try:
        frames = log.read_bytes()
    except FileNotFoundError:
        return ""
    header = frames[:_HEADER]
    if len(header) < _HEADER or len(about := _beginning(index)) < 40:
        return ""
    if not _is_whole(header):
        return f"{log.name} begins wrongly"
    salts = header[16:24]
    if about[32:40] != salts:
        return ""  # another process has begun the log anew since
    size = _FRAME + int.from_bytes(header[8:12], "big")
    believed = int.from_bytes(about[16:20], sys.byteorder)
    passed_over = sum(
        frames[at + 8 : at + 16] == salts and any(frames[at + 4 : at + 8])  # ends a commit
        for at in range(_HEADER + believed * size, len(frames), size)
    )
    return f"{log.name} is broken in the middle" if passed_over > 1 else ""


def _beginning(index: Path) -> bytes:
    """The index's header, read by a process of its own: to close a file ends all locks that a
    process holds on it, SQLite's too. Whoever opened the database next would believe to be the
    first, and cut the index off under our feet (SIGBUS).
    https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
    """
    read = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read(40))"
    command = [sys.executable, "-I", "-S", "-c", read, str(index)]
    return subprocess.run(command, capture_output=True, check=False).stdout


def _is_whole(header: bytes) -> bool:
    order = _BYTE_ORDER.get(int.from_bytes(header[:4], "big"))
    if order is None:
        return False
    one = two = 0
    words = unpack(f"{order}6I", header[:24])
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return (one, two) == unpack(">2I", header[24:])
