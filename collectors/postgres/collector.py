"""The PostgreSQL collector: tables and views with their columns, sizes and estimated rows."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime, timedelta
from importlib import resources
from typing import TYPE_CHECKING, ClassVar

from assay.errors import AssayError, UsageError
from assay.model.assets import Asset, AssetKey, AssetKind, Column, fold_part
from assay.model.runs import Measurement, Metric
from assay.model.time import floor_day_ms, from_ms, to_ms
from collectors.base import Batch, Degraded, Finding, SourceStream
from collectors.postgres.config import PostgresConfig
from collectors.postgres.session import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from assay.model.warehouses import Warehouse
    from collectors.base import Progress, Record
    from collectors.postgres.session import PostgresWarehouse

TABLES = "tables"
_MOST = 1_000_000
_KINDS = {
    "r": AssetKind.TABLE,
    "p": AssetKind.TABLE,
    "v": AssetKind.VIEW,
    "m": AssetKind.MATERIALIZED_VIEW,
    "f": AssetKind.EXTERNAL_TABLE,
}
_FIGURES = {"rows": Metric.ROW_COUNT, "bytes": Metric.BYTES}


class PostgresCollector:
    """Reads a database's own catalogue, and answers queries of its tables."""

    kind: ClassVar[str] = "postgres"
    title: ClassVar[str] = "PostgreSQL"
    config_class: ClassVar[type[PostgresConfig]] = PostgresConfig
    streams: ClassVar[tuple[SourceStream, ...]] = (
        SourceStream(TABLES, "pg_catalog", lag=timedelta(0), look_back=timedelta(0)),
    )

    def __init__(self, name: str, config: PostgresConfig) -> None:
        self.name = name
        self.config = config

    def collect(self, progress: Progress, now: datetime) -> Iterator[Batch | Degraded]:  # noqa: ARG002 - a snapshot: all is read again
        """Every table as it is now; Degraded when the database does not answer."""
        try:
            with opened(self.config) as warehouse:
                day = from_ms(floor_day_ms(to_ms(now)))
                records = list(self._records(warehouse, day))
        except AssayError as error:
            yield Degraded(TABLES, error)
            return
        tables = sum(isinstance(record, Asset) for record in records)
        yield Batch(TABLES, records=records, rows_read=tables, watermark_ms=to_ms(now))

    def examine(self) -> Iterator[Finding]:
        """Sign in, and list the tables the role may read."""
        try:
            with opened(self.config) as warehouse:
                yield Finding("sign-in", ok=True, detail=f"{self.config.database} answers {warehouse.role}")
                count = len(warehouse.query(_text("tables"), _MOST))
                fix = "" if count else f"assay grants postgres --role {warehouse.role}"
                yield Finding(TABLES, ok=bool(count), detail=f"{count} may be read", fix=fix)
        except AssayError as error:
            yield Finding("sign-in", ok=False, detail=error.message, fix=error.hint)

    def warehouse(self) -> AbstractContextManager[Warehouse]:
        """The database, for queries that only read."""
        return opened(self.config)

    @classmethod
    def grants(cls, role: str) -> str:
        """The script that lets `role` read and no more. UsageError when it is no plain name."""
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", role):
            raise UsageError(
                f"not a role's name: {role!r}", hint="use letters, digits and _ only, e.g. assay"
            )
        script = (resources.files(__package__) / "GRANTS.sql").read_text(encoding="utf-8")
        return script.replace("{role}", role)

    def _records(self, warehouse: PostgresWarehouse, day: datetime) -> Iterator[Record]:
        columns: defaultdict[int, list[Column]] = defaultdict(list)
        for oid, name, type_, comment in warehouse.query(_text("columns"), _MOST):
            columns[oid].append(Column(name, type_, comment or ""))
        for oid, schema, name, kind, comment, rows, size in warehouse.query(_text("tables"), _MOST):
            path = (self.config.database, schema, name)
            key = AssetKey(self.kind, self.name, tuple(fold_part(part) for part in path))
            yield Asset(key, _KINDS[kind], description=comment or "", columns=tuple(columns[oid]))
            for figure, value in (("rows", rows), ("bytes", size)):
                if value is not None:
                    yield Measurement(key, _FIGURES[figure], day, int(value), "postgres catalogue")


def _text(query: str) -> str:
    """The text of a query of the catalogue: queries/<name>.sql."""
    return (resources.files(__package__) / "queries" / f"{query}.sql").read_text(encoding="utf-8")
