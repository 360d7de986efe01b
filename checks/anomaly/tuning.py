"""From what is set in words to what the detector counts with."""

from __future__ import annotations

from dataclasses import replace
from math import log1p
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.config.detector import DetectorSettings
    from checks.anomaly.config import Config

USUAL_BUDGET = 0.1
"""The alarms in an asset-month at which the thresholds were set."""
DAYS_A_MONTH = 30.4


def tuned(config: Config, settings: DetectorSettings) -> Config:
    """The config with the alert budget and the least effects that are set.

    The thresholds move by as many sigmas as the Gaussian quantile does from the usual budget to the one asked for.
    """
    moved = _sigmas(settings.alerts_per_asset_month) - _sigmas(USUAL_BUDGET)
    return replace(
        config,
        z_alert=config.z_alert + moved,
        z_scan=config.z_scan + moved,
        z_window=config.z_window + moved,
        min_effect=log1p(settings.min_effect),
        creep_effect=log1p(settings.creep_effect),
    )


def _sigmas(budget: float) -> float:
    """The |z| a daily Gaussian exceeds so often in a month."""
    return NormalDist().inv_cdf(1 - budget / DAYS_A_MONTH / 2)
