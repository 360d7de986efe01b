"""A small account's views as an export holds them, with the views' own column names and types."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

DBT = '/* {"app": "dbt", "dbt_version": "1.8.2", "node_id": "model.shop.orders", "note": "a * b"} */'
ORGANIZATION = {"RATE_SHEET_DAILY"}
_LTZ = pa.timestamp("us", "UTC")
_CREDITS = pa.decimal128(38, 9)


def _moments(begin: datetime, count: int, step: timedelta) -> pa.Array:
    return pa.array([begin + step * i for i in range(count)], _LTZ)


def views(begin: datetime, *, queries: int = 25) -> dict[str, pa.Table]:
    """Every view of the account, each with a few rows from `begin` on."""
    hours = _moments(begin, 4, timedelta(hours=1))
    ends = _moments(begin + timedelta(hours=1), 4, timedelta(hours=1))
    return {
        "QUERY_HISTORY": _queries(begin, queries),
        "QUERY_ATTRIBUTION_HISTORY": _attribution(begin, queries),
        "WAREHOUSE_METERING_HISTORY": pa.table(
            {
                "START_TIME": hours,
                "END_TIME": ends,
                "WAREHOUSE_ID": pa.array([11, 11, 12, 12], pa.decimal128(38, 0)),
                "WAREHOUSE_NAME": ["LOAD", "LOAD", "BI", "BI"],
                "CREDITS_USED_COMPUTE": _credits("1.000000001", "0", "0.25", "2"),
                "CREDITS_USED_CLOUD_SERVICES": _credits("0.000000007", "0", "0.01", "0.002"),
                "CREDITS_ATTRIBUTED_COMPUTE_QUERIES": _credits("0.5", None, "0.2", "1.5"),
            }
        ),
        "METERING_HISTORY": pa.table(
            {
                "SERVICE_TYPE": ["PIPE", "PIPE", "SERVERLESS_TASK", "AUTO_CLUSTERING"],
                "START_TIME": hours,
                "END_TIME": ends,
                "ENTITY_ID": pa.array([1, 1, 2, 3], pa.decimal128(38, 0)),
                "ENTITY_TYPE": ["PIPE", "PIPE", "TASK", "TABLE"],
                "NAME": ["P", "P", "T", "ORDERS"],
                "DATABASE_NAME": ["DB"] * 4,
                "SCHEMA_NAME": ["S"] * 4,
                "CREDITS_USED_COMPUTE": _credits("0.1", "0.2", "0.3", "0.4"),
                "CREDITS_USED_CLOUD_SERVICES": _credits("0", "0", "0", "0.001"),
                "CREDITS_USED": _credits("0.1", "0.2", "0.3", "0.401"),
                "BYTES": pa.array([10, 20, None, 30], pa.int64()),
                "ROWS": pa.array([1, 2, None, 3], pa.int64()),
                "FILES": pa.array([1, 1, None, None], pa.int64()),
            }
        ),
        "METERING_DAILY_HISTORY": pa.table(
            {
                "SERVICE_TYPE": ["WAREHOUSE_METERING", "PIPE"],
                "USAGE_DATE": pa.array([begin.date()] * 2, pa.date32()),
                "CREDITS_USED_COMPUTE": _credits("3.25", "0.3"),
                "CREDITS_USED_CLOUD_SERVICES": _credits("0.012", "0"),
                "CREDITS_USED": _credits("3.262", "0.3"),
                "CREDITS_ADJUSTMENT_CLOUD_SERVICES": _credits("-0.012", "0"),
                "CREDITS_BILLED": _credits("3.25", "0.3"),
            }
        ),
        "WAREHOUSE_EVENTS_HISTORY": pa.table(
            {
                "TIMESTAMP": hours,
                "WAREHOUSE_NAME": ["LOAD"] * 4,
                "CLUSTER_NUMBER": pa.array([None, 1, 1, None], pa.int64()),
                "EVENT_NAME": [
                    "RESUME_WAREHOUSE",
                    "RESUME_CLUSTER",
                    "SUSPEND_CLUSTER",
                    "WAREHOUSE_CONSISTENT",
                ],
                "EVENT_REASON": ["WAREHOUSE_AUTORESUME"] * 4,
                "EVENT_STATE": ["STARTED", "COMPLETED", "COMPLETED", "COMPLETED"],
                "SIZE": [None, None, None, "Small"],
                "CLUSTER_COUNT": pa.array([None, None, None, 1], pa.int64()),
            }
        ),
        "ACCESS_HISTORY": _accesses(begin),
        "SESSIONS": pa.table(
            {
                "SESSION_ID": pa.array([7000001, 7000002], pa.int64()),
                "CREATED_ON": _moments(begin, 2, timedelta(minutes=5)),
                "USER_NAME": ["ANNA@SHOP.EXAMPLE", "LOADER"],
                "AUTHENTICATION_METHOD": ["SAML", "RSA_KEYPAIR"],
                "CLIENT_APPLICATION_ID": ["JavaScript 1.0", "PythonConnector 4.8"],
                "CLIENT_ENVIRONMENT": [
                    '{"APPLICATION":"Snowflake Web App"}',
                    '{"APPLICATION":"dbt","OS":"x"}',
                ],
            }
        ),
        "RATE_SHEET_DAILY": pa.table(
            {
                "DATE": pa.array([begin.date(), date(2026, 1, 1)], pa.date32()),
                "ACCOUNT_NAME": ["ACME", "ACME"],
                "ACCOUNT_LOCATOR": ["XY1", "XY1"],
                "SERVICE_TYPE": ["WAREHOUSE_METERING", "STORAGE"],
                "USAGE_TYPE": ["compute", "storage"],
                "RATING_TYPE": ["COMPUTE", "STORAGE"],
                "CURRENCY": ["EUR", "EUR"],
                "EFFECTIVE_RATE": pa.array([Decimal("2.85"), Decimal("23.00")], pa.decimal128(38, 2)),
                "IS_ADJUSTMENT": [False, False],
            }
        ),
        "TABLES": _tables(begin),
        "TABLE_STORAGE_METRICS": pa.table(
            {
                "ID": pa.array([101, 102], pa.int64()),
                "TABLE_NAME": ["ORDERS", None],
                "TABLE_SCHEMA": ["MARTS", None],
                "TABLE_CATALOG": ["ANALYTICS", None],
                "ACTIVE_BYTES": pa.array([1000, 0], pa.int64()),
                "TIME_TRAVEL_BYTES": pa.array([10, 5], pa.int64()),
                "FAILSAFE_BYTES": pa.array([1, 2], pa.int64()),
                "RETAINED_FOR_CLONE_BYTES": pa.array([0, 0], pa.int64()),
                "DELETED": [False, True],
                "TABLE_CREATED": _moments(begin, 2, timedelta(hours=1)),
            }
        ),
        **_needs(begin),
    }


def _needs(begin: datetime) -> dict[str, pa.Table]:
    """What refers to tables: a view and a stream, a share, and a task with its older version."""
    return {
        "OBJECT_DEPENDENCIES": pa.table(
            {
                "REFERENCED_DATABASE": ["ANALYTICS", "ANALYTICS", "SNOWFLAKE"],
                "REFERENCED_SCHEMA": ["MARTS", "MARTS", "ACCOUNT_USAGE"],
                "REFERENCED_OBJECT_NAME": ["ORDERS", "ORDERS", "TABLES"],
                "REFERENCED_OBJECT_DOMAIN": ["TABLE", "TABLE", "VIEW"],
                "REFERENCING_DATABASE": ["ANALYTICS"] * 3,
                "REFERENCING_SCHEMA": ["MARTS"] * 3,
                "REFERENCING_OBJECT_NAME": ["Mixed Case", "ORDERS_STREAM", "CATALOG"],
                "REFERENCING_OBJECT_DOMAIN": ["VIEW", "STREAM", "VIEW"],
                "DEPENDENCY_TYPE": ["BY_NAME", "BY_ID", "BY_NAME"],
            }
        ),
        "GRANTS_TO_SHARES": pa.table(
            {
                "SHARE_NAME": ["PARTNERS", "PARTNERS", "OLD_PARTNERS"],
                "PRIVILEGE": ["USAGE", "SELECT", "SELECT"],
                "GRANTED_ON": ["DATABASE", "TABLE", "TABLE"],
                "OBJECT_DATABASE": [None, "ANALYTICS", "ANALYTICS"],
                "OBJECT_SCHEMA": [None, "MARTS", "MARTS"],
                "OBJECT_NAME": ["ANALYTICS", "ORDERS", "Mixed Case"],
                "DELETED_ON": pa.array([None, None, begin], _LTZ),
            }
        ),
        "TASK_VERSIONS": pa.table(
            {
                "NAME": ["NIGHTLY", "NIGHTLY", "ASLEEP"],
                "DATABASE_NAME": ["ANALYTICS"] * 3,
                "SCHEMA_NAME": ["MARTS"] * 3,
                "STATE": [None, None, "suspended"],
                "DEFINITION": [
                    "insert into t select * from old_source",
                    "begin insert into t select o.* from Orders o join raw.shop.items i; call p(); end",
                    "delete from t using forgotten",
                ],
                "GRAPH_VERSION_CREATED_ON": _moments(begin, 3, timedelta(hours=1)),
            }
        ),
    }


def _credits(*amounts: str | None) -> pa.Array:
    return pa.array([None if amount is None else Decimal(amount) for amount in amounts], _CREDITS)


def _queries(begin: datetime, count: int) -> pa.Table:
    """Statements that end at the same moment five at a time, so that pages part rows of one moment."""
    starts = [begin + timedelta(minutes=i // 5) for i in range(count)]
    whole = {
        name: pa.array(range(count), pa.int64())
        for name in (
            "QUEUED_PROVISIONING_TIME", "QUEUED_REPAIR_TIME", "QUEUED_OVERLOAD_TIME", "COMPILATION_TIME",
            "LIST_EXTERNAL_FILES_TIME", "TRANSACTION_BLOCKED_TIME", "EXECUTION_TIME", "BYTES_SCANNED",
            "BYTES_WRITTEN", "ROWS_PRODUCED", "ROWS_INSERTED", "ROWS_UPDATED", "ROWS_DELETED",
            "QUERY_ACCELERATION_BYTES_SCANNED", "BYTES_SPILLED_TO_LOCAL_STORAGE", "BYTES_SPILLED_TO_REMOTE_STORAGE",
        )
    }  # fmt: skip
    return pa.table(
        {
            "QUERY_ID": [f"01b0-{i:04d}" for i in range(count)],
            "QUERY_TEXT": [
                f"insert into orders select {i}, 'o''clock' from raw.orders {DBT}" for i in range(count)
            ],
            "START_TIME": pa.array(starts, _LTZ),
            "END_TIME": pa.array([s + timedelta(seconds=9, microseconds=123456) for s in starts], _LTZ),
            "DATABASE_NAME": ["ANALYTICS"] * count,
            "SCHEMA_NAME": ["MARTS"] * count,
            "QUERY_TYPE": ["INSERT"] * count,
            "SESSION_ID": pa.array([7000001 + i % 2 for i in range(count)], pa.int64()),
            "USER_NAME": ["LOADER"] * count,
            "ROLE_NAME": ["TRANSFORMER"] * count,
            "USER_TYPE": ["SERVICE"] * count,
            "WAREHOUSE_NAME": ["LOAD"] * count,
            "WAREHOUSE_SIZE": ["X-Small"] * count,
            "WAREHOUSE_TYPE": ["STANDARD"] * count,
            "CLUSTER_NUMBER": pa.array([1] * count, pa.int64()),
            "QUERY_TAG": ["nightly"] * count,
            "EXECUTION_STATUS": ["SUCCESS"] * count,
            "ERROR_CODE": pa.array([None] * count, pa.string()),
            "IS_CLIENT_GENERATED_STATEMENT": [False] * count,
            "QUERY_PARAMETERIZED_HASH": [f"h{i % 3}" for i in range(count)],
            "CREDITS_USED_CLOUD_SERVICES": pa.array([i / 1000 for i in range(count)], pa.float64()),
            **whole,
        }
    )


def _attribution(begin: datetime, count: int) -> pa.Table:
    starts = [begin + timedelta(minutes=i // 5) for i in range(count)]
    return pa.table(
        {
            "QUERY_ID": [f"01b0-{i:04d}" for i in range(count)],
            "PARENT_QUERY_ID": pa.array([None] * count, pa.string()),
            "ROOT_QUERY_ID": pa.array([None] * count, pa.string()),
            "WAREHOUSE_NAME": ["LOAD"] * count,
            "START_TIME": pa.array(starts, _LTZ),
            "END_TIME": pa.array([s + timedelta(seconds=9) for s in starts], _LTZ),
            "CREDITS_ATTRIBUTED_COMPUTE": pa.array([0.01 * i for i in range(count)], pa.float64()),
            "CREDITS_USED_QUERY_ACCELERATION": pa.array([None] * count, pa.float64()),
        }
    )


def _accesses(begin: datetime) -> pa.Table:
    orders = {"objectDomain": "Table", "objectId": 101, "objectName": "ANALYTICS.MARTS.ORDERS", "columns": []}
    raw = {"objectDomain": "Table", "objectId": 99, "objectName": "RAW.SHOP.ORDERS"}
    return pa.table(
        {
            "QUERY_ID": ["01b0-0000", "01b0-0001"],
            "QUERY_START_TIME": _moments(begin, 2, timedelta(minutes=1)),
            "USER_NAME": ["LOADER", "LOADER"],
            "DIRECT_OBJECTS_ACCESSED": [json.dumps([raw, orders]), "[]"],
            "BASE_OBJECTS_ACCESSED": [json.dumps([raw]), "[]"],
            "OBJECTS_MODIFIED": [json.dumps([orders]), "[]"],
            "OBJECT_MODIFIED_BY_DDL": pa.array([None, json.dumps(orders)], pa.string()),
            "PARENT_QUERY_ID": pa.array([None, "01b0-0000"], pa.string()),
            "ROOT_QUERY_ID": pa.array([None, "01b0-0000"], pa.string()),
        }
    )


def _tables(begin: datetime) -> pa.Table:
    return pa.table(
        {
            "TABLE_ID": pa.array([101, 102, 103, 104], pa.int64()),
            "TABLE_NAME": ["ORDERS", "OLD", "TABLES", "Mixed Case"],
            "TABLE_SCHEMA": ["MARTS", "MARTS", "INFORMATION_SCHEMA", "MARTS"],
            "TABLE_CATALOG": ["ANALYTICS"] * 4,
            "TABLE_OWNER": ["TRANSFORMER"] * 4,
            "TABLE_TYPE": ["BASE TABLE", "BASE TABLE", "VIEW", "VIEW"],
            "IS_DYNAMIC": ["NO", "NO", "NO", "NO"],
            "ROW_COUNT": pa.array([5, 6, None, None], pa.int64()),
            "BYTES": pa.array([1000, 60, None, None], pa.int64()),
            "CREATED": _moments(begin, 4, timedelta(hours=1)),
            "LAST_ALTERED": _moments(begin, 4, timedelta(hours=2)),
            "DELETED": pa.array([None, begin, None, None], _LTZ),
            "COMMENT": ["every order", None, None, None],
        }
    )


def write_parquet(folder: Path, tables: dict[str, pa.Table]) -> Path:
    """Write ``folder/SCHEMA/VIEW.parquet`` for each."""
    for name, table in tables.items():
        schema = folder / ("ORGANIZATION_USAGE" if name in ORGANIZATION else "ACCOUNT_USAGE")
        schema.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, schema / f"{name}.parquet")
    return folder


def some_days_ago() -> datetime:
    """Ten days before today's midnight (UTC): within every first read, past every lag."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=10)
