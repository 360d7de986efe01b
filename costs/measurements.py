"""What the query history says of an asset: how long its builds took, the rows written, the last refresh.

Where a scheduler tells its runs, their own durations stand; the statements' are used for assets without runs.
Statements are put together by the hour, so that an asset fed by many small inserts stays small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from sqlalchemy import delete, select

from assay.model.assets import AssetKey
from assay.model.runs import Measurement, Metric
from assay.model.time import Window, from_ms
from assay.store.tables import AssetRow, MeasurementRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from sqlalchemy.orm import Session

    from assay.facts.engine import Engine

_WRITE_TYPES = (
    "INSERT", "MERGE", "UPDATE", "DELETE", "COPY", "MULTI_TABLE_INSERT", "INSERT_OVERWRITE", "TRUNCATE_TABLE",
    "CREATE_TABLE", "CREATE_TABLE_AS_SELECT", "CTAS",
)  # fmt: skip
METRICS = (Metric.RUNTIME_MS, Metric.ROWS_WRITTEN, Metric.REFRESHED)


def source_of(connection: str) -> str:
    """What a measurement taken from a connection's queries names as its source."""
    return f"query_history:{connection}"


def of_day(engine: Engine, with_runs: Iterable[str], connection: str) -> list[Measurement]:
    """The day's measurements; every moment lies inside the day.

    Needs the tables `statements`, `writes` and `family` of the mapping in `engine`. `with_runs` are the keys
    of assets whose scheduler tells their runs. REFRESHED is the end, in epoch ms, of the day's last write.
    """
    engine.table("write_types", pa.table({"query_type": pa.array(_WRITE_TYPES, pa.string())}))
    engine.table("with_runs", pa.table({"asset_key": pa.array(sorted(set(with_runs)), pa.string())}))
    hours = engine.step("measured_writes").to_pylist()
    source = source_of(connection)
    found = [m for hour in hours for m in _of_hour(hour, source)]
    return found + list(_refreshes(hours, source))


def _of_hour(hour: dict[str, Any], source: str) -> Iterator[Measurement]:
    asset, at = AssetKey.parse(hour["asset_key"]), from_ms(hour["at_ms"])
    if not hour["has_runs"]:
        yield Measurement(asset, Metric.RUNTIME_MS, at, hour["runtime_ms"], source)
    if hour["rows_written"] is not None and not hour["untold"]:
        yield Measurement(asset, Metric.ROWS_WRITTEN, at, hour["rows_written"], source)


def _refreshes(hours: Iterable[dict[str, Any]], source: str) -> Iterator[Measurement]:
    last: dict[str, dict[str, Any]] = {}
    for hour in hours:
        known = last.get(hour["asset_key"])
        if known is None or hour["last_end_ms"] > known["last_end_ms"]:
            last[hour["asset_key"]] = hour
    for key, hour in sorted(last.items()):
        at = from_ms(hour["last_start_ms"])
        yield Measurement(AssetKey.parse(key), Metric.REFRESHED, at, hour["last_end_ms"], source)


def forget_day(session: Session, connection: str, day: Window) -> None:
    """Remove the day's measurements of this source, before the day is told again."""
    session.execute(
        delete(MeasurementRow).where(
            MeasurementRow.asset_id.in_(select(AssetRow.id)),
            MeasurementRow.metric.in_(METRICS),
            MeasurementRow.at_ms >= day.start_ms,
            MeasurementRow.at_ms < day.end_ms,
            MeasurementRow.source == source_of(connection),
        )
    )
