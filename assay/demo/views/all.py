"""All fourteen views, one after the other, rows in no order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.demo.views.access import access_history, query_attribution, sessions
from assay.demo.views.catalog import rate_sheet, table_storage, tables
from assay.demo.views.events import events
from assay.demo.views.metering import metering, metering_daily, metering_history
from assay.demo.views.query_history import query_history
from assay.demo.views.uses import grants_to_shares, object_dependencies, task_versions
from assay.demo.views.warehouse_metering import metered_hours, warehouse_metering
from assay.demo.writing import shuffled

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import pyarrow as pa

    from assay.demo.power import Ints
    from assay.demo.simulation import Simulation

DOUBLED = 0.005
"""The share of QUERY_HISTORY's rows that come twice."""


def views(simulation: Simulation, late: Ints, rng: np.random.Generator) -> Iterator[tuple[str, pa.Table]]:
    """Each view's name and rows; the statements numbered in `late` stand at the end of QUERY_HISTORY."""
    calendar, load, truth = simulation.calendar, simulation.load, simulation.truth
    book, named = simulation.book, simulation.named
    history = query_history(load, truth, book, named)
    yield "QUERY_HISTORY", shuffled(history, rng, doubled=DOUBLED, last=late)
    yield "QUERY_ATTRIBUTION_HISTORY", shuffled(query_attribution(load, truth, book, named), rng)
    yield "ACCESS_HISTORY", shuffled(access_history(load, book, named), rng)
    yield "SESSIONS", shuffled(sessions(load, named), rng)
    yield "WAREHOUSE_EVENTS_HISTORY", events(truth, rng)
    hours = metered_hours(load, truth, named.cloud_nano)
    yield "WAREHOUSE_METERING_HISTORY", shuffled(warehouse_metering(hours), rng)
    charged = metering(hours, simulation, rng)
    yield "METERING_HISTORY", shuffled(metering_history(charged), rng)
    yield "METERING_DAILY_HISTORY", shuffled(metering_daily(charged), rng)
    yield "TABLES", shuffled(tables(calendar), rng)
    yield "TABLE_STORAGE_METRICS", shuffled(table_storage(calendar), rng)
    yield "RATE_SHEET_DAILY", shuffled(rate_sheet(calendar), rng)
    yield "OBJECT_DEPENDENCIES", object_dependencies()
    yield "GRANTS_TO_SHARES", grants_to_shares()
    yield "TASK_VERSIONS", task_versions(calendar)
