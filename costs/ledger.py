"""The ledger: charges are only ever added; what changes later changes by a dated row with its reason.

A day is computed anew from its facts whenever one of them changed, and the difference to what stands is written.
So reading a source at once, hour by hour, twice or in another order ends in the same sums.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from assay.facts.streams import (
    ACCESS,
    CHARGES,
    METERING,
    METERING_DAILY,
    QUERY_ASSETS,
    QUERY_ATTRIBUTION,
    QUERY_HISTORY,
    RATE_SHEET,
    TABLE_STORAGE,
    WAREHOUSE_EVENTS,
    WAREHOUSE_METERING,
)
from assay.model.time import DAY_MS, HOUR_MS, Window, day_of, floor_day_ms, to_ms
from assay.store import costs as cost_store
from assay.store import days as day_store
from assay.store.keys import asset_ids
from assay.store.tables import CellRow, CostRow, RestatementRow
from costs.attribution import COLUMNS, MARGIN_MS, Metered, attribute
from costs.cells import Cell, cells_of
from costs.inputs import Inputs, chunks, reason_of
from costs.rates.snowflake import RateSheet
from costs.rollups import cost_rows
from costs.sessions import sessions_of
from costs.storage import storage_charges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from assay.facts.engine import Engine
    from assay.facts.files import FactFile, FactFiles
    from assay.facts.streams import FactStream
    from assay.model.charges import RestatementReason
    from assay.store.engine import Store
    from costs.rates.book import ConfiguredPrices

DayRow = TypeVar("DayRow", CellRow, CostRow)

STEP = "ledger"
CHUNK_ROWS = 500_000
"""How many query rows one pass holds in memory."""

_TOLD = pa.schema(
    [(name, pa.int64()) for name in ("hour_ms", "nano_credits", "bytes")]
    + [
        (name, pa.string())
        for name in ("resource", "service", "kind", "query_id", "user", "tag", "asset_key", "rung")
    ]
)


@dataclass(frozen=True, slots=True)
class LedgerSummary:
    """What a pass did: days computed, their queries, days restated, and both sides of the bill in nano-credits."""

    days: int = 0
    queries: int = 0
    restated: int = 0
    metered_nano: int = 0
    attributed_nano: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """Where a pass reads and writes: one connection's facts and the store."""

    store: Store
    files: FactFiles
    engine_factory: Callable[[], Engine]
    connection: str
    account: str
    prices: ConfiguredPrices


@dataclass(frozen=True, slots=True)
class Changed:
    """A day to be told anew: the fingerprint of its inputs, and which of them changed."""

    fingerprint: str
    reason: RestatementReason


@dataclass(frozen=True, slots=True)
class Told:
    """A window's outcome: its cells, its charges, and what of them the ledger does not say yet."""

    cells: Sequence[Cell]
    queries: int
    changes: pa.Table
    balance: dict[tuple[str, int, str], int]
    rollup: list[dict[str, Any]]
    ledger_days: frozenset[int]


def refresh(
    source: Source, now: datetime, on_day: Callable[[date], None] = lambda _day: None
) -> LedgerSummary:
    """Bring every day whose inputs changed up to date; each stretch of days is one transaction, so stop anywhere."""
    with source.store.read() as session:
        inputs = Inputs.read(session, source.files, source.connection, str(source.prices))
        states = day_store.states(session, source.connection, STEP)
    fresh = {day_ms: inputs.fingerprint(day_ms) for day_ms in inputs.days()}
    stale = [day_ms for day_ms, text in fresh.items() if states.get(day_ms) != text]
    summary = LedgerSummary(len(stale))
    for window in chunks(stale, inputs, CHUNK_ROWS):
        changed = {
            day_ms: Changed(fresh[day_ms], reason_of(states.get(day_ms), fresh[day_ms]))
            for day_ms in _days(window)
        }
        summary = _commit(source, inputs, _tell(source, inputs, window), changed, to_ms(now), summary)
        for day_ms in changed:
            on_day(day_of(day_ms))
    return summary


def _days(window: Window) -> range:
    return range(window.start_ms, window.end_ms, DAY_MS)


def _tell(source: Source, inputs: Inputs, window: Window) -> Told:
    """Compute the window's charges and what the ledger lacks of them."""
    wide = Window(window.start_ms - MARGIN_MS, window.end_ms + MARGIN_MS)
    with source.engine_factory() as engine:
        for view, stream in _RELATIONS.items():
            engine.facts(view, stream, inputs.of(stream, wide), wide, columns=COLUMNS[view])
        metered = _metered(engine, source, inputs, window)
        charges = attribute(engine, window, metered)
        told = _with_storage(engine, source, inputs, window, charges)
        engine.table("told", told)
        standing = _standing(source, window)
        return Told(
            cells=metered.cells,
            queries=engine.step("statement_count", from_ms=window.start_ms, until_ms=window.end_ms)["n"][
                0
            ].as_py(),
            changes=_changes(engine, standing, window) if standing else told,
            balance={
                (row["resource"], row["hour_ms"], row["service"]): row["nano_credits"]
                for row in engine.step("balance").to_pylist()
            },
            rollup=engine.step("rollup").to_pylist(),
            ledger_days=frozenset(file.day_ms for file in standing),
        )


def _changes(engine: Engine, standing: Sequence[FactFile], window: Window) -> pa.Table:
    """How what is told differs from what stands; where nothing stands all of it is new, and none of it is empty."""
    engine.facts("ledger", CHARGES, standing, window)
    return engine.step("changes")


_RELATIONS: dict[str, FactStream] = {
    "queries": QUERY_HISTORY,
    "query_attribution": QUERY_ATTRIBUTION,
    "access": ACCESS,
    "query_assets": QUERY_ASSETS,
}


def _standing(source: Source, window: Window) -> list[FactFile]:
    """The ledger's own files of a window, as they stand now."""
    with source.store.read() as session:
        return source.files.files(session, source.connection, CHARGES, window)


def _rows(
    engine: Engine, view: str, stream: FactStream, inputs: Inputs, window: Window
) -> list[dict[str, Any]]:
    engine.facts(view, stream, inputs.of(stream, window), window)
    return engine.rows(view)


def _metered(engine: Engine, source: Source, inputs: Inputs, window: Window) -> Metered:
    cells = cells_of(
        source.account,
        _rows(engine, "warehouse_metering", WAREHOUSE_METERING, inputs, window),
        _rows(engine, "metering", METERING, inputs, window),
        _rows(engine, "metering_daily", METERING_DAILY, inputs, window),
        inputs.final_until_ms,
    )
    until_ms = window.end_ms + MARGIN_MS
    events = _rows(engine, "events", WAREHOUSE_EVENTS, inputs, Window(0, until_ms))
    sessions = sessions_of(events, min(until_ms, inputs.metered_until_ms))
    return Metered(cells, sessions.within(Window(window.start_ms - MARGIN_MS, until_ms)))


def _with_storage(
    engine: Engine, source: Source, inputs: Inputs, window: Window, charges: pa.Table
) -> pa.Table:
    stored = list(storage_charges(source.account, _rows(engine, "storage", TABLE_STORAGE, inputs, window)))
    hourly = charges.append_column("bytes", pa.repeat(pa.scalar(0, pa.int64()), charges.num_rows))
    return pa.concat_tables([hourly.select(_TOLD.names).cast(_TOLD), pa.Table.from_pylist(stored, _TOLD)])


def _commit(  # noqa: PLR0913, PLR0917 - one transaction's worth
    source: Source,
    inputs: Inputs,
    told: Told,
    changed: Mapping[int, Changed],
    now_ms: int,
    summary: LedgerSummary,
) -> LedgerSummary:
    """Write the window: ledger rows, cells, roll-ups, restatements and states stand together or not at all."""
    reasons = {day_ms: day.reason for day_ms, day in changed.items()}
    ledger_rows = _dated(told.changes, source.account, reasons, now_ms)
    written = source.files.write(source.connection, CHARGES, ledger_rows) if ledger_rows.num_rows else []
    book = RateSheet(_rate_rows(source, inputs), source.prices)
    cells = _by_day(_cell_rows(source, told, inputs.final_until_ms))
    provisional = {day_ms: any(cell.provisional for cell in cells[day_ms]) for day_ms in changed}
    costs = _by_day(cost_rows(source.connection, told.rollup, book, provisional))
    restated = [row for row in _restatements(source, ledger_rows, now_ms) if row.day_ms in told.ledger_days]
    with source.store.write() as session:
        source.files.publish(session, written, now_ms=now_ms)
        asset_ids(
            session, {row.value for of_day in costs.values() for row in of_day if _is_asset(row)}, now_ms
        )
        for day_ms, day in changed.items():
            cost_store.replace_day(session, source.connection, day_ms, cells[day_ms], costs[day_ms])
            day_store.set_state(session, source.connection, STEP, day_ms, day.fingerprint, now_ms)
        cost_store.restate(session, restated)
    told_cells = [cell for of_day in cells.values() for cell in of_day]
    return replace(
        summary,
        queries=summary.queries + told.queries,
        restated=summary.restated + len(restated),
        metered_nano=summary.metered_nano + sum(cell.metered_nano for cell in told_cells),
        attributed_nano=summary.attributed_nano + sum(cell.attributed_nano for cell in told_cells),
    )


def _is_asset(row: CostRow) -> bool:
    """Whatever has a cost has a page, also a pipe or a rule's asset that no source lists."""
    return row.dimension == "asset" and bool(row.value)


def _by_day(rows: Iterable[DayRow]) -> dict[int, list[DayRow]]:
    days: dict[int, list[DayRow]] = defaultdict(list)
    for row in rows:
        days[row.day_ms].append(row)
    return days


def _rate_rows(source: Source, inputs: Inputs) -> list[dict[str, Any]]:
    with source.engine_factory() as engine:
        engine.facts("rates", RATE_SHEET, inputs.of(RATE_SHEET))
        return engine.rows("rates")


def _cell_rows(source: Source, told: Told, final_until_ms: int) -> list[CellRow]:
    return [
        CellRow(
            connection=source.connection,
            account=source.account,
            resource=cell.resource,
            hour_ms=cell.hour_ms,
            service=cell.service,
            day_ms=floor_day_ms(cell.hour_ms),
            metered_nano=cell.nano,
            attributed_nano=told.balance.get((cell.resource, cell.hour_ms, cell.service), 0),
            provisional=cell.unsettled or cell.hour_ms + HOUR_MS > final_until_ms,
        )
        for cell in told.cells
    ]


def _day_column(table: pa.Table) -> pa.ChunkedArray:
    hours = table["hour_ms"]
    return pc.multiply(pc.divide(hours, DAY_MS), DAY_MS)


def _dated(
    changes: pa.Table, account: str, reasons: Mapping[int, RestatementReason], now_ms: int
) -> pa.Table:
    """The changes as ledger rows: when we knew, and why."""
    days = _day_column(changes)
    reason = pc.take(
        pa.array([str(reasons[day]) for day in reasons], pa.string()),
        pc.index_in(days, pa.array(list(reasons), pa.int64())),
    )
    added = {
        "known_at_ms": pa.repeat(pa.scalar(now_ms, pa.int64()), changes.num_rows),
        "account": pa.repeat(pa.scalar(account, pa.string()), changes.num_rows),
        "reason": reason,
    }
    columns = {name: changes[name] for name in changes.column_names} | added
    return pa.table(columns).select(CHARGES.schema.names).cast(CHARGES.schema)


def _restatements(source: Source, rows: pa.Table, now_ms: int) -> list[RestatementRow]:
    """Per day, how much was moved and by how much the day's sum changed."""
    grouped = (
        rows.append_column("day_ms", _day_column(rows))
        .append_column("moved", pc.abs(rows["nano_credits"]))
        .group_by(["day_ms", "reason"])
        .aggregate([("nano_credits", "sum"), ("moved", "sum"), ("moved", "count")])
        .to_pylist()
    )
    return [
        RestatementRow(
            connection=source.connection,
            day_ms=row["day_ms"],
            known_at_ms=now_ms,
            reason=row["reason"],
            rows=row["moved_count"],
            moved_nano=(row["moved_sum"] + abs(row["nano_credits_sum"])) // 2,
            delta_nano=row["nano_credits_sum"],
        )
        for row in grouped
    ]
