"""What the facts tell: each canonical step on a world small enough to see through, on both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pyarrow as pa
import pytest

from assay.facts.engine import Engine
from assay.facts.postgres import PostgresEngine
from assay.facts.streams import CHARGES, QUERY_ASSETS, QUERY_HISTORY, WAREHOUSE_EVENTS
from assay.model.time import DAY_MS
from costs.waste import facts
from costs.waste.builds import Build
from costs.waste.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assay.facts.files import FactFiles
    from assay.facts.streams import FactStream
    from assay.store.engine import Store

A, B = "snowflake:acme:shop.marts.a", "snowflake:acme:shop.marts.b"
DAY = 100 * DAY_MS
MINUTE = 60_000


def query(name: str, at: int, minutes: int = 1, **more: object) -> dict[str, Any]:
    """A statement in WH that begins so many minutes into the day."""
    start_ms = DAY + at * MINUTE
    return {
        "query_id": name, "start_ms": start_ms, "end_ms": start_ms + minutes * MINUTE, "warehouse": "WH",
        "warehouse_size": "X-Small", "query_type": "SELECT", "status": "SUCCESS", "bytes_scanned": 1000, **more,
    }  # fmt: skip


QUERIES = [
    query("ctas", 0, query_type="CREATE_TABLE_AS_SELECT", invocation_id="i1", rows_inserted=500),
    query("temp", 2, query_type="CREATE_TABLE_AS_SELECT", invocation_id="i1", rows_inserted=9),
    query("merge", 3, query_type="MERGE", invocation_id="i1", rows_inserted=7, rows_updated=2),
    query("lone", 4, query_type="INSERT"),
    query("bad", 10, query_type="MERGE", invocation_id="i2", status="FAIL", error_code="100183"),
    query("read", 11, spilled_local_bytes=50, spilled_remote_bytes=0, queued_overload_ms=300),
    query("late", 24 * 60 - 1, 2, query_type="COPY", rows_inserted=3),
    query("none", 30, warehouse=None, warehouse_size=None),
    query("two", 40, query_type="INSERT", rows_inserted=1),
]
CLAIMS = [
    ("ctas", A), ("temp", B), ("merge", B), ("lone", B), ("bad", B), ("late", A), ("two", A), ("two", B),
]  # fmt: skip


def charge(
    name: str | None, asset: str | None, nano: int, kind: str = "busy", day: int = 0
) -> dict[str, Any]:
    """A line of the ledger."""
    return {
        "hour_ms": DAY + day * DAY_MS, "nano_credits": nano, "bytes": 0, "known_at_ms": 1, "resource": "WH",
        "service": "compute", "kind": kind, "query_id": name, "asset_key": asset, "account": "acme", "rung": "tag",
    }  # fmt: skip


LEDGER = [
    charge("ctas", A, 100), charge("ctas", A, -10), charge("ctas", A, 40, "keeper_idle"),
    charge("temp", B, 20), charge("merge", B, 30), charge("lone", B, 5), charge("bad", B, 60),
    charge("read", None, 70), charge(None, None, 11, "no_query"), charge("late", A, 8), charge("late", A, 9, day=1),
    charge("two", A, 1), charge("two", B, 2), charge("ctas", A, 999, "min_60s") | {"service": "cloud_services"},
]  # fmt: skip


def table(stream: FactStream, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as the stream's columns; what is not said is null."""
    return pa.Table.from_pylist(
        [{name: row.get(name) for name in stream.schema.names} for row in rows], stream.schema
    )


def claims() -> pa.Table:
    """Whose each statement is."""
    return table(
        QUERY_ASSETS, [{"query_id": q, "asset_key": k, "start_ms": DAY, "weight": 1} for q, k in CLAIMS]
    )


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine | PostgresEngine]:
    """Each engine, with the world in it."""
    if request.param == "duckdb":
        with Engine.open() as opened:
            yield _filled(opened)
    else:
        url = request.getfixturevalue("postgres_url")
        with psycopg.connect(url, autocommit=True) as connection:
            yield _filled(PostgresEngine(connection))


def _filled(engine: Engine | PostgresEngine) -> Engine | PostgresEngine:
    engine.table("queries", table(QUERY_HISTORY, QUERIES))
    engine.table("query_assets", claims())
    engine.table("ledger", table(CHARGES, LEDGER))
    engine.table("write_types", facts.write_types())
    engine.into("lines", "waste_lines")
    engine.into("statements", "waste_statements", from_ms=DAY, until_ms=DAY + DAY_MS)
    return engine


def told(engine: Engine | PostgresEngine, step: str, *names: str, **integers: int) -> list[tuple[Any, ...]]:
    """These columns of a step's rows, in order."""
    return sorted(
        (tuple(row[name] for name in names) for row in engine.step(step, **integers).to_pylist()), key=str
    )


def test_every_step_on_both_engines(engine: Engine | PostgresEngine) -> None:
    """Halves, builds, groups, loads, errors and busy stretches, each worked out by hand."""
    day = {"from_ms": DAY, "until_ms": DAY + DAY_MS}

    assert [("WH", 295, 51)] == told(engine, "waste_halves", "warehouse", "busy_nano", "idle_nano")
    assert [
        (A, "i1", 90, 500, 1, 0),
        (A, "late", 17, 3, 0, 0),
        (A, "two", 1, 1, 0, 0),
        (B, "i1", 50, 18, 0, 0),
        (B, "i2", 0, None, 0, 1),
        (B, "lone", 5, None, 0, 0),
        (B, "two", 2, 1, 0, 0),
    ] == told(engine, "waste_builds", "asset_key", "build", "nano", "rows", "is_whole", "is_failed")
    assert [
        ("", "other", 1, 70, 50, 0, 1, MINUTE, 70),
        (A, "build", 3, 108, 0, 0, 0, 0, 0),
        (B, "build", 4, 57, 0, 0, 0, 0, 0),
        (B, "failed", 1, 60, 0, 0, 0, 0, 0),
    ] == told(
        engine,
        "waste_groups",
        *("asset_key", "sort", "statements", "nano", "local_bytes", "remote_bytes", "spills"),
        *("spilled_ms", "spilled_nano"),
    )
    assert [("WH", "XSMALL", 8, 9 * MINUTE, 300, 8000, 50, 0)] == told(
        engine,
        "waste_loads",
        *("warehouse", "size", "statements", "ran_ms", "queued_ms", "scanned", "local_bytes", "remote_bytes"),
        **day,
    )
    assert [(B, "100183", 1)] == told(engine, "waste_codes", "asset_key", "error_code", "statements")
    assert [(0, 1), (2, 5), (10, 11), (11, 12), (40, 41), (1439, 1441)] == sorted(
        (round((begins - DAY) / MINUTE), round((ends - DAY) / MINUTE))
        for begins, ends in told(engine, "waste_spans", "begins_ms", "ends_ms")
    )


def test_a_statement_over_midnight_is_one(
    sqlite_store: Store, fact_files: FactFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Day by day or all at once the same is seen: its charges of both days are of one build, and it ran once."""
    events = [
        {"warehouse": "WH", "event_name": name, "event_state": "COMPLETED", "at_ms": DAY + minutes * MINUTE,
         "cluster_number": 1}
        for name, minutes in (("RESUME_CLUSTER", 0), ("SUSPEND_CLUSTER", 6))
    ]  # fmt: skip
    with sqlite_store.write() as session:
        for stream, rows in (
            (QUERY_HISTORY, table(QUERY_HISTORY, QUERIES)),
            (QUERY_ASSETS, claims()),
            (CHARGES, table(CHARGES, LEDGER)),
            (WAREHOUSE_EVENTS, table(WAREHOUSE_EVENTS, events)),
        ):
            fact_files.publish(session, fact_files.write("acme", stream, rows), now_ms=0)
    source = facts.Source(fact_files, lambda: Engine.open([str(tmp_path / "facts")]), "acme")
    period = Period(DAY, DAY + 2 * DAY_MS)
    with sqlite_store.read() as session:
        whole = facts.gather(session, source, period)
        monkeypatch.setattr(facts, "CHUNK_ROWS", 1)
        by_day = facts.gather(session, source, period)

    assert whole == by_day
    assert {"WH": (295, 51)} == whole.halves
    late = next(build for build in whole.built(A) if build.rows == 3)
    assert Build(DAY + 1439 * MINUTE, DAY + 1441 * MINUTE, "WH", 17, 3, is_whole=False) == late
    assert 8 == whole.loads["WH", "XSMALL"].statements
    assert (DAY + 1439 * MINUTE, DAY + 1441 * MINUTE) == whole.busy["WH"][-1]
    assert [(DAY, DAY + 6 * MINUTE)] == [(p.on_ms, p.off_ms) for p in whole.sessions.periods]
    assert [True, False] == [
        build.is_failed for build in whole.built(B, failed=True) if build.at_ms > DAY + 9 * MINUTE
    ]
