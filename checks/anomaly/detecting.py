"""Judge whole series at once: the one function most callers need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly import fine, hourly
from checks.anomaly.config import DAILY, Method, for_period
from checks.anomaly.recurring import Recurrence
from checks.anomaly.stream import Detector
from checks.anomaly.stretches import LONG, Stretches
from checks.anomaly.verdicts import stack

if TYPE_CHECKING:
    from checks.anomaly.arrays import Floats, Ints
    from checks.anomaly.config import Config
    from checks.anomaly.verdicts import Verdicts


def detect(
    values: Floats,
    times_ms: Ints | None = None,
    kinds: Ints | None = None,
    *,
    marks: Ints | None = None,
    config: Config | None = None,
) -> Verdicts:
    """Judge every point of every series in one pass, without look-ahead.

    Args:
        values: (S, T), NaN for a missing point.
        times_ms: (T,), or (S, T) where series begin at different times: the start of each point in epoch ms. None
            for daily points without a calendar.
        kinds: (S,) Kind codes; counts if not given.
        marks: (S, T) Mark codes, what people said of the points.
        config: settings; chosen by the time between points if not given.
    """
    times = None if times_ms is None else np.broadcast_to(times_ms, values.shape)
    chosen = config or _suited(times)
    if chosen.method is not Method.FORECAST:
        judge = hourly.judge if chosen.method is Method.HOURLY else fine.judge
        return judge(values, chosen, marks)
    kind = np.zeros(len(values), dtype=np.int64) if kinds is None else kinds
    said = np.zeros(values.shape, dtype=np.int64) if marks is None else marks
    if values.shape[1] <= LONG:
        return _forecast(values, times, kind, said, chosen)
    cut = Stretches(values, chosen.period)
    parts = None if times is None else cut.of(times)
    return cut.joined(_forecast(cut.values, parts, cut.once(kind), cut.of(said), chosen, cut.begin))


def _forecast(  # noqa: PLR0913, PLR0917 - a batch as it is judged
    values: Floats, times: Ints | None, kinds: Ints, marks: Ints, config: Config, begin: Ints | None = None
) -> Verdicts:
    """Judge by forecast; series that begin at the same time, or else at the same column, are a cohort."""
    detector = Detector(kinds, config, begin if times is None else times[:, 0])
    recurrence = Recurrence(
        times if config.calendar else None, config.recurrence_lags, detector.history.reach
    )
    with np.errstate(invalid="ignore", over="ignore", under="ignore", divide="ignore"):
        return stack(
            [detector.step(values[:, t], recurrence.back(t), marks[:, t]) for t in range(values.shape[1])]
        )


def _suited(times: Ints | None) -> Config:
    if times is None or times.shape[1] < 2:  # noqa: PLR2004 - two points have a time between them
        return DAILY
    return for_period(int(np.median(np.diff(times[0]))))
