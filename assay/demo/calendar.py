"""Days of the simulation and the rhythm of the week and the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from assay.demo.warehouses import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from assay.demo.power import Ints

BUILD_MS = HOUR_MS + 30 * 60_000
"""The daily build starts at 01:30 UTC."""
GROWTH = 0.4
"""How much more is asked at the end of the period than at its start."""
OFFICE = (0, 0, 0, 0, 0, 1, 4, 10, 18, 20, 17, 12, 13, 17, 16, 12, 7, 3, 2, 1, 1, 0, 0, 0)
ROUND_THE_CLOCK = (1,) * 24
WORK_WEEK = (1.2, 1.0, 1.0, 1.0, 0.9, 0.12, 0.1)
WORK_DAYS = (1.0, 1.0, 1.0, 1.0, 0.8, 0.0, 0.0)
EVERY_DAY = (1.0,) * 7


@dataclass(frozen=True, slots=True)
class Calendar:
    """The simulated days, ending with `end`."""

    end: date
    days: int

    @property
    def first(self) -> date:
        """The first simulated day."""
        return self.end - timedelta(days=self.days - 1)

    @property
    def start_ms(self) -> int:
        """Epoch ms at which the first day begins (UTC)."""
        return (self.first - date(1970, 1, 1)).days * DAY_MS

    @property
    def days_ms(self) -> list[int]:
        """Epoch ms at which each day begins."""
        return [self.start_ms + k * DAY_MS for k in range(self.days)]

    @property
    def weekdays(self) -> list[int]:
        """The weekday of each day, Monday is 0."""
        return [(self.first + timedelta(days=k)).weekday() for k in range(self.days)]

    def moments(
        self, count: int, week: tuple[float, ...], hours: tuple[int, ...], rng: np.random.Generator
    ) -> Ints:
        """`count` moments in order, by the rhythm of the week and the day, more of them from day to day."""
        weight = np.array([week[day] for day in self.weekdays]) * (
            1 + GROWTH * np.arange(self.days) / self.days
        )
        weight = weight if weight.sum() > 0 else np.ones(self.days)
        day = rng.choice(self.days, count, p=weight / weight.sum())
        hour = rng.choice(24, count, p=np.array(hours) / sum(hours))
        within = rng.integers(0, HOUR_MS, count)
        return np.sort(self.start_ms + day * DAY_MS + hour * HOUR_MS + within)
