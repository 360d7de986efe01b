"""A stretch of time on the command line, e.g. 30m, 2h, 3d or 1w."""

from __future__ import annotations

import re
from datetime import timedelta

import click

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_MOST = timedelta(days=366)


class Span(click.ParamType[timedelta]):
    """A number and its unit: m, h, d or w; more than nothing and at most a year."""

    name = "span"

    def convert(
        self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """The time it says."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"\s*(\d{1,6})\s*([mhdw])\s*", value.lower())
        if found is None:
            self.fail(f"{value!r} is no stretch of time; write e.g. 30m, 2h, 3d or 1w.", param, ctx)
        span = int(found[1]) * _UNITS[found[2]]
        if not timedelta() < span <= _MOST:
            self.fail(f"{value!r} is not between a minute and a year.", param, ctx)
        return span


SPAN = Span()
