"""Time as a schedule counts it: only some days of the week, in a place's own clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; write e.g. Europe/Berlin") from None
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
"""The name of a time zone."""


def counted_hours(start: datetime, end: datetime, weekdays: tuple[Weekday, ...], zone: str) -> float:
    """The hours of [start, end) that lie on those weekdays of the zone; a changed clock counts as it ran."""
    if len(set(weekdays)) == len(WEEK):
        return max((end - start).total_seconds(), 0) / 3600
    place, total, here = ZoneInfo(zone), 0.0, start
    while here < end:
        local = here.astimezone(place)
        midnight = datetime.combine(local.date() + timedelta(days=1), time(), place).astimezone(UTC)
        until = min(midnight, end)
        if WEEK[local.weekday()] in weekdays:
            total += (until - here).total_seconds()
        here = until
    return total / 3600


def last_due(now: datetime, at: time, weekdays: tuple[Weekday, ...], zone: str) -> datetime:
    """The newest moment up to `now` that is `at` o'clock in the zone on one of the weekdays."""
    place = ZoneInfo(zone)
    local = now.astimezone(place)
    for back in range(len(WEEK) + 1):
        day = local.date() - timedelta(days=back)
        due = datetime.combine(day, at, place)
        if WEEK[day.weekday()] in weekdays and due <= now:
            return due.astimezone(UTC)
    raise ValueError("no weekday is given")
