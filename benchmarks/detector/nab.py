"""The Numenta benchmark: its series and labels read from a copy, and its scoring rule written anew.

Lavin & Ahmad 2015, section II, the standard profile: of each window the earliest detection counts by how early it is;
a missed window costs 1, a false alarm up to 0.11, less shortly after a window; the first 15 % of a series are not
judged. The score is 0 for no detection at all and 100 for the perfect one.
"""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.detector.moments import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from checks.anomaly.arrays import Bools, Floats, Ints

FALSE_WEIGHT = 0.11
PROBATION, LONGEST_PROBATION = 0.15, 750


@dataclass(frozen=True, slots=True)
class Labelled:
    """A series, its times in epoch ms, and its windows as index ranges, both ends in."""

    values: Floats
    times_ms: Ints
    windows: list[tuple[int, int]]


def read(folder: Path) -> Iterator[Labelled]:
    """The series there are under data/, with labels/combined_windows.json; of a moment told twice the last holds."""
    windows = json.loads((folder / "labels" / "combined_windows.json").read_text("utf-8"))
    for path in sorted((folder / "data").glob("*/*.csv")):
        with path.open(encoding="utf-8") as file:
            points = {seconds(line[0]): float(line[1]) for line in list(csv.reader(file))[1:]}
        times = np.array(sorted(points), dtype=np.int64)
        spans = [
            _span(times, start, end) for start, end in windows.get(f"{path.parent.name}/{path.name}", [])
        ]
        yield Labelled(np.array([points[moment] for moment in times.tolist()]), 1000 * times, spans)


def _span(times: Ints, start: str, end: str) -> tuple[int, int]:
    inside = np.flatnonzero((times >= seconds(start)) & (times <= seconds(end)))
    return int(inside[0]), int(inside[-1])


def standard_score(found: Sequence[tuple[Bools, list[tuple[int, int]]]]) -> float:
    """The normalised standard score of the detections (T,) in all series together."""
    windows = sum(len(spans) for _, spans in found)
    raw = sum(_raw(flags, spans) for flags, spans in found)
    return 100 * (raw + windows) / (2 * windows)


def _raw(flags: Bools, spans: list[tuple[int, int]]) -> float:
    probation = min(math.floor(PROBATION * len(flags)), LONGEST_PROBATION)
    score, hit = 0.0, {}
    for place in np.flatnonzero(flags):
        if place < probation:
            continue
        inside = next((span for span in spans if span[0] <= place <= span[1]), None)
        if inside is None:
            score += FALSE_WEIGHT * _beside(int(place), spans)
        elif inside not in hit:
            hit[inside] = _sigmoid(-(inside[1] - place + 1) / (inside[1] - inside[0] + 1)) / _sigmoid(-1.0)
    return score + sum(hit.values()) - (len(spans) - len(hit))


def _beside(place: int, spans: list[tuple[int, int]]) -> float:
    """What a false alarm costs: all of it, unless a window has just ended."""
    before = [span for span in spans if span[1] < place]
    if not before:
        return -1.0
    start, end = before[-1]
    return _sigmoid((place - end) / max(end - start, 1))


def _sigmoid(y: float) -> float:
    return -1.0 if y > 3 else 2 / (1 + math.exp(5 * y)) - 1
