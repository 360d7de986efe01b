"""A load of any size for benchmarks: traffic only, made and written a few days at a time."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from assay.demo.calendar import Calendar
from assay.demo.company import END, Demo
from assay.demo.ledger import true_hours, true_queries
from assay.demo.load import Book, Load
from assay.demo.naming import name
from assay.demo.traffic import traffic
from assay.demo.truth import simulate
from assay.demo.views.events import events
from assay.demo.views.query_history import query_history
from assay.demo.views.warehouse_metering import metered_hours, warehouse_metering
from assay.demo.warehouses import DAY_MS, MINUTE_MS
from assay.demo.writing import shuffled, write

if TYPE_CHECKING:
    from pathlib import Path

QUIET_MS = 20 * MINUTE_MS
"""Nothing runs this long before the end of a stretch, so that every warehouse is off when the next begins."""
ROWS_A_STRETCH = 700_000


def scaled(folder: Path, *, queries: int, days: int = 30, seed: int = 7, end: date = END) -> Demo:
    """Write `queries` statements as folders of files: history, meter, events, and the truth.

    No dbt and no procedure: what a benchmark of the attribution reads.
    Stretches of whole days are independent of each other.
    """
    demo = Demo(folder / "snowflake", folder / "dbt", folder / "truth")
    rng = np.random.default_rng(seed)
    stretches = max(1, min(days, -(-queries // ROWS_A_STRETCH)))
    cuts = [days * k // stretches for k in range(stretches + 1)]
    first = end - timedelta(days=days - 1)
    for number, (begin, until) in enumerate(pairwise(cuts)):
        calendar = Calendar(first + timedelta(days=until - 1), until - begin)
        count = queries * (number + 1) // stretches - queries * number // stretches
        _stretch(demo, calendar, count, f"{number:03}.parquet", rng)
    return demo


def _stretch(demo: Demo, calendar: Calendar, count: int, file: str, rng: np.random.Generator) -> None:
    """Simulate and write one stretch of days."""
    book = Book()
    load = sealed(Load.join(traffic(calendar, count, book, rng)), calendar)
    truth = simulate(load, calendar, rng)
    named = name(load, truth, calendar, rng)
    hours = metered_hours(load, truth, named.cloud_nano)
    write(demo.export / "QUERY_HISTORY" / file, shuffled(query_history(load, truth, book, named), rng))
    write(demo.export / "WAREHOUSE_METERING_HISTORY" / file, warehouse_metering(hours))
    write(demo.export / "WAREHOUSE_EVENTS_HISTORY" / file, events(truth, rng))
    write(demo.truth / "hours" / file, true_hours(truth))
    write(demo.truth / "queries" / file, true_queries(load, truth, book, named.query_id))


def sealed(load: Load, calendar: Calendar) -> Load:
    """The load with everything over before the quiet at the end of its days."""
    cut = calendar.start_ms + calendar.days * DAY_MS - QUIET_MS
    columns = dict(load.columns)
    columns["start_ms"] = np.minimum(load["start_ms"], cut - MINUTE_MS)
    left = cut - columns["start_ms"] - load["compile_ms"]
    columns["run_ms"] = np.minimum(load["run_ms"], left)
    return Load(columns)
