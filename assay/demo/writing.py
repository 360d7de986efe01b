"""Tables as Parquet files of plain columns, the same bytes for the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

    from assay.demo.power import Ints

ROWS_A_GROUP = 131_072


def plain(table: pa.Table) -> pa.Schema:
    """The table's schema with every dictionary as plain text."""
    fields = [
        pa.field(field.name, field.type.value_type if pa.types.is_dictionary(field.type) else field.type)
        for field in table.schema
    ]
    return pa.schema(fields)


def write(path: Path, table: pa.Table) -> None:
    """Write a table; readers see VARCHAR where the table has dictionaries."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", row_group_size=ROWS_A_GROUP, store_schema=False)


def shuffled(
    table: pa.Table, rng: np.random.Generator, *, doubled: float = 0.0, last: Ints | None = None
) -> pa.Table:
    """The rows in any order, a share of them twice; those numbered in `last` come at the end."""
    order = rng.permutation(len(table))
    if doubled:
        twice = rng.integers(0, len(table), max(1, int(len(table) * doubled)))
        order = rng.permutation(np.concatenate([order, twice]))
    if last is not None:
        late = np.isin(order, last)
        order = np.concatenate([order[~late], order[late]])
    return table.take(pa.array(order))
