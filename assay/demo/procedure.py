"""What runs beside dbt: a stored procedure that runs across midnight, and a table somebody fills by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.demo import people
from assay.demo.load import Book, Load, Statement
from assay.demo.warehouses import ADHOC, DAY_MS, MINUTE_MS, SECOND_MS, TRANSFORMING

if TYPE_CHECKING:
    from assay.demo.calendar import Calendar
    from assay.demo.power import Ints

CALL_MS = DAY_MS - 4 * MINUTE_MS
CHILD_MS = (70, 95, 40, 110, 60)
"""The call begins at 23:56 UTC; its children take these seconds, five seconds apart."""
READ = ("MART_REVENUE_DAILY", "FCT_ORDERS")


def procedures(calendar: Calendar, book: Book) -> Load:
    """One call a day that rebuilds the table of key figures in five steps."""
    call = book.add(Statement("CALL", "CALL ANALYTICS.FINANCE.REFRESH_KPI('daily')", "FINANCE"))
    steps = [book.add(_statement(k, source)) for k, source in enumerate((*READ, *READ, READ[0]))]
    day = np.asarray(calendar.days_ms)
    number = np.arange(1, len(day) + 1)
    begins = np.cumsum([5, *(seconds + 5 for seconds in CHILD_MS)]) * SECOND_MS
    loads = [_step(day + CALL_MS, call, int(begins[-1]), call=number)]
    for k, seconds in enumerate(CHILD_MS):
        loads.append(
            _step(day + CALL_MS + begins[k], steps[k], seconds * SECOND_MS, child_of=number, rows=97)
        )
    return Load.join(loads)


def _statement(step: int, source: str) -> Statement:
    """What one step of the procedure runs."""
    into = "INSERT INTO ANALYTICS.FINANCE.KPI_DAILY"
    text = f"{into} SELECT * FROM ANALYTICS.MARTS.{source} WHERE step = {step}"  # noqa: S608 -- written, never run
    return Statement("INSERT", text, "FINANCE", (source,), "KPI_DAILY")


def _step(start_ms: Ints, text: int, run_ms: int, **more: Ints | int) -> Load:
    return Load.of(
        start_ms=start_ms, text=text, run_ms=run_ms, user=people.LOADER, warehouse=TRANSFORMING, **more
    )


def by_hand(calendar: Calendar, book: Book) -> Load:
    """On the first day and every week after, an analyst adds to a table whose name only quotes can write."""
    text = book.add(
        Statement(
            "INSERT",
            """INSERT INTO ANALYTICS.FINANCE."Budget 2026" VALUES ('marketing', 1000)""",
            "FINANCE",
            (),
            "Budget 2026",
        )
    )
    day = np.asarray(calendar.days_ms[::7])
    start = day + 10 * 60 * MINUTE_MS + 1234
    return Load.of(
        start_ms=start, text=text, run_ms=740, user=people.ANALYSTS[0], warehouse=ADHOC, rows=12, written=2160
    )
