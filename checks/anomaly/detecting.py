"""Judge whole series at once: the one function most callers need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.config import DAILY, Method, for_period
from checks.anomaly.recurring import Recurrence
from checks.anomaly.stream import Detector
from checks.anomaly.verdicts import stack
from checks.anomaly.window import WindowRule, judge

if TYPE_CHECKING:
    from checks.anomaly.arrays import Floats, Ints
    from checks.anomaly.config import Config
    from checks.anomaly.verdicts import Verdicts


def detect(
    values: Floats,
    times_ms: Ints | None = None,
    kinds: Ints | None = None,
    marks: Ints | None = None,
    config: Config | None = None,
) -> Verdicts:
    """Judge every point of every series in one pass, without look-ahead.

    Args:
        values: (S, T), NaN for a missing point.
        times_ms: (T,) the start of each point in epoch ms; None for daily points without a calendar.
        kinds: (S,) Kind codes; counts if not given.
        marks: (S, T) Mark codes, what people said of the points.
        config: settings; chosen by the time between points if not given.
    """
    chosen = config or _suited(times_ms)
    if chosen.method is Method.WINDOW:
        return judge(values, WindowRule.of(chosen), marks)
    detector = Detector(np.zeros(len(values), dtype=np.int64) if kinds is None else kinds, chosen)
    recurrence = Recurrence(
        times_ms if chosen.calendar else None, chosen.recurrence_lags, detector.history.reach
    )
    said = np.zeros(values.shape, dtype=np.int64) if marks is None else marks
    with np.errstate(invalid="ignore", over="ignore", under="ignore", divide="ignore"):
        return stack(
            [detector.step(values[:, t], recurrence.groups(t), said[:, t]) for t in range(values.shape[1])]
        )


def _suited(times_ms: Ints | None) -> Config:
    if times_ms is None or len(times_ms) < 2:  # noqa: PLR2004 - two points have a time between them
        return DAILY
    return for_period(int(np.median(np.diff(times_ms))))
