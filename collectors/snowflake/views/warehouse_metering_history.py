"""WAREHOUSE_METERING_HISTORY: what each warehouse was metered per hour, before the daily adjustment."""

from __future__ import annotations

from datetime import timedelta

from assay.facts.streams import WAREHOUSE_METERING
from collectors.snowflake.views.base import USAGE_VIEWER, Kind, View, columns

VIEW = View(
    name="WAREHOUSE_METERING_HISTORY",
    stream=WAREHOUSE_METERING,
    columns=(
        *columns(Kind.MOMENT, "start_ms=START_TIME end_ms=END_TIME", required=True),
        *columns(Kind.TEXT, "warehouse=WAREHOUSE_NAME", required=True),
        *columns(Kind.TEXT, "warehouse_id"),
        *columns(Kind.CREDITS, "compute_nano=CREDITS_USED_COMPUTE", required=True),
        *columns(
            Kind.CREDITS,
            "cloud_services_nano=CREDITS_USED_CLOUD_SERVICES "
            "attributed_nano=CREDITS_ATTRIBUTED_COMPUTE_QUERIES",
        ),
    ),
    cursor="start_ms",
    lag=timedelta(hours=3),
    look_back=timedelta(days=7),
    grant=USAGE_VIEWER,
    needed=True,
)
