"""A calendar month, in UTC: what budgets and bills are for."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Self

from assay.model.time import Window, day_of, day_start_ms

_FIRST_YEAR, _LAST_YEAR = 1970, 9998
"""Years that moments are counted from, and that end before the calendar does."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year; its text is e.g. ``2026-11``."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @classmethod
    def of(cls, ms: int) -> Self:
        """The month that holds the moment `ms`."""
        day = day_of(ms)
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form back; ValueError when it has not that form."""
        year, dash, month = text.partition("-")
        if not (dash and year.isdecimal() and month.isdecimal() and len(year) == 4 and len(month) == 2):  # noqa: PLR2004 - as it is written
            raise ValueError(f"not a month: {text!r} (want e.g. 2026-11)")
        date(int(year), int(month), 1)
        if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
            raise ValueError(f"no month of the years {_FIRST_YEAR} to {_LAST_YEAR}: {text!r}")
        return cls(int(year), int(month))

    @property
    def days(self) -> int:
        """How many days it has."""
        return monthrange(self.year, self.month)[1]

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def next(self) -> Month:
        """The month after it."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def previous(self) -> Month:
        """The month before it."""
        return Month(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    @property
    def window(self) -> Window:
        """From its first instant to the next month's."""
        return Window(day_start_ms(self.first), day_start_ms(self.next.first))
