"""The streams of facts: the columns each keeps, its natural key and the time that partitions it.

Times are epoch milliseconds (`*_ms`, UTC), durations milliseconds, credits nano-credits (`*_nano`), sizes bytes.
Column names follow the source's own words; a column a source cannot fill is null, and so is one that a file from
before the column has not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa


class Dedupe(StrEnum):
    """Which rows of the same natural key stand."""

    LATEST = "latest"  # one row a key: of the newest batch, then the greatest `version` column
    GROUP = (
        "group"  # all distinct rows of the newest batch that holds the key (a source with natural duplicates)
    )
    NONE = "none"  # every row stands (an append-only ledger)


@dataclass(frozen=True, slots=True)
class FactStream:
    """A kind of fact: its columns, what names a row, which time partitions it and how repeats are settled.

    `span` is the column that says until when a row matters (a query's end), where that is not `time`:
    a reader of a window gets every row whose [time, span] touches it.
    """

    name: str
    schema: pa.Schema
    key: tuple[str, ...]
    time: str
    span: str = ""
    version: str = ""
    dedupe: Dedupe = Dedupe.LATEST


def _schema(ints: str = "", texts: str = "", flags: str = "") -> pa.Schema:
    """A schema of 64-bit integers, texts and booleans, in that order, all nullable."""
    return pa.schema(
        [(name, pa.int64()) for name in ints.split()]
        + [(name, pa.string()) for name in texts.split()]
        + [(name, pa.bool_()) for name in flags.split()]
    )


QUERY_HISTORY = FactStream(
    name="query_history",
    schema=_schema(
        ints="start_ms end_ms queued_provisioning_ms queued_repair_ms queued_overload_ms compilation_ms "
        "list_external_files_ms transaction_blocked_ms execution_ms cluster_number bytes_scanned bytes_written "
        "rows_produced rows_inserted rows_updated rows_deleted cloud_services_nano acceleration_bytes "
        "spilled_local_bytes spilled_remote_bytes",
        texts="query_id warehouse warehouse_size warehouse_type database schema query_type session_id user role "
        "user_type status error_code parameterized_hash tag tool tool_use node_id invocation_id",
        flags="client_generated",
    ),
    key=("query_id",),
    time="start_ms",
    span="end_ms",
    version="end_ms",
)
"""Finished statements. `tag` is the query tag when it is plain text (or a JSON tag's own label); `tool` and
`tool_use`, `node_id`, `invocation_id` are what a comment or JSON tag says of who sent it."""

QUERY_TEXT = FactStream(
    name="query_text",
    schema=_schema(ints="first_ms", texts="parameterized_hash shape"),
    key=("parameterized_hash",),
    time="first_ms",
)
"""Statement shapes: SQL with literals and comments stripped, once per parameterised hash."""

QUERY_ATTRIBUTION = FactStream(
    name="query_attribution_history",
    schema=_schema(
        ints="start_ms end_ms compute_nano acceleration_nano",
        texts="query_id parent_query_id root_query_id warehouse",
    ),
    key=("query_id",),
    time="start_ms",
    span="end_ms",
    version="end_ms",
)
WAREHOUSE_METERING = FactStream(
    name="warehouse_metering_history",
    schema=_schema(
        ints="start_ms end_ms compute_nano cloud_services_nano attributed_nano",
        texts="warehouse warehouse_id",
    ),
    key=("warehouse", "warehouse_id", "start_ms"),
    time="start_ms",
)
METERING = FactStream(
    name="metering_history",
    schema=_schema(
        ints="start_ms end_ms compute_nano cloud_services_nano used_nano bytes rows files",
        texts="service_type entity_id entity_type name database schema",
    ),
    key=("service_type", "entity_id", "name", "start_ms"),
    time="start_ms",
    dedupe=Dedupe.GROUP,
)
METERING_DAILY = FactStream(
    name="metering_daily_history",
    schema=_schema(
        ints="day_ms compute_nano cloud_services_nano used_nano adjustment_nano billed_nano",
        texts="service_type",
    ),
    key=("service_type", "day_ms"),
    time="day_ms",
)
WAREHOUSE_EVENTS = FactStream(
    name="warehouse_events_history",
    schema=_schema(
        ints="at_ms cluster_number cluster_count", texts="warehouse event_name event_reason event_state size"
    ),
    key=("warehouse", "cluster_number", "event_name", "event_state", "at_ms"),
    time="at_ms",
)
ACCESS = FactStream(
    name="access_history",
    schema=_schema(
        ints="start_ms",
        texts="query_id access object_domain object_name object_id user parent_query_id root_query_id",
    ),
    key=("query_id", "access", "object_name", "object_id"),
    time="start_ms",
)
"""One row per statement and object; `access` is direct_read, base_read, write, ddl, or ddl_target:
the name that what a statement renames or swaps has then."""

SESSIONS = FactStream(
    name="sessions",
    schema=_schema(ints="created_ms", texts="session_id user application authentication client"),
    key=("session_id",),
    time="created_ms",
)
TABLES = FactStream(
    name="tables",
    schema=_schema(
        ints="at_ms row_count bytes created_ms altered_ms deleted_ms",
        texts="table_id database schema name kind owner comment",
    ),
    key=("table_id", "database", "schema", "name", "at_ms"),
    time="at_ms",
)
"""Snapshots of what tables exist; `at_ms` is the midnight (UTC) of the day the snapshot tells of."""

TABLE_STORAGE = FactStream(
    name="table_storage_metrics",
    schema=_schema(
        ints="at_ms active_bytes time_travel_bytes failsafe_bytes clone_bytes deleted",
        texts="table_id database schema name",
    ),
    key=("table_id", "at_ms"),
    time="at_ms",
)
"""Daily snapshots of what each table holds; `deleted` is 1 for a dropped one."""

RATE_SHEET = FactStream(
    name="rate_sheet_daily",
    schema=_schema(
        ints="day_ms rate_micro is_adjustment", texts="service_type usage_type rating_type currency"
    ),
    key=("service_type", "usage_type", "rating_type", "is_adjustment", "day_ms"),
    time="day_ms",
)
"""Contract rates: `rate_micro` is micro-currency per unit (a credit; for storage a terabyte-month)."""

QUERY_ASSETS = FactStream(
    name="query_assets",
    schema=_schema(ints="start_ms weight", texts="query_id asset_key rung"),
    key=("query_id", "asset_key"),
    time="start_ms",
    dedupe=Dedupe.LATEST,
)
"""Derived: the assets a query worked for; `weight` is an asset's part among them, equal where no source tells rows."""

CHARGES = FactStream(
    name="charges",
    schema=_schema(
        ints="hour_ms nano_credits bytes known_at_ms",
        texts="account resource service kind query_id user tag asset_key rung reason",
    ),
    key=("account", "resource", "hour_ms", "service", "kind", "query_id", "asset_key"),
    time="hour_ms",
    dedupe=Dedupe.NONE,
)
"""Derived, append-only: the ledger. What stands is the sum over a key; a later row restates by its difference."""

STREAMS = {
    stream.name: stream
    for stream in (
        QUERY_HISTORY, QUERY_TEXT, QUERY_ATTRIBUTION, WAREHOUSE_METERING, METERING, METERING_DAILY, WAREHOUSE_EVENTS,
        ACCESS, SESSIONS, TABLES, TABLE_STORAGE, RATE_SHEET, QUERY_ASSETS, CHARGES,
    )
}  # fmt: skip
