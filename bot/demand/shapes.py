"""Demand as programs and spreadsheets read it: one line a product and week."""

import csv
import io
from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel

from bot.demand.queries import Demand, Measure
from bot.products.catalogue import guarded


class WeekShape(BaseModel):
    """``*_of``: how many people it is counted among. ``*_change``: "more" or "fewer" where the
    week is unlike the eight before it, else empty."""

    week: date  # its Monday
    sku: str
    product: str
    wishes: int
    wishes_of: int
    wishes_change: str
    missed: int
    missed_of: int
    missed_change: str
    problems: int
    problems_of: int
    problems_change: str


class DemandShape(BaseModel):
    items: list[WeekShape]


def lines(demand: Demand) -> Iterator[WeekShape]:
    for row in demand.products:
        for number, week in enumerate(demand.weeks):
            told: dict[str, int | str] = {}
            for measure in Measure:
                count = row.counts[measure][number]
                change = next((c for c in row.changes.get(measure, ()) if c.week == number), None)
                said = ("more" if change.is_more else "fewer") if change else ""
                told |= {
                    measure.value: count.said,
                    f"{measure}_of": count.heard,
                    f"{measure}_change": said,
                }
            yield WeekShape.model_validate(
                {"week": week, "sku": row.sku, "product": row.name, **told}
            )


def as_csv(demand: Demand) -> str:
    """With headings; no cell is a formula."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(WeekShape.model_fields)
    for line in lines(demand):
        writer.writerow([guarded(str(cell)) for cell in line.model_dump().values()])
    return file.getvalue()
