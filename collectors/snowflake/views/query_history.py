"""QUERY_HISTORY: every finished statement. Its text is read for who sent it, and only its shape is kept."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa

from assay.facts.streams import QUERY_HISTORY, QUERY_TEXT
from collectors.query_origin import origins
from collectors.snowflake.reading import Parts, Reading
from collectors.snowflake.views.base import GOVERNANCE_VIEWER, Kind, View, columns
from collectors.sql_shape import new_shapes, with_hashes


def _parts(rows: pa.RecordBatch, view: View, reading: Reading) -> Parts:
    text = rows.column("query_text")
    hashes = with_hashes(rows.column("parameterized_hash"), text)
    shapes = new_shapes(hashes, text, rows.column("start_ms"), reading.shapes)
    told = {**dict(zip(rows.schema.names, rows.columns, strict=True)), "parameterized_hash": hashes}
    told |= origins(text, rows.column("query_tag"))
    known = pa.table({name: told[name] for name in view.stream.schema.names})
    return Parts(((view.stream, known), (QUERY_TEXT, shapes)))


VIEW = View(
    name="QUERY_HISTORY",
    stream=QUERY_HISTORY,
    columns=(
        *columns(Kind.TEXT, "query_id", required=True),
        *columns(Kind.MOMENT, "start_ms=START_TIME end_ms=END_TIME", required=True),
        *columns(
            Kind.INTEGER,
            "queued_provisioning_ms=QUEUED_PROVISIONING_TIME queued_repair_ms=QUEUED_REPAIR_TIME "
            "queued_overload_ms=QUEUED_OVERLOAD_TIME compilation_ms=COMPILATION_TIME "
            "list_external_files_ms=LIST_EXTERNAL_FILES_TIME|LIST_EXTERNAL_FILE_TIME "
            "transaction_blocked_ms=TRANSACTION_BLOCKED_TIME execution_ms=EXECUTION_TIME cluster_number "
            "bytes_scanned bytes_written rows_produced rows_inserted rows_updated rows_deleted "
            "acceleration_bytes=QUERY_ACCELERATION_BYTES_SCANNED "
            "spilled_local_bytes=BYTES_SPILLED_TO_LOCAL_STORAGE spilled_remote_bytes=BYTES_SPILLED_TO_REMOTE_STORAGE",
        ),
        *columns(Kind.CREDITS, "cloud_services_nano=CREDITS_USED_CLOUD_SERVICES"),
        *columns(Kind.TEXT, "warehouse=WAREHOUSE_NAME", required=True),
        *columns(
            Kind.TEXT,
            "warehouse_size warehouse_type database=DATABASE_NAME schema=SCHEMA_NAME query_type session_id "
            "role=ROLE_NAME user_type status=EXECUTION_STATUS error_code "
            "parameterized_hash=QUERY_PARAMETERIZED_HASH query_tag query_text",
        ),
        *columns(Kind.USER, "user=USER_NAME"),
        *columns(Kind.FLAG, "client_generated=IS_CLIENT_GENERATED_STATEMENT"),
    ),
    cursor="end_ms",
    page_key="query_id",
    lag=timedelta(minutes=45),
    look_back=timedelta(days=2),
    grant=GOVERNANCE_VIEWER,
    needed=True,
    parts=_parts,
)
