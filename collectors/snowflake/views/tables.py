"""TABLES: what exists. A snapshot a day; it also gives the assets, their names, and how big they are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from assay.facts.streams import TABLES
from assay.model.assets import Alias, Asset, AssetKey, AssetKind, fold_part
from assay.model.runs import Measurement, Metric
from assay.model.time import from_ms
from collectors.snowflake.reading import Parts, Reading
from collectors.snowflake.views.base import OBJECT_VIEWER, Kind, View, columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from collectors.base import Record

_KINDS = {
    "VIEW": AssetKind.VIEW,
    "MATERIALIZED VIEW": AssetKind.MATERIALIZED_VIEW,
    "EXTERNAL TABLE": AssetKind.EXTERNAL_TABLE,
    "DYNAMIC TABLE": AssetKind.DYNAMIC_TABLE,
}
_ASSET_COLUMNS = (
    "database", "schema", "name", "kind", "dynamic", "owner", "comment", "created_ms", "altered_ms", "row_count",
    "bytes",
)  # fmt: skip


def _parts(rows: pa.RecordBatch, view: View, reading: Reading) -> Parts:
    told = dict(zip(rows.schema.names, rows.columns, strict=True))
    told["at_ms"] = pa.repeat(pa.scalar(reading.snapshot_ms, pa.int64()), len(rows))
    facts = pa.table({name: told[name] for name in view.stream.schema.names})
    present = pc.and_(
        pc.is_null(told["deleted_ms"]), pc.not_equal(pc.utf8_upper(told["schema"]), "INFORMATION_SCHEMA")
    )
    _remember_first(rows, reading.created)
    standing = rows.select(list(_ASSET_COLUMNS)).filter(pc.fill_null(present, False))
    at = from_ms(reading.snapshot_ms)
    records = [
        record
        for row in standing.to_pylist()
        for record in _records(row, reading.account, reading.created.get(_path(row)), at)
    ]
    return Parts(((view.stream, facts),), records)


def _remember_first(rows: pa.RecordBatch, created: dict[tuple[str, ...], int]) -> None:
    """Learn when each relation was first made: a table replaced each night has a row for every one it was."""
    names = ["database", "schema", "name"]
    found = pa.table(rows.select([*names, "created_ms"])).group_by(names).aggregate([("created_ms", "min")])
    for row in found.to_pylist():
        if (first := row["created_ms_min"]) is not None:
            created[_path(row)] = min(first, created.get(_path(row), first))


def _path(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(fold_part(row[part]) for part in ("database", "schema", "name") if row[part])


def _records(row: dict[str, Any], account: str, created_ms: int | None, at: datetime) -> Iterator[Record]:
    """The asset of a row of TABLES, its name, and its size where the source tells one."""
    key = AssetKey("snowflake", account, _path(row))
    yield Asset(
        key,
        kind=AssetKind.DYNAMIC_TABLE
        if row["dynamic"]
        else _KINDS.get((row["kind"] or "").upper(), AssetKind.TABLE),
        owner=row["owner"] or "",
        description=row["comment"] or "",
        created_at=_moment(created_ms),
        altered_at=_moment(row["altered_ms"]),
    )
    yield Alias("relation", str(key).partition(f":{account}:")[2], key)
    for metric, value in ((Metric.ROW_COUNT, row["row_count"]), (Metric.BYTES, row["bytes"])):
        if value is not None:
            yield Measurement(key, metric, at, value, "snowflake")


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)


VIEW = View(
    name="TABLES",
    stream=TABLES,
    columns=(
        *columns(Kind.TEXT, "name=TABLE_NAME schema=TABLE_SCHEMA database=TABLE_CATALOG", required=True),
        *columns(Kind.TEXT, "table_id kind=TABLE_TYPE owner=TABLE_OWNER comment"),
        *columns(Kind.FLAG, "dynamic=IS_DYNAMIC"),
        *columns(Kind.INTEGER, "row_count bytes"),
        *columns(Kind.MOMENT, "created_ms=CREATED altered_ms=LAST_ALTERED deleted_ms=DELETED"),
    ),
    cursor="altered_ms",
    page_key="table_id",
    first_key=-1,
    snapshot=True,
    lag=timedelta(minutes=90),
    look_back=timedelta(0),
    grant=OBJECT_VIEWER,
    parts=_parts,
)
