"""Reading and writing the catalogue file."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InvalidInput
from bot.products import catalogue
from bot.products.catalogue import Entry

GOOD = "sku,name,brand,aliases,supplier\nK-1,Brew kettle,Alba,kettle|the kettle,Alba Ltd\n"
KETTLE = Entry(
    row=2,
    sku="K-1",
    name="Brew kettle",
    brand="Alba",
    aliases=("kettle", "the kettle"),
    supplier="Alba Ltd",
)


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t").replace("\n", "\r\n").encode(),
        GOOD.replace("sku,name", "SKU , Name"),
        GOOD + ",,,,\n\n",
    ],
    ids=["text", "utf-8", "bom", "semicolon", "tab", "headings in capitals", "empty rows"],
)
def test_the_same_catalogue_in_every_dress(data: bytes | str) -> None:
    assert catalogue.read(data) == catalogue.Sheet(entries=(KETTLE,), problems=())


def test_windows_files_keep_their_umlauts() -> None:
    sheet = catalogue.read("sku;name;brand\nT-1;Größte Tasse – 5€;Öko\n".encode("cp1252"))
    assert (sheet.entries[0].name, sheet.entries[0].brand) == ("Größte Tasse – 5€", "Öko")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"  \n \n", "empty"),
        (b"sku,name\nK-1,Kettle\n", "missing: brand"),
        (b"K-1,Kettle,Alba\n", "missing: sku, name, brand"),
        (b"sku,sku,name,brand\n", "twice: sku"),
        (b"sku,name,brand\nK-1,Ket\0tle,Alba\n", "NUL"),
        ("sku,name,brand\nK-1,Kettle,Alba\n".encode("utf-16"), "NUL"),
        (b"sku,name,brand\nK-1,\x81\x8d,Alba\n", "can't be read as text"),
        (b'sku,name,brand\nK-1,"Kettle,Alba\n', "quotation mark"),
        (b"sku,name,brand\nK-1," + b"x" * 200_000 + b",Alba\n", "can't be read from line"),
        (b"x" * (catalogue.MOST_BYTES + 1), "too large"),
    ],
)
def test_what_is_no_catalogue_is_refused_in_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        catalogue.read(data)


def test_a_hundred_thousand_rows_fit_and_one_more_does_not() -> None:
    rows = "".join(f"K-{n},Kettle,Alba\n" for n in range(catalogue.MOST_ROWS))
    assert len(catalogue.read("sku,name,brand\n" + rows).entries) == catalogue.MOST_ROWS
    with pytest.raises(InvalidInput, match="at most 100,000"):
        catalogue.read("sku,name,brand\n" + rows + "one,more,row\n")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",Kettle,Alba", "Row 3: the sku is missing."),
        ("K-2,,", "Row 3: the name is missing. Row 3: the brand is missing."),
        ("K-2,Kettle", "Row 3: the brand is missing."),
        ("K-2,Kettle,Alba,,,surplus", "Row 3: there are 6 cells, but only 5 columns."),
        (f"{'K' * 101},Kettle,Alba", "Row 3: the sku is too long, at most 100 characters fit."),
        (f"K-2,Kettle,Alba,{'|' * 50}", "Row 3: there are too many aliases, at most 50 fit."),
        ("K-1,Kettle,Alba", "Row 3: K-1 is already in row 2."),
        ("K-1,Kettle,Nord", "Row 3: K-1 belongs to Nord here but to Alba in row 2."),
        ("K-1,Kettle,Alba,,Nord", "Row 3: K-1 belongs to Nord here but to Alba Ltd in row 2."),
    ],
)
def test_every_problem_names_its_row(row: str, problem: str) -> None:
    assert " ".join(catalogue.read(f"{GOOD}{row}\n").problems) == problem


def test_all_problems_come_at_once() -> None:
    sheet = catalogue.read("sku,name,brand\n,Cup,Alba\nK-1,,Alba\nK-2,Cup,\nK-3,Cup,Alba\n")
    assert [problem[:6] for problem in sheet.problems] == ["Row 2:", "Row 3:", "Row 4:"]
    assert [entry.row for entry in sheet.entries] == [5]


CELL = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0|"), max_size=20)
FORMULA = st.sampled_from("=+-@'") | st.just("")


@settings(deadline=None)  # a busy machine is no failure
@given(FORMULA, FORMULA, CELL.filter(str.strip))
def test_spreadsheets_find_no_formula_and_we_find_every_word(a: str, b: str, cell: str) -> None:
    name = f"{a}{b}{cell}".strip()
    entry = Entry(row=2, sku=f"S{name}", name=name, brand=name, aliases=(name,), supplier=name)
    text = "".join(catalogue.write([entry]))
    [_, written] = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert not any(word.startswith(("=", "+", "-", "@", "\t", "\r")) for word in written)
    assert catalogue.read(text).entries == (entry,)
