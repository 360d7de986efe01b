"""Made-up series the detector is tested with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.model.time import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from checks.anomaly.arrays import Floats, Ints

MONDAY_MS = 20_094 * DAY_MS
"""2025-01-06, a Monday."""


def days(length: int) -> Ints:
    """The starts of as many days from MONDAY_MS."""
    return MONDAY_MS + DAY_MS * np.arange(length, dtype=np.int64)


def hours(length: int) -> Ints:
    """The starts of as many hours from MONDAY_MS."""
    return MONDAY_MS + HOUR_MS * np.arange(length, dtype=np.int64)


def rows(seed: int, series: int = 20, length: int = 120, cv: float = 0.05, weekend: float = 0.4) -> Floats:
    """Row counts (series, length) with quiet weekends and Gaussian noise."""
    r = np.random.default_rng(seed)
    level = r.uniform(8, 14, (series, 1)) + np.where(np.arange(length) % 7 > 4, np.log(weekend), 0.0)
    return np.round(np.exp(level + cv * r.standard_normal((series, length))))
