"""Bring the mapping, usage, edges and measurements of every changed day up to date, one transaction a day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assay.facts.streams import QUERY_ASSETS
from assay.model.assets import AssetKey, Edge, EdgeSource
from assay.model.time import DAY_MS, Window, day_of, from_ms, to_ms
from assay.store.assets import asset_ids, save_edges
from assay.store.days import set_state, states
from assay.store.measurements import save_measurements
from assay.store.tables import UsageRow
from assay.store.usage import replace_days
from costs import measurements, usage
from costs.mapping.day import edges, ladder, prepare, rules_met
from costs.mapping.inputs import STEP, Inputs, assets_with_runs, run_assets
from costs.mapping.meanings import Meanings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    import pyarrow as pa
    from sqlalchemy.orm import Session

    from assay.config import MappingRule
    from assay.facts.engine import Engine
    from assay.facts.files import FactFiles
    from assay.model.runs import Measurement
    from assay.store.engine import Store

_EDGE_SOURCES = {"access": EdgeSource.ACCESS_HISTORY, "parsed": EdgeSource.PARSED_SQL}


@dataclass(frozen=True, slots=True)
class MappingSummary:
    """What a pass did: days computed, their statements, those that met an asset, and on which rung.

    `unmet` are the rules that spoke for no statement; known only of a pass over every day, as one is when rules change.
    """

    days: int = 0
    queries: int = 0
    mapped: int = 0
    by_rung: dict[str, int] = field(default_factory=dict)
    unmet: tuple[MappingRule, ...] = ()


@dataclass(frozen=True, slots=True)
class _Day:
    """A computed day, not yet kept."""

    day_ms: int
    state: str
    queries: int
    assets: pa.Table
    usage: pa.Table
    edges: pa.Table
    measurements: list[Measurement]
    rules_met: frozenset[int]


def refresh(  # noqa: PLR0913, PLR0917 - the pass is given all it touches
    store: Store,
    files: FactFiles,
    engine_factory: Callable[[], Engine],
    connection: str,
    account: str,
    rules: Sequence[MappingRule],
    now: datetime,
    on_day: Callable[[date], None] = lambda _: None,
) -> MappingSummary:
    """Map every day of `connection` whose inputs changed since it was mapped last.

    A day is kept whole or not at all, so a pass may be stopped anywhere and goes on where it was; what
    comes out hangs on the inputs alone, not on their order. `on_day` is told each day before it is computed.
    """
    with store.read() as session:
        inputs = Inputs.read(session, files, connection, account, rules)
        known = states(session, connection, STEP)
    stale = [day for day in inputs.days() if not inputs.is_current(day, known.get(day))]
    if not stale:
        return MappingSummary()
    engine = engine_factory()
    try:
        inputs.load_shapes(engine)
        meanings = Meanings(account, inputs.known)
        summaries, met = [], set[int]()
        for day_ms in stale:
            on_day(day_of(day_ms))
            day = _compute(store, engine, inputs, meanings, connection, day_ms)
            _keep(store, files, connection, day, to_ms(now))
            summaries.append(_summary(day))
            met |= day.rules_met
    finally:
        engine.close()
    unmet = [rule for place, rule in enumerate(rules) if place not in met]
    return replace(_total(summaries), unmet=tuple(unmet) if len(stale) == len(inputs.days()) else ())


def _compute(  # noqa: PLR0913, PLR0917 - what the pass holds, handed on
    store: Store, engine: Engine, inputs: Inputs, meanings: Meanings, connection: str, day_ms: int
) -> _Day:
    inputs.load(engine, day_ms)
    guessed = prepare(engine, Window(day_ms, day_ms + DAY_MS), inputs.names, meanings)
    with store.read() as session:
        sent, with_runs = run_assets(session, day_ms), assets_with_runs(session, day_ms)
    return _Day(
        day_ms=day_ms,
        state=inputs.state(day_ms, guessed=guessed),
        queries=engine.step("mapping_count")["n"][0].as_py(),
        assets=ladder(engine, inputs.names, sent),
        usage=usage.daily(engine),
        edges=edges(engine),
        measurements=measurements.of_day(engine, with_runs, connection),
        rules_met=rules_met(engine),
    )


def _keep(store: Store, files: FactFiles, connection: str, day: _Day, now_ms: int) -> None:
    """Write the day's file, then let it and everything else of the day stand in one transaction."""
    written = files.write(connection, QUERY_ASSETS, day.assets) if day.assets.num_rows else []
    with store.write() as session:
        files.replace_day(session, connection, QUERY_ASSETS, day.day_ms, written, now_ms=now_ms)
        replace_days(session, connection, [day.day_ms], _usage_rows(session, connection, day, now_ms))
        save_edges(session, _edges(day.edges), now_ms)
        measurements.forget_day(session, connection, Window(day.day_ms, day.day_ms + DAY_MS))
        save_measurements(session, day.measurements, now_ms)
        set_state(session, connection, STEP, day.day_ms, day.state, now_ms)


def _usage_rows(session: Session, connection: str, day: _Day, now_ms: int) -> list[UsageRow]:
    rows = day.usage.to_pylist()
    ids = asset_ids(session, {row["asset_key"] for row in rows}, now_ms)
    return [
        UsageRow(connection=connection, asset_id=ids[row.pop("asset_key")], day_ms=day.day_ms, **row)
        for row in rows
    ]


def _edges(found: pa.Table) -> list[Edge]:
    return [
        Edge(
            AssetKey.parse(row["upstream"]),
            AssetKey.parse(row["downstream"]),
            _EDGE_SOURCES[row["how"]],
            from_ms(row["seen_ms"]),
        )
        for row in found.to_pylist()
    ]


def _summary(day: _Day) -> MappingSummary:
    rungs = dict(zip(day.assets["query_id"].to_pylist(), day.assets["rung"].to_pylist(), strict=True))
    return MappingSummary(1, day.queries, len(rungs), dict(Counter(rungs.values())))


def _total(summaries: Sequence[MappingSummary]) -> MappingSummary:
    by_rung: Counter[str] = Counter()
    for summary in summaries:
        by_rung.update(summary.by_rung)
    return MappingSummary(
        days=len(summaries),
        queries=sum(summary.queries for summary in summaries),
        mapped=sum(summary.mapped for summary in summaries),
        by_rung=dict(sorted(by_rung.items())),
    )
