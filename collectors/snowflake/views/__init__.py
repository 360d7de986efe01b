"""The views Assay reads, one file each, in the order of reading: what happened first, what exists last."""

from __future__ import annotations

from collectors.snowflake.views import (
    access_history,
    grants_to_shares,
    metering_daily_history,
    metering_history,
    object_dependencies,
    query_attribution_history,
    query_history,
    rate_sheet_daily,
    sessions,
    table_storage_metrics,
    tables,
    task_versions,
    warehouse_events_history,
    warehouse_metering_history,
)

VIEWS = (
    query_history.VIEW,
    query_attribution_history.VIEW,
    warehouse_metering_history.VIEW,
    metering_history.VIEW,
    metering_daily_history.VIEW,
    warehouse_events_history.VIEW,
    access_history.VIEW,
    sessions.VIEW,
    rate_sheet_daily.VIEW,
    tables.VIEW,
    table_storage_metrics.VIEW,
    object_dependencies.VIEW,
    grants_to_shares.VIEW,
    task_versions.VIEW,
)
"""Every view, in the order of reading."""
