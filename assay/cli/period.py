"""The stretch of days a command looks at: the last N days with data, or from one day to another."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from assay.errors import UsageError
from assay.model.time import DAY_MS, Window, day_of, day_start_ms

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

DAY = click.DateTime(formats=["%Y-%m-%d"])


@dataclass(frozen=True, slots=True)
class Period:
    """The days asked for, all of them UTC: up to `last` (with it), from `first` or `days` of them."""

    first: datetime | None = None
    last: datetime | None = None
    days: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing was asked for."""
        return self.first is None and self.last is None and self.days is None

    def window(self, known: tuple[int, int] | None, default_days: int | None = None) -> Window:
        """The window meant; `known` are the first and last days (ms) there is data of.

        UsageError when it ends before it begins or its beginning is said twice.
        """
        if self.first is not None and self.days is not None:
            raise UsageError("--from and --days say the same thing twice.", hint="Leave one of them out.")
        start, end = known or (0, 0)
        if self.last is not None:
            end = day_start_ms(self.last.date())
        if self.first is not None:
            start = day_start_ms(self.first.date())
        elif (wanted := self.days or default_days) is not None:
            start = end - (wanted - 1) * DAY_MS
        if known is not None and self.last is None and start > end:
            raise UsageError(f"There is no data after {day_of(end)}.", hint="Give an earlier day as --from.")
        if start > end:
            raise UsageError(
                f"The period ends ({day_of(end)}) before it begins ({day_of(start)}).",
                hint="Give --from and --until as YYYY-MM-DD, the earlier first.",
            )
        return Window(start, end + DAY_MS)


def period_options(*also: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Add --days, --from and --until (`also` by other names); what they say is given to the function as `period`."""

    def wrap(function: Callable[..., int]) -> Callable[..., int]:
        @functools.wraps(function)
        def run(
            *given: Any,  # noqa: ANN401 - the command's own
            first: datetime | None,
            last: datetime | None,
            days: int | None,
            **options: Any,  # noqa: ANN401 - as above
        ) -> int:
            return function(*given, period=Period(first, last, days), **options)

        wrapped: Callable[..., int] = run
        for option in (
            click.option(
                "--until", *also, "last", type=DAY, help="Last day (UTC), with it; else the last day known."
            ),
            click.option("--from", "first", type=DAY, help="First day (UTC)."),
            click.option("--days", type=click.IntRange(min=1), help="How many days up to the last one."),
        ):
            wrapped = option(wrapped)
        return wrapped

    return wrap


def said(window: Window) -> str:
    """The window as days, e.g. 2026-10-22 to 2026-11-20."""
    return f"{day_of(window.start_ms)} to {day_of(window.end_ms - DAY_MS)}"
