"""The charts and lists of one asset's page, from the rows the store keeps of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from assay.model.time import from_ms
from web.charts import Chart, Series
from web.figures import bars_of
from web.format import duration
from web.names import READER_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from assay.model.time import Window
    from assay.store.runs import Beat
    from assay.store.tables import UsageRow
    from web.figures import Bars


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
    middle = median(seconds) if seconds else 0.0
    labels = [f"{from_ms(run.started_ms):%d %b %H:%M}" for run in timed]
    title = f"Runtime of the last {len(timed)} builds"
    return Chart(
        "runtimes", title, "s", labels, [Series("Runtime", seconds, "busy")], "line",
        note=f"Dashed: the median, {duration(round(1000 * middle))}.", marks={"median": middle},
    )  # fmt: skip


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


def reading(rows: Sequence[UsageRow], window: Window, soft: AbstractSet[int] = frozenset()) -> Chart:
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
    title = bars.title("Reads by day and by class of reader")
    shaded = bars.shaded(soft)
    return Chart("reading", title, "reads", bars.labels, series, note=_open_note(shaded), soft=shaded)


def rows_counted(told: Sequence[tuple[int, int]], window: Window) -> Chart:
    """(moment, rows) as a line: the last count of each day, a gap where nothing told it."""
    bars = bars_of(window)
    newest: Mapping[int, float] = {bars.start_of(at): float(value) for at, value in told}
    return _rows("Rows in the table", bars, newest, [])


def rows_written(told: Sequence[tuple[int, int]], window: Window, soft: AbstractSet[int]) -> Chart:
    """(moment, rows) of an hour's writes as a line: the sum of each day; the days of `soft` are shaded."""
    bars = bars_of(window)
    sums: dict[int, float] = defaultdict(float)
    for at, value in told:
        sums[bars.start_of(at)] += value
    return _rows(bars.title("Rows written by day"), bars, sums, bars.shaded(soft))


def _rows(title: str, bars: Bars, values: Mapping[int, float], shaded: Sequence[str]) -> Chart:
    series = [Series(title, [values.get(at) for at in bars.starts], "busy")]
    return Chart("rows", title, "rows", bars.labels, series, "line", note=_open_note(shaded), soft=shaded)


def _open_note(shaded: Sequence[str]) -> str:
    return "Shaded: provisional, these days have not been read whole yet." if shaded else ""
