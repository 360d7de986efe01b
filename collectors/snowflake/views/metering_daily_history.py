"""METERING_DAILY_HISTORY: what each service was billed per UTC day, after the cloud-services adjustment."""

from __future__ import annotations

from datetime import timedelta

from assay.facts.streams import METERING_DAILY
from collectors.snowflake.views.base import USAGE_VIEWER, Kind, View, columns

VIEW = View(
    name="METERING_DAILY_HISTORY",
    stream=METERING_DAILY,
    columns=(
        *columns(Kind.DAY, "day_ms=USAGE_DATE", required=True),
        *columns(Kind.TEXT, "service_type", required=True),
        *columns(Kind.CREDITS, "billed_nano=CREDITS_BILLED", required=True),
        *columns(
            Kind.CREDITS,
            "compute_nano=CREDITS_USED_COMPUTE cloud_services_nano=CREDITS_USED_CLOUD_SERVICES "
            "used_nano=CREDITS_USED adjustment_nano=CREDITS_ADJUSTMENT_CLOUD_SERVICES",
        ),
    ),
    cursor="day_ms",
    lag=timedelta(hours=3),
    look_back=timedelta(days=7),
    grant=USAGE_VIEWER,
)
