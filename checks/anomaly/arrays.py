"""Names of array types, and medians of rows. S is the number of series, T of points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

MAD_TO_SIGMA = 1.4826
"""The standard deviation of a Gaussian over its median absolute deviation."""


def row_median(values: Floats) -> Floats:
    """The median of each row (S,), NaN left out; NaN for an empty row."""
    ordered = np.sort(values, axis=1)
    count = np.sum(~np.isnan(ordered), axis=1)
    rows = np.arange(len(ordered))
    low = ordered[rows, np.maximum((count - 1) // 2, 0)]
    high = ordered[rows, np.minimum(count // 2, ordered.shape[1] - 1)]
    return np.where(count > 0, 0.5 * (low + high), np.nan)


def row_sigma(values: Floats, centre: Floats) -> Floats:
    """The robust standard deviation (S,) of each row about its centre (S,)."""
    return MAD_TO_SIGMA * row_median(np.abs(values - centre[:, None]))
