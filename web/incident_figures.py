"""The chart of an incident's series, and who is hit downstream of its asset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from assay.incidents import lineage
from assay.model.checks import CheckSource
from assay.model.runs import Metric
from assay.model.time import DAY_MS, HOUR_MS, Window, from_ms
from assay.store import checks, measurements, search
from assay.store.edges import Neighbour, Neighbours
from checks import history
from checks.anomaly.band import band
from checks.anomaly.stored import Only
from web.charts import Chart, Series
from web.figures import added
from web.format import line_amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from assay.config.detector import DetectorSettings
    from assay.store.search import AssetLine
    from assay.store.tables import CheckResultRow, CheckRow, IncidentRow
    from web.format import Amount

BEFORE_MS = 60 * DAY_MS
"""How much of the series before the incident is shown."""

MOST_POINTS = 200
MOST_TOLD = 100
"""How many assets downstream are listed by name, the most read first."""

_SCALES = {"ms": (0.001, "s"), "milliseconds": (0.001, "s"), "seconds": (1.0, "s"), "share": (100.0, "%")}
_MEASURED = {metric.value for metric in Metric}
_DRAWN = {"row_count", "rows_written", "bytes", "runtime", "null_share", "cost"}
"""The detector's metrics that are series of points in time; freshness is the length of one gap."""


@dataclass(frozen=True, slots=True)
class Point:
    """A moment of a series: what was seen, what was expected, and whether it was bad."""

    at_ms: int
    observed: float | None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Blast:
    """Who is hit: every asset downstream, their readers and cost in 30 days, and the first of them by reads."""

    total: int
    reads: int
    spent: Amount
    lines: Sequence[AssetLine]
    hops: Mapping[int, int]
    """How many steps away each is, by id."""
    edges: Sequence[tuple[int, int]]

    def neighbours(self, most_hops: int) -> Neighbours:
        """Those within some steps, as a picture takes them."""
        near = [
            Neighbour(line.id, line.key, line.name, line.kind, self.hops[line.id], 1, 0)
            for line in self.lines
            if self.hops[line.id] <= most_hops
        ]
        return Neighbours([], sorted(near, key=lambda one: one.hops))


def series_of(
    session: Session, incident: IncidentRow, check: CheckRow | None, asset: str, settings: DetectorSettings
) -> list[Point]:
    """What the incident's check saw before and since; what the detector judged, it judges again for all to see.

    Where a measured metric tells more than the results of another check, that stands before them.
    """
    begin_ms = incident.details.get("since_ms", incident.opened_ms)
    window = Window(begin_ms - BEFORE_MS, (incident.resolved_ms or incident.changed_ms) + 7 * DAY_MS)
    results = [] if check is None else checks.results(session, check.id, window)
    points = [_point(row) for row in results if row.observed is not None]
    if check is not None and check.source == CheckSource.DETECTOR:
        return _detected(session, check, Only(incident.asset_id, asset), points, window, settings)
    metric = str(incident.details.get("finding", {}).get("metric", ""))
    if metric in _MEASURED:
        first_ms = min((point.at_ms for point in points), default=window.end_ms)
        told = measurements.series(session, incident.asset_id, metric, window)
        points = [*(Point(at_ms, float(value)) for at_ms, value in told if at_ms < first_ms), *points]
    return points[-MOST_POINTS:]


def _point(row: CheckResultRow) -> Point:
    """A result's point, at the beginning of the time it is of where it says so."""
    at_ms = int(row.details.get("start_ms", row.at_ms)) if row.details.get("metric") in _DRAWN else row.at_ms
    return Point(at_ms, row.observed, row.expected, row.low, row.high, row.outcome == "fail")


def _detected(  # noqa: PLR0913, PLR0917 - a series, what was said of it, and how it is judged
    session: Session,
    check: CheckRow,
    only: Only,
    told: list[Point],
    window: Window,
    settings: DetectorSettings,
) -> list[Point]:
    """The detector's series judged anew; what was said at the time stands where it was said."""
    metric, _, part = check.name.removeprefix(f"detector:{only.key}:").partition(":")
    if metric not in _DRAWN:
        return [*_gaps(session, only.id, told, window), *told]
    judged = band(session, only, metric, from_ms(window.end_ms), settings, part)
    points = {
        one.start_ms: Point(one.start_ms, one.value, one.expected, one.low, one.high, one.flagged)
        for one in judged
        if one.start_ms >= window.start_ms
    }
    points |= {point.at_ms: point for point in told}
    return [points[at_ms] for at_ms in sorted(points)][-MOST_POINTS:]


def _gaps(session: Session, asset_id: int, told: Sequence[Point], window: Window) -> Iterator[Point]:
    """The hours between refreshes before what was told of the open gap, held against the same bound."""
    if not told:
        return
    moments = history.refreshes(session, asset_id, window.start_ms, told[0].at_ms)
    for begin, end in pairwise(moments):
        yield replace(told[-1], at_ms=end, observed=(end - begin) / HOUR_MS, bad=False)


def chart(points: Sequence[Point], title: str, unit: str) -> Chart:
    """The series with the range that was expected, and where it left it."""
    factor, shown = _SCALES.get(unit, (1.0, unit or "figure"))
    columns = (
        ("Observed", [point.observed for point in points], "busy"),
        ("Expected", [point.expected for point in points], "dim"),
        ("Low", [point.low for point in points], "band"),
        ("High", [point.high for point in points], "band"),
    )
    series = [
        Series(name, [None if value is None else value * factor for value in values], color)
        for name, values, color in columns
        if name == "Observed" or any(value is not None for value in values)
    ]
    bad = [place for place, point in enumerate(points) if point.bad]
    return Chart("series", title, shown, _labels(points), series, "band", bad=bad)


def _labels(points: Sequence[Point]) -> list[str]:
    """Days, with the hour where points stand closer than that."""
    by_day = all(after.at_ms - before.at_ms >= 20 * HOUR_MS for before, after in pairwise(points))
    return [f"{from_ms(point.at_ms):{'%d %b' if by_day else '%d %b %H:%M'}}" for point in points]


def blast(session: Session, asset_id: int, depth: int) -> Blast:
    """All that is downstream of an asset, lineage followed `depth` steps; figures are of those listed or not alike."""
    near = lineage.below(session, [asset_id], depth)
    hops = _hops(near.steps, asset_id, depth)
    lines = sorted(search.lines(session, sorted(hops)), key=lambda line: (-line.reads, line.key))
    edges = [(up, down) for up, lower in near.steps.items() for down in sorted(lower)]
    return Blast(
        total=len(lines),
        reads=sum(line.reads for line in lines),
        spent=added(line_amount(line) for line in lines),
        lines=lines[:MOST_TOLD],
        hops=hops,
        edges=edges,
    )


def _hops(steps: Mapping[int, set[int]], asset_id: int, depth: int) -> dict[int, int]:
    found: dict[int, int] = {}
    front = {asset_id}
    for hop in range(1, depth + 1):
        front = {low for one in front for low in steps.get(one, ())} - found.keys() - {asset_id}
        found |= dict.fromkeys(front, hop)
    return found
