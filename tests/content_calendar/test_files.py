"""Files of posts: looked at first, taken in once, and never more than somebody said yes to."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from bot import exports
from bot.accounts.models import Role, User
from bot.db import Database, Session, Writer
from bot.errors import Conflict, InvalidInput
from bot.exports import Format
from bot.products.catalogue import guarded
from content_calendar import service as calendar
from content_calendar.exchange import service, working
from content_calendar.exchange.looking import kind_of
from content_calendar.exchange.models import Intake, IntakeFile, Kind, Step
from content_calendar.models import Campaign, Post, Stage
from tests.content_calendar.calendars import LIMITS, channel, deliveries, draft, person, wall
from tests.content_calendar.test_sheets import workbook

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HEADINGS = "title,text,local,zone,rrule,stage,channels,campaign,sku,broadcast"


def sheet(*rows: str, headings: str = HEADINGS) -> bytes:
    return "\r\n".join((headings, *rows)).encode()


class Files:
    """Takes files as the page does, with the worker in between."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.writer.run_blocking(channel)

    def look(self, data: bytes, *, by: UUID | None = None) -> Intake:
        def begin(session: Session) -> UUID:
            user = session.need(User, by) if by else None
            return service.begin(session, "posts.csv", data, zone="Europe/Berlin", by=user).id

        id = self.writer.run_blocking(begin)
        assert working.once(self.writer, LIMITS)
        return self.now(id)

    def take(self, intake: Intake) -> Intake:
        self.writer.run_blocking(lambda session: service.take_in(session, intake.id, by=None))
        assert working.once(self.writer, LIMITS)
        return self.now(intake.id)

    def bring(self, data: bytes) -> Intake:
        return self.take(self.look(data))

    def now(self, id: UUID) -> Intake:
        with self.writer.database.reading() as session:
            return session.need(Intake, id)

    def posts(self) -> list[Post]:
        with self.writer.database.reading() as session:
            return list(session.scalars(sa.select(Post).order_by(Post.id)))


@pytest.fixture
def files(writer: Writer) -> Files:
    return Files(writer)


def counts(intake: Intake) -> tuple[Step, int, int, int]:
    return intake.step, intake.new, intake.same, intake.wrong


def test_nothing_is_made_before_somebody_has_said_yes(files: Files) -> None:
    looked = files.look(sheet("Lids,Which lid?,2026-03-03 14:30,,,,webchat lobby,Spring,,no"))
    assert counts(looked) == (Step.LOOKED, 1, 0, 0) and files.posts() == []
    assert counts(files.take(looked)) == (Step.TAKEN, 1, 0, 0)
    (post,) = files.posts()
    assert (post.title, post.text, post.stage) == ("Lids", "Which lid?", Stage.DRAFT)
    assert (post.local, post.zone) == (wall("2026-03-03T14:30"), "Europe/Berlin")
    with files.writer.database.reading() as session:
        assert session.need(Campaign, post.campaign_id or post.id).name == "Spring"
        assert session.scalars(sa.select(IntakeFile)).all() == []  # the file itself is gone


def test_what_is_scheduled_in_the_file_goes_out_at_its_time(files: Files) -> None:
    row = "Lids,Which lid?,2026-03-03 14:30,,FREQ=WEEKLY;COUNT=2,scheduled,webchat lobby,,,no"
    assert counts(files.bring(sheet(row))) == (Step.TAKEN, 1, 0, 0)
    with files.writer.database.reading() as session:
        due = [f"{each.due_at:%m-%d %H:%M}" for each in deliveries(session)]
    assert due == ["03-03 13:30", "03-10 13:30"]


PROBLEMS = [
    (",,,,,,,,,", []),  # an empty row is none
    ("Lids,,tomorrow,,,,,,,", ["“tomorrow” is no date with a time. Write it as 2026-03-31 14:30."]),
    ("Lids,,2026-02-30 10:00,,,,,,,", ["“2026-02-30 10:00” is no date"]),
    ("Lids,,2026-03-03 10:00+01:00,,,,,,,", ["is no date with a time"]),
    (",,2026-03-03 10:00,,,,,,,", ["Write a title or a text first."]),
    ("Lids,,2026-03-03 10:00,Mars/Base,,,,,,", ["Mars/Base"]),
    ("Lids,,2026-03-03 10:00,,FREQ=OFTEN,,,,,", ["The rule needs FREQ"]),
    ("Lids,,,,,soon,,,,", ["There is no stage “soon”"]),
    ("Lids,,,,,,nowhere,,,", ["There is no channel “nowhere” here"]),
    ("Lids,,,,,,,,K-9,", ["There is no product “K-9”."]),
    ("Lids,,,,,,,,,maybe", ["stands yes or no, not “maybe”"]),
    ("Lids,Hm?,2026-03-01 10:00,,,scheduled,webchat lobby,,,", ["That time has passed."]),
    ("Lids,Hm?,,,,scheduled,,,,", ["Choose at least one channel.", "Say when it goes out"]),
    (f"Lids,{'x' * 401},,,,,webchat lobby,,,", ["1 too long: 401 of 400"]),
    (f"{'x' * 201},,,,,,,,,", ["The title is too long"]),
    ("Lids,,,,,,,,,no,more", ["more cells than columns"]),
    ("x,,soon,,,odd,nowhere,,K-9,maybe", ["soon", "odd", "nowhere", "K-9", "maybe"]),
]


@sqlite
def test_every_problem_is_listed_by_its_row(files: Files) -> None:
    looked = files.look(sheet(*(row for row, _ in PROBLEMS)))
    for number, (row, expected) in enumerate(PROBLEMS, 2):
        told = [each for each in looked.problems if each.startswith(f"Row {number}: ")]
        assert len(told) == len(expected), (row, told)
        for words in expected:
            assert any(words in each for each in told), (row, told)
    assert counts(looked) == (Step.LOOKED, 0, 0, len(PROBLEMS) - 1)


@sqlite
def test_who_may_not_approve_can_not_schedule_by_a_file(files: Files) -> None:
    row = sheet("Lids,Which lid?,2026-03-03 14:30,,,scheduled,webchat lobby,,,no")
    for role, wrong in ((Role.MARKETER, 1), (Role.APPROVER, 0)):
        id = files.writer.run_blocking(lambda session, role=role: person(session, role).id)  # type: ignore[misc]  # lambda defaults
        assert files.look(row, by=id).wrong == wrong


@sqlite
def test_the_same_file_again_makes_nothing_twice(files: Files) -> None:
    data = sheet(*(f"Lid {n},Which lid?,2026-03-03 14:{n},,,,,,,no" for n in range(10, 20)), ",a")
    assert counts(files.bring(data)) == (Step.TAKEN, 11, 0, 0)
    again = files.look(data)
    assert counts(again) == (Step.LOOKED, 0, 11, 0)
    assert len(files.posts()) == 11


@sqlite
def test_a_row_that_stands_there_twice_is_a_problem(files: Files) -> None:
    looked = files.look(sheet("Lids,Which?,,,,,,,,", "Mugs,Which?,,,,,,,,", "Lids,Which?,,,,,,,,"))
    assert looked.problems == ["Row 4: It says the same at the same time as row 2."]


class Dies(BaseException):
    """As if the process had been killed there."""


@pytest.mark.parametrize("kill_at", range(5))
def test_a_process_that_dies_in_the_middle_makes_no_post_twice(
    files: Files, kill_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before or behind any COMMIT, by whoever: another goes on, and all are there once."""
    monkeypatch.setattr("content_calendar.exchange.looking.AT_ONCE", 10)
    monkeypatch.setattr("content_calendar.exchange.service.AT_ONCE", 10)
    rows = [f"Lid {number},Which lid?,,,,,,,,no" for number in range(45)]
    rows[7] = "Series,Which?,2026-03-03 10:00,,FREQ=DAILY;COUNT=2,scheduled,webchat lobby,,,no"
    looked = files.look(sheet(*rows))
    files.writer.run_blocking(lambda session: service.take_in(session, looked.id, by=None))
    with files.writer.database.reading() as session:
        work = service.work_of(session, looked.id)

    def die(done: int) -> None:
        if done >= 10 * kill_at:
            raise Dies

    with pytest.raises(Dies):
        service.go_on(files.writer, work, LIMITS, die)
    assert files.now(looked.id).step is Step.TAKING
    assert not service.go_on(files.writer, work, LIMITS)  # who had slept meanwhile does nothing
    assert working.once(files.writer, LIMITS)
    assert counts(files.now(looked.id)) == (Step.TAKEN, 45, 0, 0)
    titles = [post.title for post in files.posts()]
    assert len(titles) == len(set(titles)) == 45
    with files.writer.database.reading() as session:
        assert len(deliveries(session)) == 2


def test_two_that_go_on_with_one_file_at_once_make_each_post_once(
    files: Files, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes on PostgreSQL; on SQLite two threads of one."""
    monkeypatch.setattr("content_calendar.exchange.service.AT_ONCE", 5)
    looked = files.look(sheet(*(f"Lid {number},Which lid?,,,,,,,,no" for number in range(200))))
    files.writer.run_blocking(lambda session: service.take_in(session, looked.id, by=None).id)
    other = Database(database_url, clock=files.writer.database.clock)
    with Writer(other) as second, ThreadPoolExecutor(2) as pool:
        writers = [files.writer, files.writer if other.is_sqlite else second]
        while files.now(looked.id).step is Step.TAKING:
            for done in [pool.submit(working.once, writer, LIMITS) for writer in writers]:
                done.result()
    other.close()
    assert counts(files.now(looked.id)) == (Step.TAKEN, 200, 0, 0)
    assert len({post.title for post in files.posts()}) == len(files.posts()) == 200


@sqlite
def test_stopped_in_the_middle_what_was_made_stays_and_no_more_comes(files: Files) -> None:
    looked = files.look(sheet("Lids,Which?,,,,,,,,"))
    files.writer.run_blocking(lambda session: service.leave(session, looked.id, by=None))
    assert not working.once(files.writer, LIMITS)
    assert files.now(looked.id).step is Step.LEFT and files.posts() == []
    for decide in (service.take_in, service.leave):
        with pytest.raises(Conflict):
            files.writer.run_blocking(lambda s, d=decide: d(s, looked.id, by=None))  # type: ignore[misc]  # lambda defaults


@sqlite
def test_the_rows_that_are_right_can_be_taken_alone(files: Files) -> None:
    taken = files.bring(sheet("Lids,Which?,,,,,,,,", "Mugs,,soon,,,,,,,", "Tins,Which?,,,,,,,,"))
    assert counts(taken) == (Step.TAKEN, 2, 0, 1)
    assert [post.title for post in files.posts()] == ["Lids", "Tins"]


NASTY = (
    *('=HYPERLINK("http://x.example")', "+1+1", "-2", "@SUM(1)", "'=1", "＝1＋1"),
    *(
        "\u202egpj.exe",
        "a\u200bb\u2060c",
        "👩‍👩‍👧‍👦 ❤️",
        "שלום עולם",
        "a\r\nb\n=1",
        '"quoted", yes;',
    ),
    *("@everyone <b>x</b> **y**", "\ufeffBOM", "x" * 300),
)


@sqlite
def test_what_was_exported_comes_back_as_it_was(files: Files) -> None:
    """Formulas neutralised, right-to-left, emoji, signs without width, line breaks."""
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(["title", "text", "broadcast"])
    lines.writerows([[f"T{number}", guarded(text), "no"] for number, text in enumerate(NASTY)])
    assert counts(files.bring(out.getvalue().encode())) == (Step.TAKEN, len(NASTY), 0, 0)
    assert [post.text for post in files.posts()] == [text.strip() for text in NASTY]
    with files.writer.database.reading() as session:
        file = "\r\n".join(exports.lines(session, exports.Kind.POSTS, Format.CSV)).encode()
    for row in csv.reader(io.StringIO(file.decode(), newline="")):
        assert not any(cell.lstrip(" \xa0").startswith(tuple("=+-@＝＋")) for cell in row)
    again = files.look(file)
    assert counts(again) == (Step.LOOKED, 0, len(NASTY), 0)


@sqlite
def test_a_workbook_says_the_same_as_its_rows_would_in_csv(files: Files) -> None:
    data = workbook(
        ("Title", "Text", "Date", "Time", "Broadcast", "Channels"),
        ("Lids", "Which lid?", datetime(2026, 3, 3), datetime(2026, 1, 1, 14, 30).time(), True),
        (None, None, None),
        (2026, "Which year?", "4.3.2026", "8:05", None, "webchat lobby"),
    )
    assert kind_of(data) is Kind.XLSX
    assert counts(files.bring(data)) == (Step.TAKEN, 2, 0, 0)
    lids, year = files.posts()
    assert (lids.local, lids.broadcast) == (wall("2026-03-03T14:30"), True)
    assert (year.title, year.local) == ("2026", wall("2026-03-04T08:05"))
    assert len(year.channel_ids) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\0" * 50, "NUL"),
        (b"a,b\r\n1,2", "must name the columns"),
        (sheet('Lids,"never closed'), "from line 2 on"),
        (b"title\n" + b"x" * 400_000, "far too long"),
        (b"PK\x03\x04 but no zip", "spreadsheet"),
    ],
)
@sqlite
def test_a_file_that_is_none_is_told_so(files: Files, data: bytes, words: str) -> None:
    if not data:
        with pytest.raises(InvalidInput, match=words):
            files.look(data)
        return
    looked = files.look(data)
    assert looked.step is Step.LEFT and words in looked.problems[0]
    assert files.posts() == []


@sqlite
def test_a_long_file_is_looked_at_and_taken_in_within_bounds(files: Files) -> None:
    """A tenth of the most, in seconds; `tests/content_calendar/long_file.py` measures all of it."""
    rows = (f"Lid {n},Which lid {n}?,2027-01-01 10:00,,,,,,,no" for n in range(10_000))
    assert counts(files.bring(sheet(*rows))) == (Step.TAKEN, 10_000, 0, 0)


@sqlite
def test_more_rows_than_fit_are_refused(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("content_calendar.exchange.sheets.MOST_ROWS", 5)
    looked = files.look(sheet(*(f"Lid {n},Which?,,,,,,,," for n in range(6))))
    assert looked.step is Step.LEFT and "at most 5 fit" in looked.problems[0]


@sqlite
def test_a_row_is_the_same_post_as_somebody_would_have_made(files: Files) -> None:
    """Files are made past `calendar.create`, many at a time."""
    files.bring(sheet("Lids,Which lid?,2026-03-03 14:30,,,idea,webchat lobby,Spring,,yes"))

    def by_hand(session: Session) -> UUID:
        made = draft(session, campaign="Spring", text="Which lid?", broadcast=True)
        return calendar.create(session, made, by=None, capabilities=LIMITS, stage=Stage.IDEA).id

    files.writer.run_blocking(by_hand)
    rows = [
        {column.name: getattr(post, column.name) for column in Post.__table__.columns}
        for post in files.posts()
    ]
    for row in rows:
        row.pop("id")
    assert rows[0] == rows[1]


@sqlite
def test_moving_a_post_that_came_from_a_file_needs_its_version_like_any_other(
    files: Files,
) -> None:
    files.bring(sheet("Lids,Which lid?,2026-03-03 14:30,,,,webchat lobby,,,no"))
    (post,) = files.posts()

    def schedule(session: Session) -> list[str]:
        calendar.schedule(session, post.id, post.version, by=None, capabilities=LIMITS)
        return [f"{each.due_at:%m-%d %H:%M}" for each in deliveries(session)]

    assert files.writer.run_blocking(schedule) == ["03-03 13:30"]
