"""Back-tests of rules: how often each would have failed on what the store remembers.

Where the history is long enough, a rule's bounds are taken from what came before the days it is tried on, so that
the figure is what its author would have seen; else from all of it, which is told (`held_out` is False).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from assay.model.time import from_ms
from checks.calendar import counted_hours
from checks.gaps import bound_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.calendar import Weekday
    from checks.freshness_learned import FreshnessLearnedConfig
    from checks.gaps import Gap

MOST_PER_30_DAYS = 0.5
"""A rule that would have failed more often is too loud to be suggested."""


@dataclass(frozen=True, slots=True)
class BackTest:
    """What a rule would have done in the last `days`: how often it looked, and how often it failed."""

    days: int
    looks: int
    failures: int
    held_out: bool

    @property
    def per_30_days(self) -> float:
        """Failures per 30 days."""
        return 30 * self.failures / self.days

    @property
    def is_quiet(self) -> bool:
        """Whether it is quiet enough to be suggested; a rule that never looked has shown nothing."""
        return self.looks > 0 and self.per_30_days <= MOST_PER_30_DAYS

    def told(self) -> str:
        """The figures in words."""
        on = "bounds from before" if self.held_out else "bounds from the same days, for want of older ones"
        times = {1: "once"}.get(self.failures, f"{self.failures} times")
        failed = f"have failed {times}" if self.failures else "never have failed"
        return f"would {failed} in {self.looks} looks of {self.days} days ({on})"


def of_ages(
    gaps: Sequence[Gap], most_hours: float, weekdays: tuple[Weekday, ...], days: int, *, held_out: bool
) -> BackTest:
    """A fixed age: it fails once in each gap that lasted longer, as those weekdays count."""
    lengths = [counted_hours(from_ms(gap.start_ms), from_ms(gap.end_ms), weekdays, "UTC") for gap in gaps]
    return BackTest(days, len(gaps), sum(length > most_hours for length in lengths), held_out)


def of_learned_gaps(gaps: Sequence[Gap], since_ms: int, rule: FreshnessLearnedConfig, days: int) -> BackTest:
    """The learned rule: each gap against the gaps before it alone."""
    looks = failures = 0
    for place, gap in enumerate(gaps):
        if gap.end_ms < since_ms or place < rule.min_gaps:
            continue
        bound = bound_of(gaps[:place], gap.start_ms, rule.quantile, rule.buffer)
        looks += 1
        failures += bound is not None and gap.length_ms > bound.limit_ms
    return BackTest(days, looks, failures, held_out=True)


def of_changes(
    values: Sequence[float], max_drop: float, max_growth: float, days: int, *, held_out: bool
) -> BackTest:
    """Bounds relative to the value before."""
    failures = sum(
        not before * (1 - max_drop) <= after <= before * (1 + max_growth)
        for before, after in pairwise(values)
    )
    return BackTest(days, max(len(values) - 1, 0), failures, held_out)


def of_bounds(values: Sequence[float], low: float, high: float, days: int, *, held_out: bool) -> BackTest:
    """Absolute bounds."""
    return BackTest(days, len(values), sum(not low <= value <= high for value in values), held_out)
