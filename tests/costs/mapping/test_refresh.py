"""The pass over stale days: what it keeps, and that neither order, repetition nor interruption changes it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from sqlalchemy import select

from assay.facts.engine import Engine
from assay.facts.files import FactFiles
from assay.facts.streams import ACCESS, QUERY_ASSETS, QUERY_HISTORY, QUERY_TEXT, SESSIONS
from assay.model.assets import Alias, Asset, AssetKey, AssetKind
from assay.model.runs import Run, RunStatus
from assay.model.time import DAY_MS, from_ms
from assay.store.assets import save_aliases, save_assets
from assay.store.engine import Store
from assay.store.runs import save_runs
from assay.store.tables import AssetRow, DayStateRow, EdgeRow, MeasurementRow, UsageRow
from costs.mapping.refresh import MappingSummary, refresh

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from assay.facts.streams import FactStream

FIRST = 20_000 * DAY_MS
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORDERS = AssetKey("snowflake", "acme", ("db", "s", "orders"))


@dataclass
class Bench:
    """A store and its facts, and the pass over them."""

    store: Store
    files: FactFiles
    root: Path

    def give(self, stream: FactStream, rows: Sequence[dict[str, Any]]) -> None:
        """Collect a batch of rows."""
        written = self.files.write("acme", stream, pa.Table.from_pylist(list(rows), schema=stream.schema))
        with self.store.write() as session:
            self.files.publish(session, written, now_ms=1)

    def refresh(self, on_day: Callable[[date], None] = lambda _: None) -> MappingSummary:
        """Run the pass."""
        return refresh(self.store, self.files, self._engine, "acme", "acme", (), NOW, on_day)

    def _engine(self) -> Engine:
        return Engine.open([str(self.root)], threads=1)

    def told(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything the pass keeps, in a form that names no id."""
        with self.store.read() as session:
            keys = {row.id: row.key for row in session.scalars(select(AssetRow))}
            usage = [
                (keys[u.asset_id], u.day_ms, u.reader_class, u.tool, u.reads, u.readers, u.last_read_ms)
                for u in session.scalars(select(UsageRow))
            ]
            edges = [
                (keys[e.upstream_id], keys[e.downstream_id], e.source, e.last_seen_ms)
                for e in session.scalars(select(EdgeRow))
            ]
            figures = [
                (keys[m.asset_id], m.metric, m.at_ms, m.value)
                for m in session.scalars(select(MeasurementRow))
            ]
            listed = self.files.files(session, "acme", QUERY_ASSETS)
        with self._engine() as engine:
            engine.facts("kept", QUERY_ASSETS, listed)
            mapped = [tuple(row.values()) for row in engine.sql("SELECT * FROM kept").to_pylist()]
        return {
            "usage": sorted(usage),
            "edges": sorted(edges),
            "figures": sorted(figures),
            "mapped": sorted(mapped),
        }


@pytest.fixture
def bench(sqlite_store: Store, fact_files: FactFiles, tmp_path: Path) -> Bench:
    """An empty house on SQLite."""
    return Bench(sqlite_store, fact_files, tmp_path / "facts")


def rows() -> dict[str, list[dict[str, Any]]]:
    """Three days of a loader that writes `orders` from `raw`, and people who read it."""
    queries, access, texts = [], [], []
    for day in range(3):
        for n in range(8):
            at = FIRST + day * DAY_MS + n * 3_600_000
            query_id, writes = f"{day}-{n}", n % 2 == 0
            queries.append(
                {
                    "query_id": query_id, "start_ms": at, "end_ms": at + 500, "execution_ms": 400,
                    "status": "SUCCESS", "warehouse": "WH", "database": "DB", "schema": "S",
                    "user": f"u{n}", "session_id": "s",
                    "query_type": "INSERT" if writes else "SELECT", "rows_inserted": 10 if writes else None,
                    "parameterized_hash": "h1" if writes else "h2", "user_type": "PERSON",
                }
            )  # fmt: skip
            if day:  # the first day has no access history: its texts tell
                access.append(
                    {"query_id": query_id, "start_ms": at, "access": "base_read", "object_domain": "Table"}
                    | {"object_name": "DB.S.RAW" if writes else "DB.S.ORDERS", "object_id": "1"}
                )
            if day and writes:
                access.append(
                    {"query_id": query_id, "start_ms": at, "access": "write", "object_domain": "Table"}
                    | {"object_name": "DB.S.ORDERS", "object_id": "2"}
                )
    texts = [
        {"parameterized_hash": "h1", "shape": "insert into orders select * from raw", "first_ms": FIRST},
        {"parameterized_hash": "h2", "shape": "select * from orders where id = ?", "first_ms": FIRST},
    ]
    return {"queries": queries, "access": access, "texts": texts}


def load(bench: Bench) -> None:
    """Collect everything at once."""
    all_rows = rows()
    bench.give(QUERY_TEXT, all_rows["texts"])
    bench.give(QUERY_HISTORY, all_rows["queries"])
    bench.give(ACCESS, all_rows["access"])


def test_a_pass_keeps_mapping_usage_edges_and_figures(bench: Bench) -> None:
    """With and without access history the same assets are read, written and measured."""
    load(bench)

    summary = bench.refresh()
    told = bench.told()

    assert summary == MappingSummary(3, 24, 12, {"access_write": 8, "parsed_sql": 4})
    assert told["edges"] == [
        ("snowflake:acme:db.s.raw", str(ORDERS), "access history", FIRST + 2 * DAY_MS + 6 * 3_600_000),
        ("snowflake:acme:db.s.raw", str(ORDERS), "parsed sql", FIRST + 6 * 3_600_000),
    ]
    assert [(u[0], u[2], u[4], u[5]) for u in told["usage"]] == [(str(ORDERS), "person", 4, 4)] * 3 + [
        ("snowflake:acme:db.s.raw", "person", 4, 4)
    ] * 3
    assert {(f[1], f[3]) for f in told["figures"] if f[1] != "refreshed"} == {
        ("runtime_ms", 400),
        ("rows_written", 10),
    }
    assert [f[3] for f in told["figures"] if f[1] == "refreshed"] == [
        FIRST + day * DAY_MS + 6 * 3_600_000 + 500 for day in range(3)
    ]


def test_an_unchanged_day_is_not_computed_again(bench: Bench) -> None:
    """A second pass finds nothing to do, also after the files were compacted."""
    load(bench)
    bench.refresh()
    bench.files.compact("acme", now_ms=2, at_least=2)

    assert bench.refresh() == MappingSummary()


def test_order_and_repetition_do_not_matter(bench: Bench, tmp_path: Path) -> None:
    """Hour by hour, shuffled and doubled, with a pass in between, the end is the same as all at once."""
    load(bench)
    bench.refresh()
    with Store.create(f"sqlite:///{tmp_path / 'other.db'}") as store:
        other = Bench(store, FactFiles(tmp_path / "other", store), tmp_path / "other")
        all_rows = rows()
        batches = [(QUERY_HISTORY, [row]) for row in all_rows["queries"] * 2]
        batches += [(ACCESS, all_rows["access"][i::4]) for i in range(4)] * 2
        random.Random(7).shuffle(batches)  # noqa: S311 - an order, no secret
        other.give(QUERY_TEXT, all_rows["texts"])
        for place, (stream, batch) in enumerate(batches):
            other.give(stream, batch)
            if place % 25 == 0:
                other.refresh()
        other.refresh()
        told = other.told()

    assert told["mapped"] == bench.told()["mapped"]
    assert told["usage"] == bench.told()["usage"]
    assert told["figures"] == bench.told()["figures"]
    assert {e for e in told["edges"] if e[2] == "access history"} <= set(bench.told()["edges"])


def test_a_pass_that_is_stopped_goes_on(bench: Bench) -> None:
    """Whatever day a pass dies at, the next one does the rest and nothing twice."""
    load(bench)

    def die(day: date) -> None:
        if str(day) == "2024-10-05":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.refresh(on_day=die)
    with bench.store.read() as session:
        done = len(session.scalars(select(DayStateRow)).all())

    assert done == 1
    assert bench.refresh().days == 2
    assert len(bench.told()["mapped"]) == 12


def test_a_new_alias_maps_old_days_again(bench: Bench) -> None:
    """When a manifest arrives after the queries, their comments are understood from then on."""
    queries = [row | {"node_id": "model.shop.orders"} for row in rows()["queries"]]
    bench.give(QUERY_HISTORY, queries)
    assert bench.refresh().mapped == 0
    with bench.store.write() as session:
        save_aliases(session, [Alias("dbt", "model.shop.orders", ORDERS)], 1)

    assert bench.refresh().by_rung == {"tag": 24}


def test_a_run_that_comes_later_maps_its_day_alone(bench: Bench) -> None:
    """A run's query ids make the days around it stale, not others; its runtime is the run's own."""
    load(bench)
    bench.refresh()
    start = FIRST + 2 * DAY_MS
    run = Run(
        "dbt", "r1", ORDERS, RunStatus.SUCCESS, from_ms(start), from_ms(start + 500), query_ids=("2-0",)
    )
    with bench.store.write() as session:
        save_runs(session, [run], 1)

    summary = bench.refresh()
    runtimes = [f for f in bench.told()["figures"] if f[1] == "runtime_ms" and f[2] >= start]

    assert summary.days == 2
    assert summary.by_rung["exact_id"] == 1
    assert runtimes == []


def test_a_guess_is_made_again_when_a_table_becomes_known(bench: Bench) -> None:
    """What an unreadable statement may read hangs on the tables known: a new one makes its day stale."""
    bench.give(QUERY_TEXT, [{"parameterized_hash": "h", "shape": "call audit(orders)", "first_ms": FIRST}])
    bench.give(QUERY_HISTORY, [rows()["queries"][0] | {"parameterized_hash": "h", "query_type": "CALL"}])
    bench.refresh()
    assert bench.told()["usage"] == []
    with bench.store.write() as session:
        save_assets(session, [Asset(ORDERS, AssetKind.TABLE)], 1)

    assert bench.refresh().days == 1
    assert [(u[0], u[2], u[3]) for u in bench.told()["usage"]] == [(str(ORDERS), "unknown", "unreadable sql")]
    assert bench.refresh().days == 0


def test_a_session_that_comes_late_names_its_readers(bench: Bench) -> None:
    """The program of a session reclassifies the reads of the days it may have lasted."""
    bench.give(QUERY_HISTORY, rows()["queries"])
    bench.give(ACCESS, rows()["access"])
    bench.refresh()
    bench.give(SESSIONS, [{"session_id": "s", "created_ms": FIRST + DAY_MS, "application": "TableauServer"}])

    assert bench.refresh().days == 2
    assert {(u[2], u[3]) for u in bench.told()["usage"] if u[0] == str(ORDERS)} == {("bi_tool", "tableau")}


def test_the_pass_works_on_every_database(store: Store, tmp_path: Path) -> None:
    """SQLite and PostgreSQL keep the same."""
    bench = Bench(store, FactFiles(tmp_path / "facts", store), tmp_path / "facts")
    load(bench)

    assert bench.refresh().mapped == 12
    bench.give(QUERY_HISTORY, rows()["queries"][:1])
    assert bench.refresh().days == 1
    assert len(bench.told()["mapped"]) == 12
