"""When a warehouse was on, where no event says so: the auto-suspend time that its meter and its statements allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.model.time import HOUR_MS
from costs.sessions import MINIMUM_MS, SIZES, OnPeriod, size_key

if TYPE_CHECKING:
    from collections.abc import Sequence


def guessed_periods(
    warehouse: str, size: str, busy: Sequence[tuple[int, int]], metered_nano: int
) -> list[OnPeriod]:
    """One cluster's on-periods with the auto-suspend time that comes nearest to what was metered.

    It goes on with the first statement and off that time after the last; a start lasts a minute at least. The longer
    the time the more is billed, so it is found by halving. None where the meter shows less than the statements.
    """
    rate = SIZES.get(size_key(size), 1)
    wanted_ms = metered_nano * 9 // (2500 * rate)
    if not busy or wanted_ms <= _lasts(busy, 0):
        return []
    low, high = 0, HOUR_MS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _lasts(busy, middle) <= wanted_ms else (low, middle)
    return [OnPeriod(warehouse, 1, on, off, on, off, rate) for on, off in _on(busy, low)]


def _on(stretches: Sequence[tuple[int, int]], suspend_ms: int) -> list[tuple[int, int]]:
    """From when to when it is on with an auto-suspend time."""
    found = [stretches[0]]
    for begins, ends in stretches[1:]:
        if begins <= found[-1][1] + suspend_ms:
            found[-1] = found[-1][0], ends
        else:
            found.append((begins, ends))
    return [(begins, ends + suspend_ms) for begins, ends in found]


def _lasts(stretches: Sequence[tuple[int, int]], suspend_ms: int) -> int:
    """How long it is billed with an auto-suspend time, in ms."""
    return sum(max(off - on, MINIMUM_MS) for on, off in _on(stretches, suspend_ms))
