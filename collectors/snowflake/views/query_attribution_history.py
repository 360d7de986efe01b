"""QUERY_ATTRIBUTION_HISTORY: Snowflake's own weight of each query, without idle time; short ones are missing."""

from __future__ import annotations

from datetime import timedelta

from assay.facts.streams import QUERY_ATTRIBUTION
from collectors.snowflake.views.base import USAGE_VIEWER, Kind, View, columns

VIEW = View(
    name="QUERY_ATTRIBUTION_HISTORY",
    stream=QUERY_ATTRIBUTION,
    columns=(
        *columns(Kind.TEXT, "query_id", required=True),
        *columns(Kind.MOMENT, "start_ms=START_TIME end_ms=END_TIME", required=True),
        *columns(Kind.CREDITS, "compute_nano=CREDITS_ATTRIBUTED_COMPUTE", required=True),
        *columns(Kind.CREDITS, "acceleration_nano=CREDITS_USED_QUERY_ACCELERATION"),
        *columns(Kind.TEXT, "parent_query_id root_query_id warehouse=WAREHOUSE_NAME"),
    ),
    cursor="end_ms",
    page_key="query_id",
    lag=timedelta(hours=8),
    look_back=timedelta(days=2),
    grant=USAGE_VIEWER,
)
