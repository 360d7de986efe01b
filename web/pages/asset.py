"""Asset: one table's cost, runs, readers, neighbours and columns, each figure with how it was made."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from flask import Blueprint, abort, request

from assay.model.runs import Metric
from assay.model.time import floor_day_ms, from_ms
from assay.store import aliases, assets, costs, edges, measurements, runs, usage
from web import state
from web.ask import whole
from web.charts import Chart, Series, kind_name
from web.figures import day_chart, days_of, total
from web.format import Amount, day
from web.lineage import Picture, picture
from web.pages.base import asked, rendered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.store.edges import Neighbours
    from assay.store.runs import Beat
    from assay.store.tables import AliasRow, AssetRow, RunRow, UsageRow
    from web.ask import Ask

blueprint = Blueprint("asset", __name__)
RUNS = 60
MOST_HOPS = 3
_TESTS = ("test.", "unit_test.")
"""A test's name leads to the asset it tests, but it is no name of the asset."""
_READERS = ("bi_tool", "person", "unknown", "pipeline", "monitor")
_READER_NAMES = {
    "bi_tool": "BI tools",
    "person": "People",
    "unknown": "Unknown readers",
    "pipeline": "Pipelines",
    "monitor": "Monitors",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """A class of readers and its tool: how often, how many, when last."""

    name: str
    tool: str
    reads: int
    readers: int
    last_read_ms: int


@dataclass(frozen=True, slots=True)
class AssetPage:
    """What the page tells."""

    asset: AssetRow
    names: Sequence[AliasRow]
    spent: Amount
    before: Amount
    by_kind: Sequence[tuple[str, Amount]]
    provisional: bool
    spend: Chart
    runs: Sequence[RunRow]
    runtimes: Chart
    median_ms: int | None
    reads: int
    readers: Sequence[Reader]
    reading: Chart
    neighbours: Neighbours
    lineage: Picture
    rows: Chart
    row_count: tuple[int, int] | None
    bytes: tuple[int, int] | None


def query(session: Session, ask: Ask, key: str, hops: int = 1) -> AssetPage | None:
    """Read everything of one asset; None where there is no such asset."""
    asset = assets.asset(session, key)
    if asset is None:
        return None
    lines = costs.totals(session, "asset", ask.window, ("day", "kind"), among=[key])
    history = runs.history(session, asset.id, RUNS)
    timed = [
        beat
        for beat in runs.recent(session, [asset.id], RUNS).get(asset.id, [])
        if beat.duration_ms is not None
    ]
    used = usage.by_asset(session, asset.id, ask.window)
    near = edges.neighbours(session, asset.id, hops)
    kinds = sorted({str(line.group[1]) for line in lines})
    by_kind = [(kind_name(k), total(line for line in lines if line.group[1] == k)) for k in kinds]
    return AssetPage(
        asset=asset,
        names=[name for name in aliases.of_asset(session, asset.id) if not name.name.startswith(_TESTS)],
        spent=total(lines),
        before=total(costs.totals(session, "asset", ask.before, ("kind",), among=[key])),
        by_kind=sorted(by_kind, key=lambda item: -item[1].nano),
        provisional=any(line.provisional for line in lines),
        spend=day_chart(lines, ask, chart_id="spend", title="Cost by day and by reason"),
        runs=history,
        runtimes=_runtimes(timed),
        median_ms=round(median(run.duration_ms or 0 for run in timed)) if timed else None,
        reads=sum(row.reads for row in used if row.reader_class not in {"pipeline", "monitor"}),
        readers=_readers(used),
        reading=_reading(used, ask),
        neighbours=near,
        lineage=picture(asset.name, asset.kind, near),
        rows=_rows(session, asset.id, ask),
        row_count=measurements.latest(session, [asset.id], Metric.ROW_COUNT).get(asset.id),
        bytes=measurements.latest(session, [asset.id], Metric.BYTES).get(asset.id),
    )


def _runtimes(timed: Sequence[Beat]) -> Chart:
    seconds = [(run.duration_ms or 0) / 1000 for run in timed]
    marks = {"median": median(seconds)} if seconds else {}
    labels = [f"{from_ms(run.started_ms):%d %b %H:%M}" for run in timed]
    series = [Series("Runtime", seconds, "busy")]
    return Chart(
        "runtimes", f"Runtime of the last {len(timed)} builds", "s", labels, series, "line", marks=marks
    )


def _readers(rows: Sequence[UsageRow]) -> list[Reader]:
    groups: dict[tuple[str, str], list[UsageRow]] = defaultdict(list)
    for row in rows:
        groups[row.reader_class, row.tool].append(row)
    readers = [
        Reader(
            _READER_NAMES.get(name, name),
            tool,
            sum(row.reads for row in of_group),
            max(row.readers for row in of_group),
            max(row.last_read_ms for row in of_group),
        )
        for (name, tool), of_group in groups.items()
    ]
    return sorted(readers, key=lambda reader: -reader.reads)


def _reading(rows: Sequence[UsageRow], ask: Ask) -> Chart:
    days = days_of(ask.window)
    values: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        values[row.reader_class][row.day_ms] += row.reads
    series = [
        Series(_READER_NAMES[name], [values[name].get(at, 0.0) for at in days], f"reader-{name}")
        for name in _READERS
        if name in values
    ]
    return Chart("reading", "Reads by day and by class of reader", "reads", [day(at) for at in days], series)


def _rows(session: Session, asset_id: int, ask: Ask) -> Chart:
    """Rows by day: counts where a source tells them, else what each day's writes wrote."""
    for metric, title in (
        (Metric.ROW_COUNT, "Rows in the table"),
        (Metric.ROWS_WRITTEN, "Rows written by day"),
    ):
        told = measurements.series(session, asset_id, metric, ask.window)
        if len(told) > 1:
            by_day: dict[int, float] = {}
            for at, value in told:
                by_day[floor_day_ms(at)] = float(value)
            days = days_of(ask.window)
            series = Series(title, [by_day.get(at) for at in days], "busy")
            return Chart("rows", title, "rows", [day(at) for at in days], [series], "line")
    return Chart("rows", "Rows", "rows", [], [])


@blueprint.get("/assets/<key:key>")
def page(key: str) -> str:
    """The page."""
    ask = asked()
    hops = whole(request.args, "hops", 1, MOST_HOPS)
    told = query(state.session(), ask, key, hops)
    if told is None:
        abort(404, f"There is no asset {key[:200]}.")
    return rendered("asset.html", ask=ask, told=told, hops=hops, most_hops=MOST_HOPS)
