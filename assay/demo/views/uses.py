"""OBJECT_DEPENDENCIES, GRANTS_TO_SHARES and TASK_VERSIONS: who is declared to use what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from assay.demo.assets import BY_NAME, TABLES
from assay.demo.columns import TIMESTAMP

if TYPE_CHECKING:
    from assay.demo.calendar import Calendar

SHARED = ("MART_REVENUE_DAILY", "FRANCHISE_PARTNERS")
"""A table the shop lends to others, and the share it lends it by."""
TASK = ("REFRESH_KPI_DAILY", "KPI_DAILY")
"""A task, and the table it is there for."""


def object_dependencies() -> pa.Table:
    """Every view, and what it is a query over."""
    rows = [
        {
            "REFERENCED_DATABASE": BY_NAME[name].database, "REFERENCED_SCHEMA": BY_NAME[name].schema,
            "REFERENCED_OBJECT_NAME": name,
            "REFERENCED_OBJECT_DOMAIN": "VIEW" if BY_NAME[name].kind == "view" else "TABLE",
            "REFERENCING_DATABASE": view.database, "REFERENCING_SCHEMA": view.schema,
            "REFERENCING_OBJECT_NAME": view.name, "REFERENCING_OBJECT_DOMAIN": "VIEW",
        }
        for view in TABLES
        if view.kind == "view"
        for name in view.upstream
    ]  # fmt: skip
    return pa.Table.from_pylist(rows)


def grants_to_shares() -> pa.Table:
    """What is lent to other accounts."""
    name, share = SHARED
    table = BY_NAME[name]
    return pa.table(
        {
            "SHARE_NAME": [share], "GRANTED_ON": ["TABLE"], "OBJECT_DATABASE": [table.database],
            "OBJECT_SCHEMA": [table.schema], "OBJECT_NAME": [table.name],
            "DELETED_ON": pa.array([None], TIMESTAMP),
        }
    )  # fmt: skip


def task_versions(calendar: Calendar) -> pa.Table:
    """The tasks, each with its statement."""
    name, target = TASK
    table = BY_NAME[target]
    inputs = ", ".join(BY_NAME[each].sql for each in table.upstream)
    statement = f"INSERT OVERWRITE INTO {table.sql} SELECT * FROM {inputs}"  # noqa: S608 - never run, and of our own
    return pa.table(
        {
            "NAME": [name], "DATABASE_NAME": [table.database], "SCHEMA_NAME": [table.schema],
            "STATE": ["started"], "DEFINITION": [statement],
            "GRAPH_VERSION_CREATED_ON": pa.array([calendar.start_ms], TIMESTAMP),
        }
    )  # fmt: skip
