"""The chart of an incident's series, and who is hit downstream of its asset."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from assay.incidents import lineage
from assay.model.runs import Metric
from assay.model.time import DAY_MS, HOUR_MS, Window, from_ms
from assay.store import checks, measurements, search
from assay.store.edges import Neighbour, Neighbours
from web.charts import Chart, Series
from web.figures import added
from web.format import line_amount

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from assay.store.search import AssetLine
    from assay.store.tables import IncidentRow
    from web.format import Amount

BEFORE_MS = 60 * DAY_MS
"""How much of the series before the incident is shown."""

MOST_POINTS = 200
MOST_TOLD = 100
"""How many assets downstream are listed by name, the most read first."""

_SCALES = {"ms": (0.001, "s"), "milliseconds": (0.001, "s"), "seconds": (1.0, "s"), "share": (100.0, "%")}
_MEASURED = {metric.value for metric in Metric}


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


def series_of(session: Session, incident: IncidentRow, check_id: int | None) -> list[Point]:
    """What the incident's check saw before and since; where a measured metric tells more, that before the results."""
    begin_ms = incident.details.get("since_ms", incident.opened_ms)
    window = Window(begin_ms - BEFORE_MS, (incident.resolved_ms or incident.changed_ms) + 7 * DAY_MS)
    results = [] if check_id is None else checks.results(session, check_id, window)
    points = [
        Point(row.at_ms, row.observed, row.expected, row.low, row.high, row.outcome == "fail")
        for row in results
        if row.observed is not None
    ]
    metric = str(incident.details.get("finding", {}).get("metric", ""))
    if metric in _MEASURED:
        first_ms = min((point.at_ms for point in points), default=window.end_ms)
        told = measurements.series(session, incident.asset_id, metric, window)
        points = [*(Point(at_ms, float(value)) for at_ms, value in told if at_ms < first_ms), *points]
    return points[-MOST_POINTS:]


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
