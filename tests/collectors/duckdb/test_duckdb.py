"""A DuckDB file and a folder of Parquet files: what they hold, and what may be asked of them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from assay.errors import ConnectionFailedError, MalformedInputError, SourceError
from assay.model.assets import Asset, AssetKey, AssetKind
from assay.model.runs import Measurement, Metric
from collectors.base import Batch, Degraded, Progress, Queryable
from collectors.duckdb import DuckdbCollector
from collectors.one_select import NotReadOnlyError

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
WRITTEN = datetime(2026, 11, 20, 6, tzinfo=UTC)


def _collector(path: Path) -> DuckdbCollector:
    return DuckdbCollector("shop", DuckdbCollector.config_class.model_validate({"path": path}))


def _make(path: Path | str, *statements: str) -> None:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database of two tables and a view."""
    path = tmp_path / "shop.duckdb"
    _make(
        path,
        "CREATE TABLE orders AS SELECT range AS order_id, 'x' AS state FROM range(7)",
        "COMMENT ON COLUMN orders.state IS 'where it stands'",
        'CREATE SCHEMA marts; CREATE TABLE marts."Mixed" (a INT)',
        "CREATE VIEW open_orders AS SELECT * FROM orders",
    )
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A Parquet file, a partitioned table, and what is neither."""
    lake = tmp_path / "the lake's"
    (lake / "events" / "day=2026-11-01").mkdir(parents=True)
    (lake / "empty").mkdir()
    (lake / "notes.txt").write_text("no table")
    to = str(lake).replace("'", "''")
    _make(
        ":memory:",
        f"COPY (SELECT 1 AS a, 2.5 AS b) TO '{to}/orders.parquet'",
        f"COPY (SELECT range AS n FROM range(4)) TO '{to}/events/day=2026-11-01/part.parquet'",
    )
    for each in lake.rglob("*.parquet"):
        os.utime(each, (WRITTEN.timestamp(),) * 2)
    return lake


def _records(path: Path) -> list[Any]:
    (batch,) = _collector(path).collect(Progress(), NOW)
    assert isinstance(batch, Batch)
    return list(batch.records)


def test_a_file_gives_its_tables_and_views(file: Path) -> None:
    """Each with its columns and types; tables with their rows, at midnight so that a day has one figure."""
    records = _records(file)
    assets = {str(each.key): each for each in records if isinstance(each, Asset)}
    rows = {str(m.asset): (m.value, m.at.hour) for m in records if isinstance(m, Measurement)}

    orders = assets["duckdb:shop:shop.main.orders"]
    assert [("order_id", "BIGINT", ""), ("state", "VARCHAR", "where it stands")] == [
        (column.name, column.type, column.description) for column in orders.columns
    ]
    assert AssetKind.VIEW is assets["duckdb:shop:shop.main.open_orders"].kind
    assert {"duckdb:shop:shop.main.orders": (7, 0), 'duckdb:shop:shop.marts."Mixed"': (0, 0)} == rows


def test_a_folder_gives_its_parquet_tables(folder: Path) -> None:
    """A file, and a folder of partitions whose names are columns; each with rows, bytes and its last writing."""
    records = _records(folder)
    columns = {each.key.path: [c.name for c in each.columns] for each in records if isinstance(each, Asset)}
    told = {(m.asset.name, m.metric): m for m in records if isinstance(m, Measurement)}

    assert {("orders",): ["a", "b"], ("events",): ["n", "day"]} == columns
    assert 4 == told["events", Metric.ROW_COUNT].value
    assert WRITTEN == told["orders", Metric.REFRESHED].at
    assert told["orders", Metric.BYTES].value > 0


def test_collecting_twice_tells_the_same(file: Path) -> None:
    """Nothing is remembered, and nothing is written."""
    assert _records(file) == _records(file)


def test_a_broken_table_is_told_and_the_others_are_read(folder: Path) -> None:
    """By its name, with the next step; the doctor says so too."""
    (folder / "torn.parquet").write_bytes(b"PAR1 and no more")
    items = list(_collector(folder).collect(Progress(), NOW))

    (torn,) = [item for item in items if isinstance(item, Degraded)]
    assert isinstance(torn.error, MalformedInputError)
    assert "torn" in torn.error.message
    assert [True, False] == [finding.ok for finding in _collector(folder).examine()]
    with _collector(folder).warehouse() as warehouse:
        assert [(1,)] == warehouse.query('SELECT a FROM "orders"')


def test_a_file_answers_queries_by_its_assets_names(file: Path) -> None:
    """In any case of the letters, and no more rows than asked for."""
    collector = _collector(file)
    assert isinstance(collector, Queryable)
    with collector.warehouse() as warehouse:
        for key in (
            AssetKey("duckdb", "shop", ("shop", "main", "ORDERS")),
            AssetKey.parse("duckdb:shop:orders"),
        ):
            assert [(7,)] == warehouse.query(f"SELECT count(*) FROM {warehouse.relation(key)}")
        assert 2 == len(warehouse.query("SELECT * FROM orders", limit=2))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{other}')",
        "SELECT * FROM '{other}'",
        "SELECT * FROM read_text('{other}')",
        "SELECT * FROM nowhere",
    ],
)
def test_a_query_reaches_nothing_but_the_source(folder: Path, file: Path, tmp_path: Path, sql: str) -> None:
    """No other file, whichever way it is named; the error says what DuckDB says."""
    other = tmp_path / "secret.csv"
    other.write_text("a\n1\n")
    for path in (folder, file):
        with _collector(path).warehouse() as warehouse, pytest.raises(SourceError) as caught:
            warehouse.query(sql.format(other=other))
        assert "Error" in caught.value.message
        assert caught.value.hint


@pytest.mark.parametrize("sql", ["DROP TABLE orders", "SET lock_configuration = false", "LOAD httpfs"])
def test_nothing_but_a_select_is_sent(file: Path, sql: str) -> None:
    """The file is opened read-only besides."""
    with _collector(file).warehouse() as warehouse, pytest.raises(NotReadOnlyError):
        warehouse.query(sql)


def test_a_file_that_is_being_written_is_told(file: Path, tmp_path: Path) -> None:
    """Or is no database at all: one clear error with the next step."""
    wrong = tmp_path / "wrong.duckdb"
    wrong.write_text("this is no database, whatever its name is")
    with pytest.raises(ConnectionFailedError, match=r"wrong\.duckdb") as caught:
        list(_collector(wrong).collect(Progress(), NOW))
    assert "writing" in caught.value.hint
    with duckdb.connect(str(file)), pytest.raises(ConnectionFailedError):
        list(_collector(file).collect(Progress(), NOW))
