"""Rules beside the forecast: what is told by name where the detector alone would say too much, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.kinds import Reason

if TYPE_CHECKING:
    from checks.anomaly.arrays import Bools, Floats

DOUBLE_NEAR = 0.05
"""A double load is within this share of twice the expected."""
LIVELY = 0.8
"""A series that changed at this share of its steps is one that should not stand still."""
LEAST_FLAT = 3
"""So many unchanged steps in a row at least are a flat line."""
LEAST_STEPS = 14


def named(reason: Reason, value: float, expected: float) -> Reason:
    """A count that is high by a factor of two is a double load."""
    if reason in {Reason.HIGH, Reason.SHIFT_UP} and abs(value / (2 * max(expected, 1e-9)) - 1) <= DOUBLE_NEAR:
        return Reason.DOUBLE
    return reason


def is_flat(values: Floats) -> bool:
    """Whether a count (n,) that used to change all the time has been exactly the same for longer than ever.

    Its newest steps without change must be LEAST_FLAT, and half as many again as ever before.
    """
    there = values[~np.isnan(values)]
    same = np.diff(there) == 0
    if not len(same) or not same[-1]:
        return False
    now = _last_run(same)
    before = same[: len(same) - now]
    if len(before) < LEAST_STEPS or 1 - before.mean() < LIVELY:
        return False
    return now >= LEAST_FLAT and now > 1.5 * _longest_run(before)


def _last_run(same: Bools) -> int:
    changed = np.flatnonzero(~same)
    return len(same) - (int(changed[-1]) + 1 if len(changed) else 0)


def _longest_run(same: Bools) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0
