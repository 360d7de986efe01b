"""A calendar month as an option."""

from __future__ import annotations

import click

from assay.model.months import Month


class MonthType(click.ParamType[Month]):
    """A month written as 2026-11."""

    name = "month"

    def convert(self, value: str | Month, param: click.Parameter | None, ctx: click.Context | None) -> Month:
        """The month that is meant; the command fails where it is none."""
        try:
            return value if isinstance(value, Month) else Month.parse(value)
        except ValueError:
            self.fail(f"{value!r} is no month; write it as YYYY-MM, e.g. 2026-11.", param, ctx)


MONTH = MonthType()
