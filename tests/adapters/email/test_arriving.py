"""What comes in by mail: good answers are read, everything else is kept and says why."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.email.arriving import arrived
from adapters.email.cutting import answer_in
from bot.networks import EventKind, InboundEvent, NotUnderstood

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TAG = "a" * 48
TO = f"cases+{TAG}@shop.example"


def read(raw: bytes, size: int = 0) -> InboundEvent | NotUnderstood:
    return arrived(
        raw,
        account="default",
        reply_address="cases@shop.example",
        sender="hello@shop.example",
        now=NOW,
        size=size,
    )


def heard(mail: EmailMessage | bytes, size: int = 0) -> InboundEvent:
    event = read(mail if isinstance(mail, bytes) else mail.as_bytes(), size)
    assert isinstance(event, InboundEvent)
    return event


def mail(text: str = "accept", **headers: str) -> EmailMessage:
    """``headers`` with "_" for "-"."""
    message = EmailMessage(policy=SMTP)
    given = {
        "From": "Tom <Tom@Alba.example>",
        "To": TO,
        "Subject": "Re: A suggestion",
        "Message-ID": "<1@alba.example>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in given.items():
        if value:
            message[name] = value
    message.set_content(text)
    return message


def test_an_answer_becomes_an_event() -> None:
    event = heard(mail(References="<0@shop.example> <x@y>", In_Reply_To="<0@shop.example>"))
    assert event.kind is EventKind.MESSAGE and event.private
    assert event.author and (event.author.id, event.author.name) == ("tom@alba.example", "Tom")
    assert (event.message, event.dedupe_key) == ("<1@alba.example>", "<1@alba.example>")
    assert (event.thread, event.reply_to) == ("<0@shop.example>", "<0@shop.example>")
    assert (event.text, event.data) == ("accept", {"tag": TAG, "automatic": "", "problem": ""})


@pytest.mark.parametrize(
    ("headers", "tag"),
    [
        ({"To": f"Shop <CASES+{TAG.upper()}@SHOP.example>"}, TAG),
        ({"To": f"other@shop.example, {TO}"}, TAG),
        ({"To": "list@alba.example", "Cc": TO}, TAG),
        ({"To": "undisclosed-recipients:;", "Delivered_To": TO}, TAG),
        ({"To": "cases@shop.example"}, ""),
        ({"To": f"cases+{TAG}@elsewhere.example"}, ""),
        ({"To": ""}, ""),
    ],
)
def test_the_tag_is_found_wherever_the_address_stands(headers: dict[str, str], tag: str) -> None:
    assert heard(mail(**headers)).data["tag"] == tag


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner=x"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<list.alba.example>"},
        {"Return_Path": "<>"},
        {"From": "MAILER-DAEMON@alba.example"},
        {"From": "hello@shop.example"},  # our own letter, sent back
        {"Subject": "Out of office: back on Monday"},
        {"Subject": "Automatische Antwort: Re: A suggestion"},
        {"Subject": "Undeliverable: A suggestion"},
    ],
)
def test_machines_are_known_for_what_they_are(headers: dict[str, str]) -> None:
    assert heard(mail("accept", **headers)).data["automatic"] != ""


def test_a_person_is_no_machine() -> None:
    event = heard(mail(Auto_Submitted="no", Return_Path="<tom@alba.example>"))
    assert event.data["automatic"] == ""


def test_a_mail_that_is_html_only_is_read() -> None:
    message = mail()
    message.set_content(
        "<style>p {}</style><p>decline:&nbsp;too dear</p><blockquote>our letter</blockquote>",
        subtype="html",
    )
    assert heard(message).text == "decline: too dear"


def test_odd_charsets_are_read_as_far_as_can_be() -> None:
    message = mail("decline: zu groß")
    raw = message.as_bytes().replace(b'charset="utf-8"', b'charset="klingon"')
    assert heard(raw).text == "decline: zu groß"
    latin = mail()
    latin.set_content("ablehnen: größer geht nicht", charset="latin-1")
    assert heard(latin).text == "ablehnen: größer geht nicht"


def test_an_attachment_waits_for_a_person_and_the_words_are_kept() -> None:
    message = mail("done")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="offer.pdf")
    event = heard(message)
    assert event.text == "done" and "offer.pdf" in str(event.data["problem"])


def test_what_is_too_large_or_empty_says_so() -> None:
    assert "larger than 2 MB" in str(heard(mail(), size=5_000_000).data["problem"])
    assert heard(mail("")).data["problem"] == "There is no text in it."


def test_without_an_id_the_bytes_are_the_key() -> None:
    one, same, other = (heard(mail(text, Message_ID="")) for text in ("a", "a", "b"))
    assert one.dedupe_key == same.dedupe_key != other.dedupe_key


def test_two_senders_are_nobody() -> None:
    event = heard(mail(From="a@alba.example, b@alba.example"))
    assert event.author and event.author.id == "?"


HEADERS = st.sampled_from(
    ["From", "To", "Subject", "Message-ID", "Date", "References", "Content-Type", "Auto-Submitted",
     "Content-Transfer-Encoding", "Content-Disposition", "MIME-Version"]
)  # fmt: skip
VALUES = st.text(max_size=60) | st.sampled_from(
    ["multipart/mixed; boundary=x", "multipart/mixed", "text/plain; charset=\x00", "base64",
     "text/html; charset=utf-7", "=?utf-8?b?////?=", "=?x?q?=00?=", "attachment; filename*=a'b'c",
     "message/rfc822", "Mon, 99 Foo 99999 99:99:99 +9999", "<<<>@@,;:", TO]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(HEADERS, VALUES), max_size=8), st.binary(max_size=300))
def test_nothing_that_comes_breaks_it(headers: list[tuple[str, str]], body: bytes) -> None:
    lines = [f"{name}: {value}".encode("utf-8", "replace") for name, value in headers]
    event = read(b"\r\n".join(lines) + b"\r\n\r\n" + body)
    assert event.raw and event.dedupe_key


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_nor_do_any_bytes(raw: bytes) -> None:
    read(raw)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=200))
def test_no_good_answer_is_lost(words: str) -> None:
    """Whatever a partner writes, the word that decides arrives."""
    event = heard(mail(f"decline: {words}"))
    assert event.text.startswith("decline:") and not event.data["automatic"]


def test_a_mail_within_mails_within_mails_is_kept() -> None:
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
        for depth in range(3_000)
    )
    assert read(b"From: a@b.example\r\n" + deep).raw


QUOTED = "> what we wrote\n> and more"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (f"accept\n\nOn Mon, 2 Mar 2026 at 10:00, Shop <a@b.example> wrote:\n{QUOTED}", "accept"),
        (f"accept\n\nOn Mon, 2 Mar 2026 at 10:00 Shop\n<a@b.example> wrote:\n\n{QUOTED}", "accept"),
        (f"annehmen\n\nAm 02.03.26 um 10:00 schrieb Shop:\n{QUOTED}", "annehmen"),
        (f"On Monday Shop wrote:\n{QUOTED}\n\naccept", "accept"),  # below, as some write it
        ("done\n\n-- \nTom Alba\nAlba Ltd", "done"),
        ("done\n\nBest regards,\nTom", "done"),
        ("erledigt\n\nMit freundlichen Grüßen\nTom", "erledigt"),
        ("done\nSent from my telephone", "done"),
        ("done\n\nFrom: Shop\nSent: Monday\nTo: Tom\n\nour letter", "done"),
        ("fertig\n\nVon: Shop\nGesendet: Montag\n\nBrief", "fertig"),
        ("done\n\n-----Original Message-----\nour letter", "done"),
        ("done\n________________________________\nour letter", "done"),
        ("ask: who wrote: this?\nand why", "ask: who wrote: this?\nand why"),
        ("decline: From: Berlin it is too far", "decline: From: Berlin it is too far"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_quoted_and_signed_is_cut(text: str, answer: str) -> None:
    assert answer_in(text) == answer
    assert answer_in(text.replace("\n", "\r\n")) == answer


@pytest.mark.timeout(5)
def test_no_text_keeps_it_busy() -> None:
    for text in ("On " * 40_000, "Am 1 schrieb " * 9_000, "> \n" * 40_000, "From:\n" * 20_000):
        answer_in(text)
