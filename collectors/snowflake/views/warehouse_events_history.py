"""WAREHOUSE_EVENTS_HISTORY: when warehouses and their clusters started, stopped and changed size."""

from __future__ import annotations

from datetime import timedelta

from assay.facts.streams import WAREHOUSE_EVENTS
from collectors.snowflake.views.base import USAGE_VIEWER, Kind, View, columns

VIEW = View(
    name="WAREHOUSE_EVENTS_HISTORY",
    stream=WAREHOUSE_EVENTS,
    columns=(
        *columns(Kind.MOMENT, "at_ms=TIMESTAMP", required=True),
        *columns(Kind.TEXT, "warehouse=WAREHOUSE_NAME event_name", required=True),
        *columns(Kind.INTEGER, "cluster_number cluster_count"),
        *columns(Kind.TEXT, "event_reason event_state size"),
    ),
    cursor="at_ms",
    lag=timedelta(hours=3),
    look_back=timedelta(days=2),
    grant=USAGE_VIEWER,
)
