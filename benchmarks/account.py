"""A large account made quickly: days of queries on ten warehouses, already in facts, with their meters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assay.facts.files import FactFiles
from assay.facts.streams import QUERY_ASSETS, QUERY_HISTORY, WAREHOUSE_METERING
from assay.model.time import DAY_MS, HOUR_MS
from assay.store.engine import Store

if TYPE_CHECKING:
    from pathlib import Path

    from assay.facts.streams import FactStream

FIRST_DAY_MS = 20_000 * DAY_MS
DAYS = 30
WAREHOUSES = 10
ASSETS = 2_000
CONNECTION = "acme"
LONGEST_MS = 3 * HOUR_MS


def url_of(folder: Path) -> str:
    """The store of a folder."""
    return f"sqlite:///{folder}/assay.db"


def make(folder: Path, queries: int) -> None:
    """Fill a folder with a store and the facts of `queries` queries over 30 days."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(7)
    with Store.create(url_of(folder)) as store:
        files = FactFiles(folder / "facts", store)
        _save(store, files, WAREHOUSE_METERING, _meter())
        for day in range(DAYS):
            history, claims = _day(FIRST_DAY_MS + day * DAY_MS, day, queries // DAYS, rng)
            _save(store, files, QUERY_HISTORY, history)
            _save(store, files, QUERY_ASSETS, claims)


def _save(store: Store, files: FactFiles, stream: FactStream, table: pa.Table) -> None:
    written = files.write(CONNECTION, stream, table)
    with store.write() as session:
        files.publish(session, written, now_ms=FIRST_DAY_MS)


def _filled(stream: FactStream, columns: dict[str, pa.Array]) -> pa.Table:
    """The stream's table; columns not given are null."""
    rows = len(next(iter(columns.values())))
    return pa.table(
        {f.name: columns.get(f.name, pa.nulls(rows, f.type)) for f in stream.schema}, stream.schema
    )


def _meter() -> pa.Table:
    hours = FIRST_DAY_MS + np.arange(DAYS * 24) * HOUR_MS
    start = np.tile(hours, WAREHOUSES)
    columns = {
        "warehouse": pa.array(np.repeat([f"WH{i}" for i in range(WAREHOUSES)], len(hours))),
        "start_ms": pa.array(start),
        "end_ms": pa.array(start + HOUR_MS),
        "compute_nano": pa.array(np.full(len(start), 3_999_999_999)),
        "cloud_services_nano": pa.array(np.full(len(start), 200_000_001)),
    }
    return _filled(WAREHOUSE_METERING, columns)


def _named(prefix: str, numbers: np.ndarray, width: int) -> pa.Array:
    """Texts of a prefix and a number of fixed width."""
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def _day(day_ms: int, day: int, count: int, rng: np.random.Generator) -> tuple[pa.Table, pa.Table]:
    """A day's queries (log-normal durations around five seconds) and the asset each worked for."""
    start = np.sort(rng.integers(day_ms, day_ms + DAY_MS, count))
    took = np.minimum(rng.lognormal(8.5, 1.5, count).astype(np.int64) + 50, LONGEST_MS)
    ids = _named("01b0-0000-0000-", rng.permutation(count) + day * count, 16)
    history = {
        "query_id": ids,
        "start_ms": pa.array(start),
        "end_ms": pa.array(start + took + 100),
        "compilation_ms": pa.array(np.full(count, 100)),
        "execution_ms": pa.array(took),
        "cluster_number": pa.array(np.ones(count, np.int64)),
        "cloud_services_nano": pa.array(rng.integers(1, 90_000, count)),
        "warehouse": _named("WH", rng.integers(0, WAREHOUSES, count), 1),
        "warehouse_size": pa.array(np.full(count, "X-Small")),
        "user": _named("user", rng.integers(0, 200, count), 3),
        "status": pa.array(np.full(count, "SUCCESS")),
    }
    claims = {
        "query_id": ids,
        "start_ms": pa.array(start),
        "weight": pa.array(np.ones(count, np.int64)),
        "asset_key": _named("snowflake:acme:shop.marts.table_", rng.integers(0, ASSETS, count), 5),
        "rung": pa.array(np.full(count, "tag")),
    }
    return _filled(QUERY_HISTORY, history), _filled(QUERY_ASSETS, claims)
