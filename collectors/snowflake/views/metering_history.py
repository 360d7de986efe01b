"""METERING_HISTORY: every service's credits per hour and object. Rows of one key repeat and add up."""

from __future__ import annotations

from datetime import timedelta

from assay.facts.streams import METERING
from collectors.snowflake.views.base import USAGE_VIEWER, Kind, View, columns

VIEW = View(
    name="METERING_HISTORY",
    stream=METERING,
    columns=(
        *columns(Kind.MOMENT, "start_ms=START_TIME end_ms=END_TIME", required=True),
        *columns(Kind.TEXT, "service_type", required=True),
        *columns(Kind.CREDITS, "used_nano=CREDITS_USED", required=True),
        *columns(
            Kind.CREDITS, "compute_nano=CREDITS_USED_COMPUTE cloud_services_nano=CREDITS_USED_CLOUD_SERVICES"
        ),
        *columns(Kind.INTEGER, "bytes rows files"),
        *columns(Kind.TEXT, "entity_id entity_type name database=DATABASE_NAME schema=SCHEMA_NAME"),
    ),
    cursor="start_ms",
    lag=timedelta(hours=3),
    look_back=timedelta(days=7),
    grant=USAGE_VIEWER,
    whole=True,
)
