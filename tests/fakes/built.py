"""A folder whose assets were built day by day: statements, charges and runs, as a cycle leaves them.

`orders` is built by partitions of a day and costs a start and a price per row; `daily` reads it and is made whole;
`raw` is loaded by statements without a run. All on warehouse WH, which sleeps after a minute.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assay.config import Settings, add_connection, write_new
from assay.facts.engine import Engine
from assay.facts.files import FactFiles
from assay.facts.streams import CHARGES, QUERY_ASSETS, QUERY_HISTORY, WAREHOUSE_METERING
from assay.model.assets import Asset, AssetKey, AssetKind, Edge, EdgeSource
from assay.model.runs import Run, RunPartition, RunStatus
from assay.model.time import DAY_MS, HOUR_MS, day_of, from_ms, to_ms
from assay.store import records
from assay.store.engine import Store
from costs.backfill.history import refresh

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from assay.facts.streams import FactStream

CONNECTION = "acme"
FIRST_MS = to_ms(datetime(2026, 9, 1, tzinfo=UTC))
DAYS = 40
NOW = from_ms(FIRST_MS + DAYS * DAY_MS)
CREDIT = 1_000_000_000
START_NANO, NANO_PER_ROW = CREDIT // 100, 10_000

Rows = list[dict[str, Any]]


def key(name: str) -> AssetKey:
    """The key of a relation of the company."""
    return AssetKey("snowflake", "acme", ("shop", "marts", name))


@dataclass
class Site:
    """A folder with its store and facts."""

    path: Path
    store: Store
    settings: Settings

    @classmethod
    def opened(cls, path: Path) -> Self:
        """Make the folder."""
        write_new(path)
        add_connection(path, CONNECTION, "snowflake", {"export": str(path / "export")})
        (path / "export").mkdir()
        settings = Settings.load(path)
        return cls(path, Store.create(settings.store.url), settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    @property
    def files(self) -> FactFiles:
        """The folder's facts."""
        return FactFiles(self.settings.facts.root, self.store)

    def engine(self) -> Engine:
        """An engine that sees the facts."""
        return Engine.open([self.settings.facts.root])

    def add(self, stream: FactStream, rows: Rows) -> None:
        """Make facts known; columns not given are null."""
        whole = pa.Table.from_pylist(
            [{name: row.get(name) for name in stream.schema.names} for row in rows], stream.schema
        )
        written = self.files.write(CONNECTION, stream, whole)
        with self.store.write() as session:
            self.files.publish(session, written, now_ms=0)

    def statement(self, query_id: str, at_ms: int, asset: str, nano: int, **more: object) -> None:
        """One statement of 30 seconds that worked for an asset, and what it was charged with."""
        self.statements([statement(query_id, at_ms, asset, nano, **more)])

    def statements(self, told: list[tuple[dict[str, Any], dict[str, Any], Rows]]) -> None:
        """Statements as `statement` makes them."""
        self.add(QUERY_HISTORY, [query for query, _, _ in told])
        self.add(QUERY_ASSETS, [claim for _, claim, _ in told])
        self.add(CHARGES, [charge for _, _, charges in told for charge in charges])

    def save(self, *told: object) -> None:
        """Keep records as a collector gives them."""
        with self.store.write() as session:
            records.save_records(session, list(told), to_ms(NOW))  # type: ignore[arg-type] # records of any sort

    def refresh(self) -> int:
        """Bring the builds up to date."""
        return refresh(self.store, self.files, self.engine, CONNECTION, NOW)


def statement(
    query_id: str, at_ms: int, asset: str, nano: int, **more: Any  # noqa: ANN401 - any column
) -> tuple[dict[str, Any], dict[str, Any], Rows]:  # fmt: skip
    """A statement, whose it was, and its charges: nine parts of ten work, the rest idle time."""
    query = {
        "query_id": query_id, "start_ms": at_ms, "end_ms": at_ms + 30_000, "execution_ms": 30_000,
        "warehouse": "WH", "warehouse_size": "X-Small", "session_id": "s", "query_type": "MERGE",
        "status": "SUCCESS", "cluster_number": 1, "bytes_scanned": 1000, "rows_inserted": 10, "rows_updated": 0,
    } | more  # fmt: skip
    claim = {"query_id": query_id, "start_ms": at_ms, "asset_key": asset, "rung": "exact_id", "weight": 1}
    charge = {
        "hour_ms": at_ms - at_ms % HOUR_MS, "account": "acme", "resource": "WH", "service": "compute",
        "query_id": query_id, "asset_key": asset, "rung": "exact_id", "reason": "first", "known_at_ms": 0, "bytes": 0,
    }  # fmt: skip
    busy = nano * 9 // 10
    charges = [
        charge | {"kind": kind, "nano_credits": part}
        for kind, part in (("busy", busy), ("keeper_idle", nano - busy))
    ]
    return query, claim, charges


def run(name: str, at_ms: int, query_id: str, **more: object) -> Run:
    """A run of 40 seconds that sent a query."""
    given: dict[str, Any] = {
        "system": "dbt", "external_id": f"{name}/{query_id}", "asset": key(name), "status": RunStatus.SUCCESS,
        "started_at": from_ms(at_ms - 5000), "ended_at": from_ms(at_ms + 35_000), "query_ids": (query_id,),
    } | more  # fmt: skip
    return Run(**given)


def filled(path: Path, *, days: int = DAYS) -> Site:
    """A folder with so many days of builds."""
    site = Site.opened(path)
    rng = random.Random(11)  # noqa: S311 - a seeded test world
    told, runs = [], []
    for day in range(days):
        at_ms = FIRST_MS + day * DAY_MS + 2 * HOUR_MS
        rows = rng.randrange(5_000, 50_000)
        nano = round((START_NANO + NANO_PER_ROW * rows) * rng.uniform(0.95, 1.05))
        told.append(statement(f"o{day:03}", at_ms, str(key("orders")), nano, rows_inserted=rows))
        partition = RunPartition(str(day_of(at_ms)), rows)
        runs.append(run("orders", at_ms, f"o{day:03}", partitions=(partition,)))
        whole = {"query_type": "CREATE_TABLE_AS_SELECT", "rows_inserted": 100}
        nano = round(CREDIT / 20 * rng.uniform(0.9, 1.1))
        told.append(statement(f"d{day:03}", at_ms + HOUR_MS, str(key("daily")), nano, **whole))
        runs.append(run("daily", at_ms + HOUR_MS, f"d{day:03}"))
        told += [
            statement(f"r{day:03}{n}", at_ms + n * 60_000, str(key("raw")), CREDIT // 1000, query_type="COPY")
            for n in range(3)
        ]
    site.statements(told)
    site.add(
        WAREHOUSE_METERING,
        [
            {"warehouse": "WH", "warehouse_id": "1", "start_ms": at_ms, "end_ms": at_ms + HOUR_MS,
             "compute_nano": CREDIT // 10, "cloud_services_nano": 0}
            for at_ms in range(FIRST_MS, FIRST_MS + days * DAY_MS, DAY_MS // 2)
        ],
    )  # fmt: skip
    site.save(
        Asset(key("orders"), AssetKind.INCREMENTAL),
        Asset(key("daily"), AssetKind.TABLE),
        Asset(key("raw"), AssetKind.TABLE),
        Edge(key("raw"), key("orders"), EdgeSource.DBT, NOW),
        Edge(key("orders"), key("daily"), EdgeSource.DBT, NOW),
        *runs,
    )
    site.refresh()
    return site
