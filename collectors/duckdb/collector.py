"""The DuckDB collector: tables and views with their columns, rows and age."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from assay.errors import AssayError
from assay.model.assets import Asset, AssetKey, AssetKind, Column, fold_part
from assay.model.runs import Measurement, Metric
from assay.model.time import floor_day_ms, from_ms, to_ms
from collectors.base import Batch, Degraded, Finding, SourceStream
from collectors.duckdb.config import DuckdbConfig
from collectors.duckdb.opening import DuckdbWarehouse, opened, parquet_tables, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from assay.model.warehouses import Warehouse
    from collectors.base import Progress, Record

TABLES = "tables"
_LISTED = """
    SELECT database_name, schema_name, table_name, 'table' FROM duckdb_tables() WHERE NOT internal
    UNION ALL
    SELECT database_name, schema_name, view_name, 'view' FROM duckdb_views() WHERE NOT internal
    ORDER BY ALL
"""
_COLUMNS = """
    SELECT schema_name, table_name, column_name, data_type, coalesce(comment, '')
    FROM duckdb_columns() WHERE NOT internal ORDER BY column_index
"""
_MOST = 1_000_000
_SOURCE = "duckdb"


class DuckdbCollector:
    """Reads a DuckDB file or a folder of Parquet files, and answers queries of them."""

    kind: ClassVar[str] = "duckdb"
    title: ClassVar[str] = "DuckDB or Parquet"
    config_class: ClassVar[type[DuckdbConfig]] = DuckdbConfig
    streams: ClassVar[tuple[SourceStream, ...]] = (
        SourceStream(TABLES, "the file's own catalogue", lag=timedelta(0), look_back=timedelta(0)),
    )

    def __init__(self, name: str, config: DuckdbConfig) -> None:
        self.name = name
        self.config = config

    def collect(self, progress: Progress, now: datetime) -> Iterator[Batch | Degraded]:  # noqa: ARG002 - a snapshot: all is read again
        """Every table as it is now, its rows counted; a Parquet table that cannot be read is given as Degraded.

        ConnectionFailedError when the file or folder is not there or in use.
        """
        with opened(self.config.path) as warehouse:
            day = from_ms(floor_day_ms(to_ms(now)))
            records = list(
                self._of_folder(warehouse, day) if self._is_folder else self._of_file(warehouse, day)
            )
            if records:
                tables = sum(isinstance(record, Asset) for record in records)
                yield Batch(TABLES, records=records, rows_read=tables, watermark_ms=to_ms(now))
            for error in warehouse.broken.values():
                yield Degraded(TABLES, error)

    def examine(self) -> Iterator[Finding]:
        """Open the source and list its tables."""
        try:
            with opened(self.config.path) as warehouse:
                count = len(warehouse.query(_LISTED, _MOST))
                fix = "" if count else "Write a table there, or give another path."
                yield Finding(TABLES, ok=bool(count), detail=f"{count} in {self.config.path}", fix=fix)
                for name, error in warehouse.broken.items():
                    yield Finding(name, ok=False, detail=error.message, fix=error.hint)
        except AssayError as error:
            yield Finding("source", ok=False, detail=error.message, fix=error.hint)

    def warehouse(self) -> AbstractContextManager[Warehouse]:
        """The source, for queries that only read."""
        return opened(self.config.path)

    @classmethod
    def grants(cls, role: str) -> str:
        """Files need no grant but the right to read them."""
        return f"# {role} needs no more than to read the file or folder: chmod g+r\n"

    @property
    def _is_folder(self) -> bool:
        return self.config.path.is_dir()

    def _of_file(self, warehouse: DuckdbWarehouse, day: datetime) -> Iterator[Record]:
        """The tables and views of a DuckDB file; when one was altered is known of the file only."""
        columns = _columns(warehouse)
        altered = _modified([self.config.path])
        for database, schema, name, kind in warehouse.query(_LISTED, _MOST):
            key = self._key(database, schema, name)
            yield Asset(key, AssetKind(kind), columns=tuple(columns[schema, name]), altered_at=altered)
            if kind == "table":
                yield _rows(warehouse, key, (database, schema, name), day)

    def _of_folder(self, warehouse: DuckdbWarehouse, day: datetime) -> Iterator[Record]:
        """The Parquet tables of a folder: each was refreshed when its newest file was written."""
        columns = _columns(warehouse)
        for name, files in parquet_tables(self.config.path).items():
            if name in warehouse.broken:
                continue
            key, altered = self._key(name), _modified(files)
            yield Asset(key, AssetKind.TABLE, columns=tuple(columns["main", name]), altered_at=altered)
            yield _rows(warehouse, key, (name,), day)
            yield Measurement(key, Metric.BYTES, day, sum(file.stat().st_size for file in files), _SOURCE)
            yield Measurement(key, Metric.REFRESHED, altered, to_ms(altered), _SOURCE)

    def _key(self, *path: str) -> AssetKey:
        return AssetKey(self.kind, self.name, tuple(fold_part(part) for part in path))


def _columns(warehouse: DuckdbWarehouse) -> defaultdict[tuple[str, str], list[Column]]:
    """Columns by schema and table, in their order."""
    found: defaultdict[tuple[str, str], list[Column]] = defaultdict(list)
    row: tuple[Any, ...]
    for row in warehouse.query(_COLUMNS, _MOST):
        schema, table, name, type_, comment = map(str, row)
        found[schema, table].append(Column(name, type_, comment))
    return found


def _rows(warehouse: DuckdbWarehouse, key: AssetKey, path: tuple[str, ...], day: datetime) -> Measurement:
    ((count,),) = warehouse.query(f"SELECT count(*) FROM {quoted(path)}")  # noqa: S608 - quoted names
    return Measurement(key, Metric.ROW_COUNT, day, int(count), _SOURCE)


def _modified(files: list[Path]) -> datetime:
    return datetime.fromtimestamp(max(file.stat().st_mtime for file in files), UTC)
