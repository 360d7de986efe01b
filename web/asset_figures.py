"""The charts and lists of one asset's page, from the rows the store keeps of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from assay.model.time import from_ms
from web.charts import Chart, Series
from web.figures import bars_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assay.model.time import Window
    from assay.store.runs import Beat
    from assay.store.tables import UsageRow

READER_NAMES = {
    "bi_tool": "BI tools",
    "person": "People",
    "unknown": "Unknown readers",
    "pipeline": "Pipelines",
    "monitor": "Monitors",
}
"""How pages name the classes of readers, in the order they are stacked."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A class of readers and its tool: how often, how many, when last."""

    name: str
    tool: str
    reads: int
    readers: int
    last_read_ms: int


def runtimes(timed: Sequence[Beat]) -> Chart:
    """How long the newest builds took, in seconds, oldest first, with their median."""
    seconds = [(run.duration_ms or 0) / 1000 for run in timed]
    marks = {"median": median(seconds)} if seconds else {}
    labels = [f"{from_ms(run.started_ms):%d %b %H:%M}" for run in timed]
    title = f"Runtime of the last {len(timed)} builds"
    return Chart("runtimes", title, "s", labels, [Series("Runtime", seconds, "busy")], "line", marks=marks)


def readers(rows: Sequence[UsageRow]) -> list[Reader]:
    """Who read it in the window, the most frequent first."""
    groups: dict[tuple[str, str], list[UsageRow]] = defaultdict(list)
    for row in rows:
        groups[row.reader_class, row.tool].append(row)
    found = [_reader(name, tool, of_group) for (name, tool), of_group in groups.items()]
    return sorted(found, key=lambda reader: -reader.reads)


def _reader(name: str, tool: str, rows: Sequence[UsageRow]) -> Reader:
    return Reader(
        READER_NAMES.get(name, name),
        tool,
        sum(row.reads for row in rows),
        max(row.readers for row in rows),
        max(row.last_read_ms for row in rows),
    )


def reading(rows: Sequence[UsageRow], window: Window) -> Chart:
    """Reads by day and by class of reader."""
    bars = bars_of(window)
    values: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        values[row.reader_class][bars.start_of(row.day_ms)] += row.reads
    series = [
        Series(told, [values[name].get(at, 0.0) for at in bars.starts], f"reader-{name}")
        for name, told in READER_NAMES.items()
        if name in values
    ]
    return Chart("reading", bars.title("Reads by day and by class of reader"), "reads", bars.labels, series)


def row_counts(title: str, told: Sequence[tuple[int, int]], window: Window) -> Chart:
    """(moment, rows) as a line: the last figure of each day, a gap where nothing told it."""
    bars = bars_of(window)
    newest: Mapping[int, float] = {bars.start_of(at): float(value) for at, value in told}
    values = [newest.get(at) for at in bars.starts]
    return Chart("rows", title, "rows", bars.labels, [Series(title, values, "busy")], "line")
