"""When a collected figure is too old to be judged: a source that tells it no more must not look like all is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.model.time import DAY_MS, HOUR_MS
from checks.gaps import gaps_of, quantile_of

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOK_BACK_MS = 60 * DAY_MS
"""How far back the rhythm of figures is learned from."""

_LEAST_GAPS = 3
_UNKNOWN_MS = 7 * DAY_MS
_LEAST_MS = 2 * DAY_MS
_TIMES_USUAL = 3


def oldest_ms(moments_ms: Sequence[int], max_age_h: float | None = None) -> int:
    """How old the newest of these figures, oldest first, may be in ms; `max_age_h` where somebody said so.

    Else three times the usual gap between them, or one and a half times the longest, whichever is more: a weekend or a
    cycle that was skipped is no silence. Never under two days; a week where there are too few to know a rhythm.
    """
    if max_age_h is not None:
        return round(max_age_h * HOUR_MS)
    lengths = sorted(gap.length_ms for gap in gaps_of(moments_ms))
    if len(lengths) < _LEAST_GAPS:
        return _UNKNOWN_MS
    return max(_LEAST_MS, _TIMES_USUAL * quantile_of(lengths, 0.5), lengths[-1] * 3 // 2)
