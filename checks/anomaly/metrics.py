"""The metrics of assets that are watched, and what is odd in each."""

from __future__ import annotations

from dataclasses import dataclass

from assay.model.checks import Cause
from checks.anomaly.kinds import Kind


@dataclass(frozen=True, slots=True)
class Metric:
    """A watched metric: what people call it, its unit, the trouble it shows, whether less of it is odd as well.

    A point less than `least_change` (in its unit) from what was expected is worth nobody's time, however rare it is.
    """

    name: str
    title: str
    unit: str
    kind: Kind
    cause: Cause
    falls_matter: bool = True
    least_change: float = 0.0


ROW_COUNT = Metric("row_count", "Row count", "rows", Kind.COUNT, Cause.VOLUME)
ROWS_WRITTEN = Metric("rows_written", "Rows written", "rows", Kind.COUNT, Cause.VOLUME)
BYTES = Metric("bytes", "Size", "bytes", Kind.COUNT, Cause.VOLUME)
RUNTIME = Metric(
    "runtime", "Runtime", "seconds", Kind.DURATION, Cause.RUNTIME, falls_matter=False, least_change=5
)
NULL_SHARE = Metric("null_share", "Share of NULLs", "share", Kind.RATIO, Cause.NULLS)
COST = Metric("cost", "Daily cost", "credits", Kind.COST, Cause.COST, falls_matter=False, least_change=0.1)
FRESHNESS = Metric(
    "freshness", "Time since the last refresh", "hours", Kind.DURATION, Cause.FRESHNESS, falls_matter=False
)
