"""The savings ledger for pages: what was promised and measured, added up without counting a cost twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.model.money import NANO
from assay.model.time import floor_day_ms
from assay.store import savings
from costs.waste.savings import SETTLED_DAYS, apart, promised
from web.charts import Chart, Series
from web.format import date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from assay.store.tables import SavingRow

LISTED = 50
"""How many lines of the ledger the page lists; all of them are added up and drawn."""


@dataclass(frozen=True, slots=True)
class Savings:
    """The ledger: nano-credits in 30 days."""

    lines: Sequence[SavingRow]
    """The newest changes."""
    changes: int
    promised_nano: int
    promised_measured_nano: int
    """What those promised of which something is measured."""
    measured_nano: int
    counts: Mapping[int, int]
    """What each measured line counts for in the sum, by its id."""
    measured: int
    """Of how many changes something is measured."""
    settled_days: int
    chart: Chart


def ledger(session: Session) -> Savings:
    """Read the whole ledger."""
    rows = savings.listed(session)
    counts = apart(rows)
    told = [row for row in rows if row.id in counts]
    return Savings(
        lines=rows[:LISTED],
        changes=len(rows),
        promised_nano=promised(rows),
        promised_measured_nano=promised(told),
        measured_nano=sum(counts.values()),
        counts=counts,
        measured=len(told),
        settled_days=SETTLED_DAYS,
        chart=_chart(rows, counts),
    )


def _chart(rows: Sequence[SavingRow], counts: Mapping[int, int]) -> Chart:
    """Promised and measured as they add up, change by change; a day is told once."""
    days = sorted({floor_day_ms(row.acted_ms) for row in rows})
    until = [[row for row in rows if floor_day_ms(row.acted_ms) <= day] for day in days]
    series = [
        Series("Promised", [promised(of_day) / NANO for of_day in until], "band"),
        Series("Measured", [sum(counts.get(row.id, 0) for row in of_day) / NANO for of_day in until], "busy"),
    ]
    title = "Saved a month by all changes made until then"
    return Chart("savings", title, "credits", [date(day) for day in days], series, "line")
