"""What a page is asked for: all of it stands in the URL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from assay.errors import UsageError
from assay.model.time import DAY_MS, Window, day_of, day_start_ms, floor_day_ms
from assay.store import costs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

DEFAULT_DAYS = 30
LONGEST_DAYS = 400
UNITS = ("money", "credits")
_EARLIEST_MS = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """A stretch of whole UTC days, the one before it, and whether figures are credits or money."""

    window: Window
    days: int
    custom: bool
    in_credits: bool
    known_days: int
    """How many of the days lie between the first and the newest that cost something."""
    comparable: bool = True
    """Whether the stretch before is known whole; else a change against it would tell nothing."""

    @property
    def before(self) -> Window:
        """The stretch of the same length that ends where this one begins."""
        return Window(self.window.start_ms - self.days * DAY_MS, self.window.start_ms)

    @property
    def first(self) -> date:
        """The first day."""
        return day_of(self.window.start_ms)

    @property
    def last(self) -> date:
        """The last day."""
        return day_of(self.window.end_ms - 1)


def read(args: Mapping[str, str], session: Session, now_ms: int) -> Ask:
    """The question of a URL: `days=30`, or `from=…&to=…`; `unit=credits`.

    Without an end the stretch ends with the newest day that cost something, so that an export of last month is seen
    at once. UsageError for what is no date or no stretch.
    """
    known = costs.days(session)
    newest_ms = known[1] if known else floor_day_ms(now_ms)
    custom = bool(args.get("from") or args.get("to"))
    end_ms = (_day(args["to"]) if args.get("to") else newest_ms) + DAY_MS
    start_ms = (
        _day(args["from"])
        if args.get("from")
        else end_ms - whole(args, "days", DEFAULT_DAYS, LONGEST_DAYS) * DAY_MS
    )
    days = (end_ms - start_ms) // DAY_MS
    if start_ms < _EARLIEST_MS:
        raise UsageError("Nothing was metered before 1970.", hint="Ask for later days, e.g. from=2026-11-01.")
    if not 0 < days <= LONGEST_DAYS:
        raise UsageError(
            f"A period of {days} days cannot be shown.",
            hint=f"Ask for 1 to {LONGEST_DAYS} days, from before to.",
        )
    first_ms, last_ms = known or (end_ms, end_ms - DAY_MS)
    return Ask(
        Window(start_ms, end_ms),
        days,
        custom,
        in_credits=_unit(args) == "credits",
        known_days=max(0, min(end_ms, last_ms + DAY_MS) - max(start_ms, first_ms)) // DAY_MS,
        comparable=known is not None and first_ms <= start_ms - days * DAY_MS,
    )


def _unit(args: Mapping[str, str]) -> str:
    unit = args.get("unit") or UNITS[0]
    if unit not in UNITS:
        raise UsageError(
            f"Figures cannot be told in {unit[:40]!r}.", hint=f"Choose one of {', '.join(UNITS)}."
        )
    return unit


def _day(text: str) -> int:
    try:
        return day_start_ms(date.fromisoformat(text))
    except (ValueError, OverflowError):
        raise UsageError(f"{text[:40]!r} is no day.", hint="Write a day as 2026-11-20.") from None


def whole(args: Mapping[str, str], name: str, default: int, most: int) -> int:
    """The whole number of that name in a URL, from 1 to `most`; UsageError for any other text."""
    text = args.get(name) or str(default)
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else 0
    if not 1 <= number <= most:
        raise UsageError(f"{name}={text[:40]!r} is not possible.", hint=f"Write {name}=1 to {name}={most:d}.")
    return number
