"""TABLE_STORAGE_METRICS: what each table holds, live, in time travel and in fail-safe. A snapshot a day."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa

from assay.facts.streams import TABLE_STORAGE
from collectors.snowflake.reading import Parts, Reading
from collectors.snowflake.views.base import USAGE_VIEWER, Kind, View, columns


def _parts(rows: pa.RecordBatch, view: View, reading: Reading) -> Parts:
    told = dict(zip(rows.schema.names, rows.columns, strict=True))
    told["at_ms"] = pa.repeat(pa.scalar(reading.snapshot_ms, pa.int64()), len(rows))
    told["deleted"] = told["deleted"].cast(pa.int64())
    return Parts(((view.stream, pa.table({name: told[name] for name in view.stream.schema.names})),))


VIEW = View(
    name="TABLE_STORAGE_METRICS",
    stream=TABLE_STORAGE,
    columns=(
        *columns(Kind.TEXT, "table_id=ID|TABLE_ID", required=True),
        *columns(Kind.INTEGER, "active_bytes", required=True),
        *columns(
            Kind.INTEGER,
            "time_travel_bytes failsafe_bytes clone_bytes=RETAINED_FOR_CLONE_BYTES",
        ),
        *columns(Kind.FLAG, "deleted"),
        *columns(Kind.TEXT, "database=TABLE_CATALOG schema=TABLE_SCHEMA name=TABLE_NAME"),
        *columns(Kind.MOMENT, "created_ms=TABLE_CREATED"),
    ),
    cursor="created_ms",
    page_key="table_id",
    first_key=-1,
    snapshot=True,
    lag=timedelta(minutes=90),
    look_back=timedelta(0),
    grant=USAGE_VIEWER,
    parts=_parts,
)
