"""Rules in plain German."""

from datetime import datetime

import pytest

from content_calendar.recurrence import Rule, check, describe_german, without


def rule(rrule: str) -> Rule:
    start = datetime.fromisoformat("2026-01-06 09:30")  # a Tuesday
    return Rule(start=start, zone="Europe/Berlin", rrule=rrule)


@pytest.mark.parametrize(
    ("rrule", "words"),
    [
        ("FREQ=DAILY", "jeden Tag um 09:30"),
        ("FREQ=DAILY;INTERVAL=3", "alle 3 Tage um 09:30"),
        ("FREQ=DAILY;BYDAY=SA", "jeden Samstag um 09:30"),
        ("FREQ=WEEKLY", "jeden Dienstag um 09:30"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "jeden Tag von Montag bis Freitag um 09:30"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "alle 2 Wochen am Montag und Freitag um 09:30"),
        ("FREQ=MONTHLY", "jeden Monat am 6. um 09:30"),
        ("FREQ=MONTHLY;BYMONTHDAY=31,-1,-2",
         "jeden Monat am 31., vorletzten Tag und letzten Tag um 09:30"),
        ("FREQ=MONTHLY;BYDAY=2TU,-1FR;BYHOUR=17,9",
         "jeden Monat am 2. Dienstag und letzten Freitag um 09:30 und 17:30"),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1",
         "jeden Monat am Montag und Dienstag, nur am letzten davon um 09:30"),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
         "jeden Monat am 13., wenn das auch ist: Freitag um 09:30"),
        ("FREQ=YEARLY", "jedes Jahr am 6. Januar um 09:30"),
        ("FREQ=YEARLY;BYMONTH=3,6", "jedes Jahr am 6. im März und Juni um 09:30"),
        ("FREQ=YEARLY;BYMONTHDAY=1", "jedes Jahr am 1. jedes Monats um 09:30"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "jedes Jahr am Montag in Woche 20 um 09:30"),
        ("FREQ=YEARLY;BYYEARDAY=112", "jedes Jahr am 112. Tag des Jahres um 09:30"),
    ],
)  # fmt: skip
def test_a_rule_is_said_in_plain_german(rrule: str, words: str) -> None:
    check(rule(rrule))
    assert describe_german(rule(rrule)) == f"{words} (Europe/Berlin)"


def test_the_end_and_the_skipped_dates_are_said_too() -> None:
    series = without(rule("FREQ=WEEKLY;COUNT=10"), datetime.fromisoformat("2026-01-13 09:30"))
    assert describe_german(series).endswith("(Europe/Berlin), 10-mal, außer an 1 Termin")
    assert describe_german(rule("FREQ=DAILY;UNTIL=20261231")).endswith(", bis 31. Dezember 2026")
