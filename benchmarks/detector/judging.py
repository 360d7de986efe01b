"""Judge flags by events: no point adjustment, alarms that stand close together are one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.detector.generator import Event
    from checks.anomaly.arrays import Bools

MONTH_DAYS = 30.4
CLOSE = 3
"""Alarms at most so many points apart are one."""


@dataclass(slots=True)
class Tally:
    """Events and those found, by kind; alarms beside events; and the points at which there could be any."""

    events: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    alarms: int = 0
    points: int = 0

    @property
    def recall(self) -> float:
        """The share of events found."""
        return self.found.total() / max(self.events.total(), 1)

    @property
    def precision(self) -> float:
        """Of all alerts, the share that told of an event."""
        return self.found.total() / max(self.found.total() + self.alarms, 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)

    def alarms_in(self, points: float) -> float:
        """False alarms in so many points: MONTH_DAYS for an asset-month of days, 720 for 30 days of hours."""
        return points * self.alarms / max(self.points, 1)

    def add(self, flags: Bools, events: Sequence[Event], start: int, grace: int) -> None:
        """Take one series' flags (T,) from `start` on; for `grace` points after an event no alarm is false."""
        excused = np.zeros(len(flags), dtype=np.bool_)
        for event in events:
            if event.start >= start:
                self.events[event.kind] += 1
                self.found[event.kind] += bool(flags[event.start : event.start + event.days].any())
                excused[event.start : event.start + event.days + grace] = True
        beside = np.flatnonzero((flags & ~excused)[start:])
        self.alarms += alerts(beside)
        self.points += int((~excused[start:]).sum())


def alerts(places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
    """How many alerts flags at these places make."""
    return 1 + int((np.diff(places) > CLOSE).sum()) if len(places) else 0


def tally(flags: Bools, events: Sequence[Sequence[Event]], start: int = 60, grace: int = 7) -> Tally:
    """Judge flags (S, T)."""
    found = Tally()
    for row, of in zip(flags, events, strict=True):
        found.add(row, of, start, grace)
    return found


def false_alarms(flags: Bools, start: int = 60) -> float:
    """False alarms of an asset in a month, of flags (S, T) on series without any event."""
    return tally(flags, [()] * len(flags), start, 0).alarms_in(MONTH_DAYS)
