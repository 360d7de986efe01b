"""A small world to attribute: queries, meters and events in plain rows, run through the real steps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assay.facts.engine import Engine
from assay.facts.streams import ACCESS, QUERY_ASSETS, QUERY_ATTRIBUTION, QUERY_HISTORY
from assay.model.time import DAY_MS, HOUR_MS, Window
from costs.attribution import Metered, attribute
from costs.cells import Cell, cells_of
from costs.sessions import sessions_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costs.attribution import SqlEngine

DAY = 20_000 * DAY_MS
CREDIT = 1_000_000_000

Rows = list[dict[str, Any]]


def query(query_id: str, start_s: float, end_s: float, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any column
    """A query of warehouse WH, by the seconds of the day."""
    times = {"start_ms": DAY + round(start_s * 1000), "end_ms": DAY + round(end_s * 1000)}
    return {"query_id": query_id, "warehouse": "WH", "warehouse_size": "X-Small", **times, **more}


def hour_of(hour: int, compute: int, cloud: int = 0, warehouse: str = "WH") -> dict[str, Any]:
    """A row of the warehouse meter, in nano-credits."""
    return {
        "warehouse": warehouse,
        "start_ms": DAY + hour * HOUR_MS,
        "compute_nano": compute,
        "cloud_services_nano": cloud,
    }


def event(name: str, at_s: float, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any column
    """An event of warehouse WH."""
    row = {
        "warehouse": "WH",
        "event_name": name,
        "event_state": "COMPLETED",
        "cluster_number": None,
        "size": None,
    }
    return {**row, "at_ms": DAY + round(at_s * 1000), **more}


@dataclass(frozen=True)
class World:
    """The inputs of an attribution."""

    queries: Rows = field(default_factory=list)
    meter: Rows = field(default_factory=list)
    metering: Rows = field(default_factory=list)
    daily: Rows = field(default_factory=list)
    events: Rows = field(default_factory=list)
    weights: Rows = field(default_factory=list)
    access: Rows = field(default_factory=list)
    claims: Rows = field(default_factory=list)
    days: int = 1

    def cells(self) -> list[Cell]:
        """The control totals."""
        return cells_of("acme", self.meter, self.metering, self.daily, DAY + self.days * DAY_MS)

    def charges(self, engine: SqlEngine | None = None) -> Rows:
        """Every charge, through `engine` or a DuckDB of its own."""
        if engine is None:
            with Engine.open() as own:
                return self.charges(own)
        tables = [
            ("queries", QUERY_HISTORY, self.queries),
            ("query_attribution", QUERY_ATTRIBUTION, self.weights),
            ("access", ACCESS, self.access),
            ("query_assets", QUERY_ASSETS, self.claims),
        ]
        for name, stream, rows in tables:
            engine.table(name, pa.Table.from_pylist(rows, stream.schema))
        window = Window(DAY, DAY + self.days * DAY_MS)
        sessions = sessions_of(self.events, window.end_ms)
        return attribute(engine, window, Metered(self.cells(), sessions)).to_pylist()

    def by(self, *columns: str) -> Mapping[Any, int]:
        """Nano-credits summed by the columns given."""
        return summed(self.charges(), *columns)


def summed(charges: Rows, *columns: str) -> Mapping[Any, int]:
    """Nano-credits summed by the columns given; by a single column its plain value is the key."""
    sums: dict[Any, int] = defaultdict(int)
    for row in charges:
        key = tuple(row[column] for column in columns)
        sums[key[0] if len(columns) == 1 else key] += row["nano_credits"]
    return dict(sums)
