"""What the simulator knows to be true, as tables for tests to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from assay.demo.columns import pick, timestamps
from assay.demo.meter import KINDS
from assay.demo.people import USERS, reader_class
from assay.demo.warehouses import HOUR_MS, WAREHOUSES

if TYPE_CHECKING:
    from assay.demo.load import Book, Load
    from assay.demo.power import Ints
    from assay.demo.truth import Truth


def true_hours(truth: Truth) -> pa.Table:
    """One row per warehouse and hour: nano-credits by kind (see `meter`), and their total."""
    tables = []
    for warehouse, kinds in sorted(truth.by_hour.items()):
        charged = np.flatnonzero(kinds.sum(axis=0))
        columns = {f"{kind}_nano": pa.array(kinds[k][charged]) for k, kind in enumerate(KINDS)}
        start = timestamps((charged + truth.covered.start) * HOUR_MS)
        name = pa.array([WAREHOUSES[warehouse].name] * len(charged), pa.string())
        total = pa.array(kinds[:, charged].sum(axis=0))
        tables.append(pa.table({"warehouse": name, "start_time": start, "total_nano": total, **columns}))
    return pa.concat_tables(tables)


def true_queries(load: Load, truth: Truth, book: Book, query_id: pa.StringArray) -> pa.Table:
    """One row per statement: its busy and caused idle nano-credits, what it writes and who reads."""
    statement = np.array(book.statement)[load["text"]]
    return pa.table(
        {
            "query_id": query_id,
            "warehouse": pick([warehouse.name for warehouse in WAREHOUSES], load["warehouse"]),
            "cluster_number": truth.cluster,
            "begin_time": timestamps(truth.begin_ms),
            "end_time": timestamps(truth.end_ms),
            "busy_nano": truth.busy_nano,
            "idle_nano": truth.idle_nano,
            "writes": pick([entry.writes for entry in book.statements], statement),
            "reader_class": pick([reader_class(user) for user in range(len(USERS))], load["user"]),
        }
    )


def late_rows(truth: Truth, query_id: pa.StringArray, late: Ints, rng: np.random.Generator) -> pa.Table:
    """The statements that QUERY_HISTORY shows late, and when: hours after their end instead of minutes."""
    wait = rng.integers(2 * HOUR_MS, 30 * HOUR_MS, len(late))
    return pa.table(
        {"query_id": query_id.take(pa.array(late)), "arrives_at": timestamps(truth.end_ms[late] + wait)}
    )
