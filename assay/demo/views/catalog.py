"""TABLES, TABLE_STORAGE_METRICS and RATE_SHEET_DAILY: what exists, what it holds and what a unit costs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa

from assay.demo.assets import NUMBER, TABLES, Table
from assay.demo.columns import TIMESTAMP
from assay.demo.views.access import FIRST_OBJECT
from assay.demo.warehouses import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from assay.demo.calendar import Calendar

DROPPED = Table("FCT_ORDERS", "MARTS", "table", (), 0, 41_800_000, 200)
"""The version of a table that yesterday's build replaced: gone, but still in fail-safe."""
CLONED = "DIM_CUSTOMERS"
RATES = {
    ("COMPUTE", "COMPUTE", "WAREHOUSE_METERING", "compute"): ("3.00", "3.10"),
    ("COMPUTE", "CLOUD SERVICES", "CLOUD_SERVICES", "cloud services"): ("3.00", "3.10"),
    ("COMPUTE", "COMPUTE", "QUERY_ACCELERATION", "query acceleration"): ("3.00", "3.10"),
    ("COMPUTE", "COMPUTE", "PIPE", "snowpipe"): ("3.00", "3.10"),
    ("COMPUTE", "COMPUTE", "AUTO_CLUSTERING", "automatic clustering"): ("3.00", "3.10"),
    ("COMPUTE", "COMPUTE", "SERVERLESS_TASK", "serverless tasks"): ("3.00", "3.10"),
    ("STORAGE", "STORAGE", "STORAGE", "storage"): ("22.00", "22.00"),
}
"""Rating, billing, service and usage type: EUR per credit or terabyte-month, before and after the change."""


def _versions() -> list[tuple[Table, int, bool]]:
    """Every table with its id and whether it is dropped."""
    return [(t, FIRST_OBJECT + NUMBER[t.name], False) for t in TABLES] + [(DROPPED, FIRST_OBJECT + 900, True)]


def tables(calendar: Calendar) -> pa.Table:
    """What tables and views exist at the end of the period, and one that was replaced."""
    now = calendar.start_ms + calendar.days * DAY_MS
    rows = []
    for table, number, dropped in _versions():
        is_view = table.kind == "view"
        created = (
            now - 22 * HOUR_MS if table.kind == "table" and not dropped else calendar.start_ms - 90 * DAY_MS
        )
        rows.append(
            {
                "TABLE_ID": number, "TABLE_NAME": table.name, "TABLE_SCHEMA_ID": 9,
                "TABLE_SCHEMA": table.schema,
                "TABLE_CATALOG_ID": 5, "TABLE_CATALOG": table.database, "TABLE_OWNER": _owner(table),
                "TABLE_TYPE": "VIEW" if is_view else "BASE TABLE",
                "IS_TRANSIENT": "YES" if table.kind == "table" else "NO",
                "ROW_COUNT": None if is_view else table.rows,
                "BYTES": None if is_view else table.rows * table.row_bytes,
                "RETENTION_TIME": 1, "CREATED": created, "LAST_ALTERED": now - 21 * HOUR_MS,
                "LAST_DDL": created,
                "DELETED": now - 22 * HOUR_MS if dropped else None,
                "COMMENT": "kept by hand" if table.kind == "hand" else None,
            }
        )  # fmt: skip
    return _cast(rows, ("CREATED", "LAST_ALTERED", "LAST_DDL", "DELETED"))


def _owner(table: Table) -> str:
    return {"source": "LOADER", "hand": "ANALYST"}.get(table.kind, "TRANSFORMER")


def table_storage(calendar: Calendar) -> pa.Table:
    """What each table holds: live, in time travel, in fail-safe and kept for a clone."""
    now = calendar.start_ms + calendar.days * DAY_MS
    rows = []
    for table, number, dropped in _versions():
        if table.kind == "view":
            continue
        size = table.rows * table.row_bytes
        rows.append(
            {
                "ID": number, "TABLE_NAME": table.name, "TABLE_SCHEMA_ID": 9, "TABLE_SCHEMA": table.schema,
                "TABLE_CATALOG_ID": 5, "TABLE_CATALOG": table.database, "CLONE_GROUP_ID": number,
                "IS_TRANSIENT": "YES" if table.kind == "table" else "NO",
                "ACTIVE_BYTES": 0 if dropped else size,
                "TIME_TRAVEL_BYTES": size // 20, "FAILSAFE_BYTES": size if dropped else size // 8,
                "RETAINED_FOR_CLONE_BYTES": size // 4 if table.name == CLONED else 0, "DELETED": dropped,
                "TABLE_CREATED": calendar.start_ms - 90 * DAY_MS,
                "TABLE_DROPPED": now - 22 * HOUR_MS if dropped else None,
                "TABLE_ENTERED_FAILSAFE": now - 21 * HOUR_MS if dropped else None,
            }
        )  # fmt: skip
    return _cast(rows, ("TABLE_CREATED", "TABLE_DROPPED", "TABLE_ENTERED_FAILSAFE"))


def _cast(rows: list[dict[str, object]], moments: tuple[str, ...]) -> pa.Table:
    """Rows as a table, epoch ms as timestamps."""
    table = pa.Table.from_pylist(rows)
    for name in moments:
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table.column(name).cast(pa.int64()).cast(TIMESTAMP))
    return table


def rate_sheet(calendar: Calendar) -> pa.Table:
    """The contract's rates of every day and the one after, in EUR; compute becomes dearer half-way."""
    rows = []
    for k in range(calendar.days + 1):
        day: date = calendar.first + timedelta(days=k)
        for (rating, billing, service, usage), prices in RATES.items():
            rows.append(
                {
                    "DATE": day, "ORGANIZATION_NAME": "NORDLICHT", "CONTRACT_NUMBER": "4711",
                    "ACCOUNT_NAME": "ACME",
                    "ACCOUNT_LOCATOR": "NL47110", "REGION": "AWS_EU_CENTRAL_1", "SERVICE_LEVEL": "ENTERPRISE",
                    "USAGE_TYPE": usage, "CURRENCY": "EUR",
                    "EFFECTIVE_RATE": Decimal(prices[2 * k >= calendar.days]),
                    "RATING_TYPE": rating, "SERVICE_TYPE": service, "BILLING_TYPE": billing,
                    "IS_ADJUSTMENT": False,
                }
            )  # fmt: skip
    table = pa.Table.from_pylist(rows)
    at = table.schema.get_field_index("EFFECTIVE_RATE")
    return table.set_column(at, "EFFECTIVE_RATE", table.column("EFFECTIVE_RATE").cast(pa.decimal128(38, 2)))
