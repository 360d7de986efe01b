"""Time as Assay keeps it: UTC, epoch milliseconds inside, half-open windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(moment: datetime) -> int:
    """Epoch milliseconds of an aware moment, rounded down; a naive one is refused with ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment}")
    return (moment - EPOCH) // timedelta(milliseconds=1)


def from_ms(ms: int) -> datetime:
    """The UTC moment of `ms` epoch milliseconds, exactly."""
    return EPOCH + timedelta(milliseconds=ms)


def day_of(ms: int) -> date:
    """The UTC day that holds `ms`."""
    return from_ms(ms).date()


def day_start_ms(day: date) -> int:
    """Epoch milliseconds of the day's first instant in UTC."""
    return (day - EPOCH.date()).days * DAY_MS


def floor_day_ms(ms: int) -> int:
    """The first millisecond of the UTC day that holds `ms`."""
    return ms - ms % DAY_MS


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open stretch of time, [start_ms, end_ms), in epoch milliseconds."""

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        if self.end_ms < self.start_ms:
            raise ValueError(f"a window that ends before it starts: {self.start_ms}, {self.end_ms}")

    @classmethod
    def of_day(cls, day: date) -> Window:
        """The whole UTC day."""
        start = day_start_ms(day)
        return cls(start, start + DAY_MS)

    def days(self) -> Iterator[date]:
        """Every UTC day the window touches, in order."""
        ms = floor_day_ms(self.start_ms)
        while ms < self.end_ms:
            yield day_of(ms)
            ms += DAY_MS
