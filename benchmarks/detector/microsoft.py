"""Microsoft's cloud-monitoring series, read from a copy: hourly values, minutes averaged to hours, labelled events."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.detector.generator import Event
from benchmarks.detector.judging import Tally
from benchmarks.detector.moments import seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from checks.anomaly.arrays import Bools, Floats

HOUR_S = 3600
WARM_HOURS = 72
FIELDS = 3


@dataclass(frozen=True, slots=True)
class Hourly:
    """A series with its events; whether it was looked at while the detector was tuned."""

    values: Floats
    events: list[Event]
    is_tuning: bool


def read(folder: Path) -> Iterator[Hourly]:
    """The series there are under data/. Half of them, by the hash of their names, were for tuning."""
    for path in sorted((folder / "data").glob("*/*.csv")):
        values, marked = _hours(path)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], marked.astype(np.int8), [0]])))
        events = [Event(int(a), int(b - a), "labelled") for a, b in zip(edges[::2], edges[1::2], strict=True)]
        yield Hourly(values, events, hashlib.sha256(path.stem.encode()).digest()[0] % 2 == 0)


def _hours(path: Path) -> tuple[Floats, Bools]:
    """The mean of each hour, NaN where there is none, and whether any of its points is labelled."""
    values: dict[int, list[float]] = defaultdict(list)
    marked: dict[int, bool] = defaultdict(bool)
    with path.open(encoding="utf-8-sig") as file:
        lines = [line for line in list(csv.reader(file))[1:] if len(line) >= FIELDS and line[0]]
    for moment, value, label in (line[:FIELDS] for line in lines):
        hour = seconds(moment) // HOUR_S
        marked[hour] |= label.strip() in {"1", "1.0"}
        if value:
            values[hour].append(float(value))
    every = range(min(marked), max(marked) + 1)
    means = np.array([np.mean(values[hour]) if values.get(hour) else np.nan for hour in every])
    return means, np.array([marked.get(hour, False) for hour in every])


def judged(series: Iterable[Hourly], flags_of: Callable[[Floats], Bools]) -> Tally:
    """Judge the flags (1, T) a rule gives each series (1, T), after three days of warming up."""
    found = Tally()
    for each in series:
        found.add(flags_of(each.values[None, :])[0], each.events, WARM_HOURS, 0)
    return found
