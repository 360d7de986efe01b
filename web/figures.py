"""Figures several pages tell: totals by kind, by day, and who they belong to."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from assay.model.time import DAY_MS
from assay.store import costs
from web.charts import KIND_NAMES, Chart, Series, kind_name
from web.format import Amount, day, unit_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from assay.model.time import Window
    from assay.store.costs import CostLine
    from web.ask import Ask

IDLE_KINDS = ("keeper_idle", "no_query", "startup", "min_60s", "resize")
"""Time a warehouse was billed for without running anything."""


BILL = "warehouse"
"""Every dimension adds up to the same bill; this one has the fewest rows to add."""


def amount_of(line: CostLine) -> Amount:
    """A line's figure."""
    return Amount(line.nano_credits, line.micro_currency, line.currency)


def total(lines: Iterable[CostLine]) -> Amount:
    """The sum of lines; money only where every line that costs something has it."""
    result: Amount | None = None
    for line in lines:
        result = amount_of(line) if result is None else result + amount_of(line)
    return result or Amount(0)


def spend_by_day(session: Session, ask: Ask) -> Chart:
    """The whole bill by day, stacked by kind of charge."""
    lines = costs.totals(session, BILL, ask.window, ("day", "kind"))
    return day_chart(lines, ask, chart_id="spend", title="Spend by day and by reason")


def day_chart(lines: Sequence[CostLine], ask: Ask, *, chart_id: str, title: str) -> Chart:
    """Stacked bars of (day, kind) lines, one bar a day of the window."""
    days = days_of(ask.window)
    values: dict[str, dict[int, float]] = defaultdict(dict)
    for line in lines:
        at, kind = line.group
        values[str(kind)][int(at)] = amount_of(line).in_unit(credits_only=ask.in_credits)
    order = [*KIND_NAMES, *sorted(values.keys() - KIND_NAMES.keys())]
    series = [
        Series(kind_name(kind), [values[kind].get(at, 0.0) for at in days], kind)
        for kind in order
        if kind in values
    ]
    currency = next((line.currency for line in lines if line.currency), "")
    return Chart(chart_id, title, unit_label(currency), [day(at) for at in days], series)


def days_of(window: Window) -> list[int]:
    """The first instant of each day, in epoch milliseconds."""
    return list(range(window.start_ms, window.end_ms, DAY_MS))
