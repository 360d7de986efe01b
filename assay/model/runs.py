"""A run of an asset, and what was measured of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from assay.model.assets import AssetKey


class RunStatus(StrEnum):
    """How a run ended."""

    SUCCESS = "success"
    ERROR = "error"
    SKIPPED = "skipped"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class RunPartition:
    """A partition a run built; `rows` is None where the system does not say how many."""

    key: str
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt to build or test one asset, as the system that ran it tells.

    `system` and `external_id` together name the run once and for all; a later record of the same name replaces it.
    `rows` is None where the system does not say (a Snowflake CTAS answers 1, which is no row count).
    """

    system: str
    external_id: str
    asset: AssetKey
    status: RunStatus
    started_at: datetime
    ended_at: datetime | None
    kind: str = "build"
    invocation_id: str = ""
    rows: int | None = None
    query_ids: tuple[str, ...] = ()
    message: str = ""
    partitions: tuple[RunPartition, ...] = ()

    @property
    def duration_ms(self) -> int | None:
        """How long it ran, or None while it runs."""
        if self.ended_at is None:
            return None
        delta = self.ended_at - self.started_at
        return delta.days * 86_400_000 + delta.seconds * 1000 + delta.microseconds // 1000


class Metric(StrEnum):
    """What is measured of an asset; the unit is in the name."""

    ROW_COUNT = "row_count"
    ROWS_WRITTEN = "rows_written"
    BYTES = "bytes"
    RUNTIME_MS = "runtime_ms"
    REFRESHED = "refreshed"


@dataclass(frozen=True, slots=True)
class Measurement:
    """A figure of an asset at a moment: `value` in the unit of the metric."""

    asset: AssetKey
    metric: Metric
    at: datetime
    value: int
    source: str
