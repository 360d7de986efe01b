"""The synthetic company: its warehouse's views, its dbt artifacts, and the truth behind both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from assay.demo.artifacts import write_artifacts
from assay.demo.builds import builds
from assay.demo.calendar import Calendar
from assay.demo.ledger import late_rows, true_hours, true_queries
from assay.demo.load import Book, Load
from assay.demo.naming import name
from assay.demo.procedure import by_hand, procedures
from assay.demo.repository import write_repository
from assay.demo.simulation import Simulation
from assay.demo.traffic import traffic
from assay.demo.truth import simulate
from assay.demo.views.all import views
from assay.demo.writing import write

if TYPE_CHECKING:
    from pathlib import Path

END = date(2026, 11, 20)
LATE = 0.002
"""The share of statements that QUERY_HISTORY shows hours after the others."""


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
    made = builds(calendar, book, rng)
    fixed = [made.load(), procedures(calendar, book), by_hand(calendar, book)]
    rest = max(queries - sum(map(len, fixed)), 0)
    load = Load.join([*fixed, *traffic(calendar, rest, book, rng)])
    truth = simulate(load, calendar, rng)
    named = name(load, truth, calendar, rng)
    late = np.flatnonzero(rng.random(len(load)) < LATE)
    simulation = Simulation(calendar, book, load, truth, named)
    for view, table in views(simulation, late, rng):
        write(demo.export / f"{view}.parquet", table)
    write_artifacts(demo.dbt, made, load, truth, named)
    write_repository(folder / "repository")
    write(demo.truth / "hours.parquet", true_hours(truth))
    write(demo.truth / "queries.parquet", true_queries(load, truth, book, named.query_id))
    write(demo.truth / "late.parquet", late_rows(truth, named.query_id, late, rng))
    return demo
