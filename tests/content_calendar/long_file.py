"""How long a file of 100,000 posts takes, and how much memory: run it by itself.

.venv/bin/python -m tests.content_calendar.long_file [ROWS] [csv|xlsx]
"""

import csv
import io
import resource
import sys
import tempfile
import time
from pathlib import Path

import openpyxl

from bot.db import Writer
from content_calendar.exchange import service
from content_calendar.exchange.models import Intake
from tests import databases, rooms
from tests.content_calendar.calendars import LIMITS, channel

HEADINGS = ["title", "text", "local", "channels", "campaign", "broadcast"]


def row(number: int) -> list[str]:
    when = f"2027-{number % 12 + 1:02}-{number % 28 + 1:02} {number % 24:02}:{number % 60:02}"
    text = f"What would you change about lid {number}? " + "words " * 20
    return [f"Post {number}", text, when, "webchat lobby", f"Campaign {number % 10}", "no"]


def made(rows: int, kind: str) -> bytes:
    if kind == "csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows([HEADINGS, *map(row, range(rows))])
        return text.getvalue().encode()
    book, out = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    sheet.append(HEADINGS)
    for number in range(rows):
        sheet.append(row(number))
    book.save(out)
    return out.getvalue()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def memory() -> int:
    """The most so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(rows: int = 100_000, kind: str = "csv") -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = made(rows, kind)
        database = rooms.open_database(databases.sqlite_url(Path(folder)))
        say(f"{rows:,} rows, {len(data) / 1e6:.1f} MB of {kind}; {memory()} MB before")
        with Writer(database) as writer:
            writer.run_blocking(channel)
            id = writer.run_blocking(
                lambda session: service.begin(session, "x", data, zone="UTC", by=None).id
            )
            for what in ("looked at", "taken in"):
                began, used, longest, last = time.time(), time.process_time(), 0.0, time.time()
                with database.reading() as session:
                    work = service.work_of(session, id)

                def told(_done: int) -> None:
                    nonlocal last, longest
                    longest, last = max(longest, time.time() - last), time.time()

                assert service.go_on(writer, work, LIMITS, told)
                say(
                    f"{what}: {time.time() - began:.1f} s, {time.process_time() - used:.1f} s CPU, "
                    f"the longest portion {longest:.2f} s; {memory()} MB at most"
                )
                if what == "looked at":
                    writer.run_blocking(lambda s: service.take_in(s, id, by=None))
            with database.reading() as session:
                intake = session.need(Intake, id)
                say(f"{intake.step}: {intake.new:,} new, {intake.wrong} with problems")
        database.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, *sys.argv[2:3])
