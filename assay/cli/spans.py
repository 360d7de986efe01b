"""A stretch of time on the command line, e.g. 30m, 2h, 3d or 1w."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.model.spans import parse_span

if TYPE_CHECKING:
    from datetime import timedelta


class Span(click.ParamType["timedelta"]):
    """A number and its unit: m, h, d or w; more than nothing and at most a year."""

    name = "span"

    def convert(
        self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """The time it says."""
        if not isinstance(value, str):
            return value
        try:
            return parse_span(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


SPAN = Span()
