"""The days that are looked at, and what something in them comes to in 30 days."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from assay.model.time import DAY_MS
from assay.model.waste import MONTH_DAYS


@dataclass(frozen=True, slots=True)
class Period:
    """Whole UTC days, [from_ms, until_ms)."""

    from_ms: int
    until_ms: int

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until_ms - self.from_ms) // DAY_MS

    def monthly(self, amount: int) -> int:
        """What `amount` in the period comes to in 30 days, half to even."""
        return int((Decimal(amount) * MONTH_DAYS / self.days).to_integral_value(ROUND_HALF_EVEN))

    def a_day(self, times: int) -> str:
        """So many times in the period as a rate, e.g. "24 times a day" or "3 times in 30 days"."""
        if times >= self.days:
            rate = f"{Decimal(times) / self.days:.1f}".removesuffix(".0")
            return "once a day" if rate == "1" else f"{rate} times a day"
        return "once" if times == 1 else f"{times} times in {self.days} days"
