"""Asset: one table's cost, runs, readers, neighbours and columns; costs, runs and reads say how they were made."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from flask import Blueprint, abort, request
from sqlalchemy import select

from assay.model.runs import Metric
from assay.model.usage import CONSUMERS
from assay.store import aliases, assets, costs, edges, measurements, runs, search, usage
from assay.store.tables import EdgeRow, VerdictRow
from web import state
from web.ask import whole
from web.asset_figures import readers, reading, rows_counted, rows_written, runtimes
from web.charts import Chart, heartbeat, kind_name
from web.figures import day_chart, total, unsettled
from web.format import amount, line_amount
from web.lineage import Node, drawn, picture
from web.pages.base import asked, rendered
from web.soundness import soundness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sqlalchemy.orm import Session

    from assay.store.edges import Neighbours
    from assay.store.search import AssetLine
    from assay.store.tables import AliasRow, AssetRow, RunRow
    from web.ask import Ask
    from web.asset_figures import Reader
    from web.format import Amount
    from web.lineage import Picture
    from web.soundness import Soundness

blueprint = Blueprint("asset", __name__)
RUNS = 60
BEATS = 30
TOLD = 200
"""How many neighbours of each side the page lists."""
MOST_HOPS = 3
_TESTS = ("test.", "unit_test.")
"""A test's name leads to the asset it tests, but it is no name of the asset."""


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
    last_read_ms: int | None
    """By those who count as readers, ever."""
    readers: Sequence[Reader]
    reading: Chart
    neighbours: Neighbours
    near: Mapping[int, AssetLine]
    """What the nearest neighbours cost and who reads them, by id."""
    lineage: Picture
    beats: Mapping[str, str]
    rows: Chart
    row_count: tuple[int, int] | None
    bytes: tuple[int, int] | None
    soundness: Soundness
    verdict: VerdictRow | None
    """Whether anyone needs it; None where nothing has judged it."""


def query(session: Session, ask: Ask, key: str, hops: int = 1) -> AssetPage | None:
    """Read everything of one asset; None where there is no such asset."""
    asset = assets.asset(session, key)
    if asset is None:
        return None
    lines = costs.totals(session, "asset", ask.window, ("day", "kind"), among=[key])
    history = runs.history(session, asset.id, RUNS)
    beats = runs.recent(session, [asset.id], RUNS).get(asset.id, [])
    timed = [beat for beat in beats if beat.duration_ms is not None]
    used = usage.by_asset(session, asset.id, ask.window)
    soft = unsettled(session, ask.window)
    around = edges.neighbours(session, asset.id, hops)
    ids = [one.asset_id for side in (around.upstream, around.downstream) for one in side[:TOLD]]
    near = {line.id: line for line in search.lines(session, ids)}
    kinds = sorted({str(line.group[1]) for line in lines})
    by_kind = [(kind_name(k), total(line for line in lines if line.group[1] == k)) for k in kinds]
    return AssetPage(
        asset=asset,
        names=[name for name in aliases.of_asset(session, asset.id) if not name.name.startswith(_TESTS)],
        spent=total(lines),
        before=total(costs.totals(session, "asset", ask.before, ("kind",), among=[key])),
        by_kind=sorted(by_kind, key=lambda item: (item[1].micro or 0, item[1].nano), reverse=True),
        provisional=any(line.provisional for line in lines),
        spend=day_chart(lines, ask, chart_id="spend", title="Cost by day and by reason"),
        runs=history,
        runtimes=runtimes(timed),
        median_ms=round(median(run.duration_ms or 0 for run in timed)) if timed else None,
        reads=sum(row.reads for row in used if row.reader_class in CONSUMERS),
        last_read_ms=usage.last_read(session, [asset.id]).get(asset.id),
        readers=readers(used),
        reading=reading(used, ask.window, soft),
        neighbours=around,
        near=near,
        lineage=_drawn(session, asset, around, near),
        beats=heartbeat(beats[-BEATS:]),
        rows=_rows(session, asset.id, ask, soft),
        row_count=measurements.latest(session, [asset.id], Metric.ROW_COUNT).get(asset.id),
        bytes=measurements.latest(session, [asset.id], Metric.BYTES).get(asset.id),
        soundness=soundness(session, asset),
        verdict=session.get(VerdictRow, asset.id),
    )


def _rows(session: Session, asset_id: int, ask: Ask, soft: AbstractSet[int]) -> Chart:
    """Counts where a source has them, else what each day's writes wrote."""
    counted = measurements.series(session, asset_id, Metric.ROW_COUNT, ask.window)
    if len(counted) > 1:
        return rows_counted(counted, ask.window)
    written = measurements.series(session, asset_id, Metric.ROWS_WRITTEN, ask.window)
    return rows_written(written if len(written) > 1 else [], ask.window, soft)


def _between(session: Session, ids: Sequence[int]) -> list[tuple[int, int]]:
    """The edges whose both ends are among these assets."""
    up, down = EdgeRow.upstream_id, EdgeRow.downstream_id
    rows = session.execute(select(up, down).where(up.in_(ids), down.in_(ids)).distinct().order_by(up, down))
    return [(upstream, downstream) for upstream, downstream in rows]


def _drawn(session: Session, asset: AssetRow, near: Neighbours, lines: Mapping[int, AssetLine]) -> Picture:
    details = {id_: f"{line.kind} · {amount(line_amount(line))}" for id_, line in lines.items()}
    here = Node(asset.id, "", asset.name, asset.kind)
    return picture(here, near, _between(session, [asset.id, *drawn(near)]), details)


@blueprint.get("/assets/<key:key>")
def page(key: str) -> str:
    """The page."""
    ask = asked()
    hops = whole(request.args, "hops", 1, MOST_HOPS)
    told = query(state.session(), ask, key, hops)
    if told is None:
        abort(404, f"There is no asset {key[:200]}.")
    return rendered("asset.html", ask=ask, told=told, hops=hops, most_hops=MOST_HOPS)
