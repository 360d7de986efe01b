"""Who caused the bill: every metered nano-credit of a window of days, on exactly one row.

The steps are canonical SQL (`assay/facts/sql`), run by any engine that has `table`, `into` and `step`. Inputs are
relations of the fact streams' `COLUMNS`, already settled, that reach `MARGIN_MS` beyond the window on both sides:
queries, query_attribution, access, query_assets. The rest are plain rows.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from assay.model.time import HOUR_MS
from costs.sessions import SIZES, Sessions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assay.model.time import Window
    from costs.cells import Cell

KEEPER_LIMIT_MS = HOUR_MS
"""How long after its end a query is held to keep a warehouse on: longer idling is a setting's doing, not a query's."""

STARTUP_GRACE_MS = 60_000
"""A warehouse that came up this soon after a query arrived came up for it."""

MARGIN_MS = 2 * HOUR_MS
"""How far beyond a window queries are needed: the keeper of its first idle time, the first query of its last
start, and all the hours of a query over its midnights."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "queries": (
        *("query_id", "start_ms", "end_ms", "warehouse", "cluster_number", "warehouse_size", "user", "tag"),
        *("queued_provisioning_ms", "queued_repair_ms", "queued_overload_ms", "compilation_ms"),
        *("list_external_files_ms", "transaction_blocked_ms", "cloud_services_nano", "acceleration_bytes"),
    ),
    "query_attribution": ("query_id", "parent_query_id", "compute_nano", "acceleration_nano"),
    "access": ("query_id", "access", "object_name", "object_id", "parent_query_id"),
    "query_assets": ("query_id", "asset_key", "rung", "weight"),
}
"""What the steps need of each relation of facts, and the keys that settle it."""


class SqlEngine(Protocol):
    """What the attribution needs of an engine."""

    def table(self, name: str, rows: pa.Table) -> None:
        """Make `rows` readable in SQL as `name`."""

    def into(self, table: str, step: str, **integers: int) -> None:
        """Run a canonical step and keep its rows as `table`."""

    def step(self, step: str, **integers: int) -> pa.Table:
        """Run a canonical step and return its rows."""


@dataclass(frozen=True, slots=True)
class Metered:
    """What the meters say of a window: its cells, and when each cluster was on where events tell."""

    cells: Sequence[Cell]
    sessions: Sessions = field(default_factory=Sessions)


_CELLS = pa.schema(
    [(name, pa.int64()) for name in ("cell", "hour_ms", "nano", "used")]
    + [(name, pa.string()) for name in ("resource", "service", "kind", "asset_key")]
)
_SESSIONS = pa.schema(
    [("warehouse", pa.string())]
    + [
        (name, pa.int64())
        for name in ("cluster_number", "session_on_ms", "session_off_ms", "on_ms", "off_ms", "rate")
    ]
)
_TOP_UPS = pa.schema(
    [("kind", pa.string()), ("warehouse", pa.string())]
    + [
        (name, pa.int64())
        for name in ("cluster_number", "span_on_ms", "span_off_ms", "from_ms", "until_ms", "rate")
    ]
)


def attribute(engine: SqlEngine, window: Window, metered: Metered) -> pa.Table:
    """Split every cell of the window (whole UTC days) among those who caused it.

    Returns one row per charge: resource, hour_ms, service, kind, query_id, user, tag, asset_key, rung, nano_credits.
    The sum over a cell is the cell, exactly.
    """
    _load(engine, window, metered)
    _time(engine, window)
    _weigh(engine)
    return _split(engine)


def _load(engine: SqlEngine, window: Window, metered: Metered) -> None:
    rows = [{**asdict(cell), "kind": str(cell.kind), "cell": i} for i, cell in enumerate(metered.cells)]
    hours = range(window.start_ms - MARGIN_MS, window.end_ms + MARGIN_MS, HOUR_MS)
    engine.table("cells", pa.Table.from_pylist(rows, _CELLS))
    engine.table("hours", pa.table({"hour_ms": pa.array(hours, pa.int64())}))
    engine.table("sizes", pa.table({"size": pa.array(SIZES), "rate": pa.array(SIZES.values(), pa.int64())}))
    engine.table(
        "sessions", pa.Table.from_pylist([asdict(period) for period in metered.sessions.periods], _SESSIONS)
    )
    engine.table(
        "top_ups",
        pa.Table.from_pylist(
            [{**asdict(t), "kind": str(t.kind)} for t in metered.sessions.top_ups], _TOP_UPS
        ),
    )
    known = metered.sessions.known_from_ms
    engine.table(
        "known",
        pa.table(
            {"warehouse": pa.array(known, pa.string()), "from_ms": pa.array(known.values(), pa.int64())}
        ),
    )


def _time(engine: SqlEngine, window: Window) -> None:
    """Who ran when, and when nobody did."""
    _keep(engine, "statements", "units", "calls", "ran", "inside", "executions")
    for step in ("slices", "gaps"):
        engine.into(step, step, from_ms=window.start_ms - MARGIN_MS, until_ms=window.end_ms + MARGIN_MS)
    _keep(engine, "periods", "rated_slices")


def _weigh(engine: SqlEngine) -> None:
    """What everyone's part of each cell weighs."""
    _keep(engine, "attributed", "metered")
    engine.into("shares", "share_of_busy_time")
    engine.into("busy", "busy", margin_ms=MARGIN_MS)
    engine.into(
        "idle_known", "idle_known", keeper_limit_ms=KEEPER_LIMIT_MS, startup_grace_ms=STARTUP_GRACE_MS
    )
    engine.into("idle_inferred", "idle_inferred", keeper_limit_ms=KEEPER_LIMIT_MS)
    _keep(
        engine,
        "idle_parts",
        "top_up_parts",
        "compute_parts",
        "cloud_services_parts",
        "acceleration_parts",
        "parts",
    )


def _split(engine: SqlEngine) -> pa.Table:
    """Every cell in whole nano-credits, then the names it is told by."""
    _keep(engine, "split", "claims", "shared_claims")
    return engine.step("charges")


def _keep(engine: SqlEngine, *steps: str) -> None:
    for step in steps:
        engine.into(step, step)
