"""A stretch of time as people write it: 30m, 2h, 3d or 1w."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_MOST = timedelta(days=366)
_WRITTEN = re.compile(r"\s*(\d{1,6})\s*([mhdw])\s*")


def parse_span(text: str) -> timedelta:
    """The time a number and its unit say; ValueError unless it is more than nothing and at most a year."""
    found = _WRITTEN.fullmatch(text.lower())
    if found is None:
        raise ValueError(f"{text!r} is no stretch of time; write e.g. 30m, 2h, 3d or 1w")
    span = int(found[1]) * _UNITS[found[2]]
    if not timedelta() < span <= _MOST:
        raise ValueError(f"{text!r} is not between a minute and a year")
    return span


def span_words(span: timedelta) -> str:
    """The same as people write it, in the largest unit that is whole: 1d, 36h, 90m."""
    unit = next((name for name, size in _UNITS.items() if span and not span % size), "m")
    return f"{span // _UNITS[unit]}{unit}"
