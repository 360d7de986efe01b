"""Score points of any series: the verdict on each, in the order they came."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from checks.anomaly.detecting import detect
from checks.anomaly.explain import sentence
from checks.anomaly.kinds import Reason
from checks.anomaly.layout import Series, lay_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.anomaly.arrays import Ints
    from checks.anomaly.reading import Point
    from checks.anomaly.verdicts import Verdicts


@dataclass(frozen=True, slots=True)
class Score:
    """The verdict on one point; `value`, `expected`, `low` and `high` are None where there is none."""

    series: str
    timestamp: str
    value: float | None
    expected: float | None
    low: float | None
    high: float | None
    flag: bool
    reason: str


def score(points: Sequence[Point]) -> list[Score]:
    """Judge the distinct points of any number of series, each by those before it; creep is flagged as well."""
    places = _by_series(points)
    series = [_series(points, place) for place in places]
    found: list[Score | None] = [None] * len(points)
    for batch in lay_out(series):
        verdicts = detect(batch.values, batch.times_ms, batch.kinds, config=batch.config)
        for row, member in enumerate(batch.members):
            scores = _scores(points, places[member], batch.slots[row], verdicts, row)
            for place, one in zip(places[member], scores, strict=True):
                found[place] = one
    return [one for one in found if one is not None]


def _by_series(points: Sequence[Point]) -> list[Ints]:
    """For each series the places of its points, oldest first."""
    places: dict[str, list[int]] = {}
    for place, point in enumerate(points):
        places.setdefault(point.series, []).append(place)
    return [
        np.array(sorted(of, key=lambda place: points[place].at_ms), dtype=np.int64) for of in places.values()
    ]


def _series(points: Sequence[Point], places: Ints) -> Series:
    times = np.array([points[place].at_ms for place in places], dtype=np.int64)
    return Series(points[places[0]].series, times, np.array([points[place].value for place in places]))


def _scores(
    points: Sequence[Point], places: Ints, slots: Ints, verdicts: Verdicts, row: int
) -> Iterator[Score]:
    flagged = verdicts.flag[row, slots] | verdicts.creep[row, slots]
    reasons = np.where(flagged, verdicts.reason[row, slots], Reason.NONE).tolist()
    bands = (part[row, slots].tolist() for part in (verdicts.expected, verdicts.low, verdicts.high))
    is_second = (np.diff(slots, prepend=-1) == 0).tolist()
    for place, second, code, *band in zip(places.tolist(), is_second, reasons, *bands, strict=True):
        expected, low, high = band
        value = points[place].value
        yield _score(points[place], _held(value, low, high) if second else Reason(code), expected, low, high)


def _score(point: Point, reason: Reason, expected: float, low: float, high: float) -> Score:
    words = sentence(reason, point.value, expected, low, high)
    figures = (_finite(point.value), _rounded(expected), _rounded(low), _rounded(high))
    return Score(point.series, point.text, *figures, reason is not Reason.NONE, words)


def _held(value: float, low: float, high: float) -> Reason:
    """The verdict on a second point of a slot, by the band of the first."""
    if value > high:
        return Reason.HIGH
    return Reason.LOW if value < low else Reason.NONE


def _rounded(value: float) -> float | None:
    """A figure with the digits that mean something: the last bits depend on how many series are judged at once."""
    return float(f"{value:.9g}") if math.isfinite(value) else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
