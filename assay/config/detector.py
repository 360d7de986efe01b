"""The section on the detector: what it watches, and how much must be off before it says so."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from assay.config.models import Section

WatchedMetric = Literal["row_count", "rows_written", "bytes", "runtime", "null_share", "cost", "freshness"]


class DetectorSettings(Section):
    """What is learned from the history of assets, without a check being declared."""

    enabled: bool = Field(default=True, description="Whether a cycle looks for what is unusual")
    metrics: tuple[WatchedMetric, ...] = Field(
        default=("row_count", "rows_written", "bytes", "runtime", "null_share", "cost", "freshness"),
        description="What is watched of each asset",
    )
    ignore: tuple[str, ...] = Field(default=(), description="Globs over asset keys that are not watched")
    alerts_per_asset_month: float = Field(
        default=0.1, gt=0.001, le=3, description="False alarms of a metric of an asset in a month, at most"
    )
    min_effect: float = Field(
        default=0.3, ge=0, le=10, description="The least change worth an alert: 0.3 is 30 % up, or 23 % down"
    )
    creep_effect: float = Field(
        default=0.5,
        ge=0.05,
        le=10,
        description="The least slow growth worth an alert: 0.5 is half as much again",
    )
    history_days: int = Field(default=180, ge=28, le=730, description="Days of history that are learned from")
    severity: Literal["warn", "error"] = Field(default="warn", description="How grave what it finds is")
