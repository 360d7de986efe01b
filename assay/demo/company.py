"""The synthetic company: its warehouse's views, its dbt artifacts, and the truth behind both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from assay.demo.calendar import Calendar
from assay.demo.columns import identifiers
from assay.demo.ledger import true_hours, true_queries
from assay.demo.load import Book, Load
from assay.demo.procedure import procedures
from assay.demo.traffic import traffic
from assay.demo.truth import simulate
from assay.demo.views.events import events
from assay.demo.views.query_history import Named, query_history
from assay.demo.views.warehouse_metering import metered_hours, warehouse_metering
from assay.demo.writing import shuffled, write

END = date(2026, 11, 20)
DOUBLED = 0.005


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the company was written: the export of views, the folder of dbt invocations, and the truth."""

    export: Path
    dbt: Path
    truth: Path


def build(folder: Path, *, seed: int = 7, days: int = 60, queries: int = 300_000, end: date = END) -> Demo:
    """Simulate `days` days ending with `end` and about `queries` statements, and write them under `folder`.

    The same arguments give the same data.
    """
    demo = Demo(folder / "snowflake", folder / "dbt", folder / "truth")
    rng = np.random.default_rng(seed)
    calendar, book = Calendar(end, days), Book()
    fixed = [procedures(calendar, book)]
    rest = max(queries - sum(map(len, fixed)), 0)
    load = Load.join([*fixed, *traffic(calendar, rest, book, rng)])
    truth = simulate(load, calendar, rng)
    none = np.zeros(len(load), dtype=np.int64)
    named = Named(identifiers(len(load), rng), none, load["cloud"] * 10_000, none)
    hours = metered_hours(load, truth, named.cloud_nano)
    write(
        demo.export / "QUERY_HISTORY.parquet",
        shuffled(query_history(load, truth, book, named), rng, doubled=DOUBLED),
    )
    write(demo.export / "WAREHOUSE_METERING_HISTORY.parquet", shuffled(warehouse_metering(hours), rng))
    write(demo.export / "WAREHOUSE_EVENTS_HISTORY.parquet", events(truth, rng))
    write(demo.truth / "hours.parquet", true_hours(truth))
    write(demo.truth / "queries.parquet", true_queries(load, truth, book, named.query_id))
    return demo
