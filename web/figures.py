"""Figures several pages tell: totals by kind, by day, and who they belong to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.model.time import DAY_MS
from assay.store import costs
from web.charts import KIND_NAMES, Chart, Series, kind_name
from web.format import Amount, day, unit_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

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
    return added(map(amount_of, lines))


def added(amounts: Iterable[Amount]) -> Amount:
    """The sum of amounts; one without credits and without a price (stored bytes) takes no price away."""
    costly = (amount for amount in amounts if amount.nano or amount.micro is not None)
    first = next(costly, Amount(0))
    return sum(costly, start=first)


def spend_by_day(session: Session, ask: Ask) -> Chart:
    """The whole bill by day, stacked by kind of charge."""
    lines = costs.totals(session, BILL, ask.window, ("day", "kind"))
    return day_chart(lines, ask, chart_id="spend", title="Spend by day and by reason")


def day_chart(lines: Sequence[CostLine], ask: Ask, *, chart_id: str, title: str) -> Chart:
    """Stacked bars of (day, kind) lines: a bar a day, a week in a long window."""
    bars = bars_of(ask.window)
    values: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    soft = set[int]()
    for line in lines:
        day_ms, kind = line.group
        at = bars.start_of(int(day_ms))
        values[str(kind)][at] += amount_of(line).in_unit(credits_only=ask.in_credits)
        soft |= {int(day_ms)} if line.provisional else set()
    order = [*KIND_NAMES, *sorted(values.keys() - KIND_NAMES.keys())]
    series = [
        Series(kind_name(kind), [values[kind].get(at, 0.0) for at in bars.starts], kind)
        for kind in order
        if kind in values
    ]
    currency = next((line.currency for line in lines if line.currency), "")
    note = "Shaded: provisional, a meter that decides these days has not been read yet." if soft else ""
    return Chart(
        chart_id, bars.title(title), unit_label(currency), bars.labels, series,
        note=note, soft=bars.shaded(soft),
    )  # fmt: skip


def unsettled(session: Session, window: Window) -> set[int]:
    """The days (epoch ms) of which something is provisional: they have not been read to their end."""
    return {int(line.group[0]) for line in costs.totals(session, BILL, window, ("day",)) if line.provisional}


MOST_DAYS = 100
"""Longer windows are drawn by week."""


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of a window: where each starts (epoch ms), and how many days one holds."""

    starts: Sequence[int]
    days: int

    @property
    def labels(self) -> list[str]:
        """The first day of each bar."""
        return [day(at) for at in self.starts]

    def start_of(self, day_ms: int) -> int:
        """Where the bar that holds this day starts."""
        step = self.days * DAY_MS
        return self.starts[0] + (day_ms - self.starts[0]) // step * step

    def summed(self, by_day: Mapping[int, float]) -> list[float]:
        """The sum of each bar's days."""
        sums: dict[int, float] = defaultdict(float)
        for day_ms, value in by_day.items():
            sums[self.start_of(day_ms)] += value
        return [sums[at] for at in self.starts]

    def shaded(self, soft: AbstractSet[int]) -> list[str]:
        """The labels of the bars that hold one of these days (epoch ms)."""
        at = {self.start_of(day_ms) for day_ms in soft}
        return [day(start) for start in self.starts if start in at]

    def title(self, by_day: str) -> str:
        """A title that says "by day", right for these bars."""
        return by_day if self.days == 1 else by_day.replace("by day", "by week")


def bars_of(window: Window) -> Bars:
    """A bar a day; a week in a long window."""
    days = 1 if window.end_ms - window.start_ms <= MOST_DAYS * DAY_MS else 7
    return Bars(range(window.start_ms, window.end_ms, days * DAY_MS), days)
