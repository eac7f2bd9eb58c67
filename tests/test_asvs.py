"""docs/asvs.csv says honestly what is kept of OWASP ASVS 5.0, and each "yes" can be looked up."""

import csv
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = ["area", "requirement", "level", "answer", "shown", "remark"]
ANSWERS = {"yes", "no", "partly", "not applicable"}


@cache
def rows() -> list[dict[str, str]]:
    with (ROOT / "docs" / "asvs.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def test_every_answer_is_one() -> None:
    assert len(rows()) > 80
    for row in rows():
        assert list(row) == COLUMNS
        assert row["answer"] in ANSWERS, row
        assert row["level"] in {"1", "2", "3"}, row
        assert row["requirement"], row
        # Who says no, or that it does not matter here, says why or leaves it at no.
        assert row["remark"] or row["answer"] in {"yes", "no"}, row


def test_each_yes_names_what_shows_it() -> None:
    missing = []
    for row in rows():
        shown = row["shown"].replace(";", " ").split()
        if row["answer"] == "yes" and not shown:
            missing.append(f"{row['requirement']}: shown by nothing")
        missing += [f"{row['requirement']}: {place}" for place in shown if not is_there(place)]
    assert missing == []


def is_there(place: str) -> bool:
    """``tests/a.py``, or ``tests/a.py::test_it``."""
    name, _, test = place.partition("::")
    file = ROOT / name
    if not file.is_file():
        return False
    test = test.partition("[")[0]
    return (
        not test
        or re.search(rf"^\s*(?:async )?def {test}\(", file.read_text("utf-8"), re.M) is not None
    )
