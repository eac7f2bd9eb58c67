"""Demand by product and week, from what people said to page, file and program, on both engines."""

import csv
import io
from datetime import date

import pytest

from bot.accounts.api_tokens import Scope
from bot.accounts.models import Role
from bot.db import Database, Writer
from bot.demand.queries import Measure, demand
from tests.content_calendar.programs import Program
from tests.demand.conftest import SPIKE
from tests.web.doorway import Client, sign_in


def test_a_person_counts_once_and_the_spike_is_found_in_its_week(
    database: Database, stocked: None
) -> None:
    with database.reading() as session:
        found = demand(session, zone="Europe/Berlin")
    assert len(found.weeks) == 12
    assert found.weeks[-1] == date(2026, 7, 20)
    kettle, tin = found.products
    week = found.weeks.index(SPIKE)
    assert kettle.counts[Measure.WISHES][0].said == 2
    assert kettle.counts[Measure.WISHES][0].heard == 11
    assert kettle.counts[Measure.PROBLEMS][0].heard == 10
    missed = kettle.changes[Measure.MISSED][0]
    assert (missed.week, missed.is_more, missed.now.said) == (week, True, 7)
    assert not tin.has_changed


def test_an_empty_shop_has_no_demand(database: Database) -> None:
    with database.reading() as session:
        assert demand(session, zone="UTC").products == ()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_page_file_and_program_tell_the_same(client: Client, writer: Writer, stocked: None) -> None:
    program = Program(client, writer)
    items = program.get("/demand").json()["items"]
    assert len(items) == 2 * 12
    [spike] = [item for item in items if item["missed_change"]]
    assert (spike["week"], spike["sku"], spike["missed"]) == (str(SPIKE), "K-1", 7)
    sign_in(client, writer, Role.MARKETER)
    text = client.get("/insights/demand").text
    assert "Out of stock: more than before" in text
    assert f"Week of {SPIKE}: 7 of 11 people." in text
    rows = list(csv.DictReader(io.StringIO(client.get("/insights/demand.csv").text[1:])))
    assert [row["missed"] for row in rows] == [str(item["missed"]) for item in items]
    assert client.get("/insights/demand.json").json() == {"items": items}
    assert "No product is called that" in client.get("/insights/demand?q=anvil").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_a_token_made_for_it_reads_demand(client: Client, writer: Writer) -> None:
    stranger = Program(client, writer, scopes=(Scope.READ,))
    assert stranger.get("/demand").status_code == 403
