"""ACCESS_HISTORY: which objects each statement read, wrote and changed; one fact per statement and object."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa

from assay.facts.streams import ACCESS
from collectors.snowflake.objects import Objects, objects_in, targets_in
from collectors.snowflake.reading import Parts, Reading
from collectors.snowflake.views.base import GOVERNANCE_VIEWER, Kind, View, columns

_ACCESSES = {
    "direct_read": "direct_objects_accessed",
    "base_read": "base_objects_accessed",
    "write": "objects_modified",
    "ddl": "object_modified_by_ddl",
}
_OF_STATEMENT = ("start_ms", "query_id", "user", "parent_query_id", "root_query_id")


def _parts(rows: pa.RecordBatch, view: View, _: Reading) -> Parts:
    exploded = [
        _explode(rows, access, objects_in(rows.column(column))) for access, column in _ACCESSES.items()
    ]
    exploded.append(_explode(rows, "ddl_target", targets_in(rows.column(_ACCESSES["ddl"]))))
    return Parts(((view.stream, pa.concat_tables(exploded).select(view.stream.schema.names)),))


def _explode(rows: pa.RecordBatch, access: str, found: Objects) -> pa.Table:
    of_statement = {name: rows.column(name).take(found.rows) for name in _OF_STATEMENT}
    return pa.table(
        {
            **of_statement,
            "access": pa.repeat(pa.scalar(access), len(found.rows)),
            "object_domain": found.domains,
            "object_name": found.names,
            "object_id": found.ids,
        }
    )


VIEW = View(
    name="ACCESS_HISTORY",
    stream=ACCESS,
    columns=(
        *columns(Kind.TEXT, "query_id", required=True),
        *columns(Kind.MOMENT, "start_ms=QUERY_START_TIME", required=True),
        *columns(Kind.RAW, "direct_objects_accessed base_objects_accessed objects_modified", required=True),
        *columns(Kind.RAW, "object_modified_by_ddl"),
        *columns(Kind.USER, "user=USER_NAME"),
        *columns(Kind.TEXT, "parent_query_id root_query_id"),
    ),
    cursor="start_ms",
    page_key="query_id",
    lag=timedelta(hours=3),
    look_back=timedelta(days=2),
    grant=GOVERNANCE_VIEWER,
    edition="Enterprise",
    parts=_parts,
)
