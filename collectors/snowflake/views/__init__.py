"""The views Assay reads, one file each, in the order in which they are read: what happens first, what exists last."""

from __future__ import annotations

from collectors.snowflake.views import query_history, warehouse_metering_history

VIEWS = (
    query_history.VIEW,
    warehouse_metering_history.VIEW,
)
