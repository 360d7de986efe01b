"""Runs, figures and reads are kept once each and read back in one query."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import event, select

from assay.model.assets import Alias, Asset, AssetKey, Edge, EdgeSource
from assay.model.runs import Measurement, Metric, Run, RunStatus
from assay.model.time import DAY_MS, Window, from_ms
from assay.model.usage import ReaderClass
from assay.store import assets, measurements, runs, usage
from assay.store.records import save_records
from assay.store.tables import RunQueryRow, UsageRow

if TYPE_CHECKING:
    from assay.store.engine import Store
    from assay.store.records import Record

ORDERS = AssetKey("snowflake", "acme", ("shop", "marts", "orders"))
ITEMS = AssetKey("snowflake", "acme", ("shop", "marts", "items"))
RUN = Run(
    "dbt", "inv1.orders", ORDERS, RunStatus.SUCCESS, from_ms(1000), from_ms(4000), query_ids=("q1", "q2")
)


def _run(number: int, asset: AssetKey = ORDERS, **changes: object) -> Run:
    begin = number * 10_000
    changed = {"external_id": f"{asset.name}.{number}", "asset": asset, "query_ids": ()} | changes
    return replace(RUN, started_at=from_ms(begin), ended_at=from_ms(begin + number), **changed)  # type: ignore[arg-type] # names checked by replace


def test_a_run_is_kept_once_and_the_later_record_stands(store: Store) -> None:
    """Reading an artifact twice, or corrected, leaves one run; its queries are not doubled."""
    with store.write() as session:
        runs.save_runs(session, [RUN], 1)
        runs.save_runs(
            session, [replace(RUN, status=RunStatus.ERROR, message="no", query_ids=("q2", "q3"))], 2
        )
        ids = assets.asset_ids(session, [ORDERS])
        (row,) = runs.history(session, ids[str(ORDERS)])
        assert (row.status, row.message, row.duration_ms) == ("error", "no", 3000)
        sent = select(RunQueryRow.query_id).where(RunQueryRow.run_id == row.id)
        assert {"q1", "q2", "q3"} == set(session.scalars(sent))


def test_running_does_not_take_back_an_end(store: Store) -> None:
    """A record that comes late and still says 'running' changes nothing."""
    with store.write() as session:
        running = replace(RUN, status=RunStatus.RUNNING, ended_at=None)
        runs.save_runs(session, [running, RUN], 1)
        runs.save_runs(session, [running], 2)
        ids = assets.asset_ids(session, [ORDERS])
        assert [row.status for row in runs.history(session, ids[str(ORDERS)])] == ["success"]


def test_heartbeats_of_many_assets_are_one_query(store: Store) -> None:
    """The last 30 builds of each asset, oldest first; tests and other assets' runs do not push them out."""
    statements: list[str] = []
    with store.write() as session:
        many = [_run(i) for i in range(1, 41)] + [_run(i, ITEMS) for i in range(1, 4)]
        runs.save_runs(session, [*many, _run(99, kind="test")], 1)
        ids = assets.asset_ids(session, [ORDERS, ITEMS, AssetKey("snowflake", "acme", ("a", "b", "none"))])
        event.listen(session.connection(), "before_cursor_execute", lambda *args: statements.append(args[2]))
        beats = runs.recent(session, list(ids.values()))
        assert len(statements) == 1
        assert list(range(11, 41)) == [beat.duration_ms for beat in beats[ids[str(ORDERS)]]]
        assert [beat.duration_ms for beat in beats[ids[str(ITEMS)]]] == [1, 2, 3]
        assert [of_it for of_it in beats.values() if len(of_it) == 0] == [[]]
        assert [b.kind for b in runs.recent(session, [ids[str(ORDERS)]], n=1, kind="")[ids[str(ORDERS)]]] == [
            "test"
        ]


def test_history_pages_back(store: Store) -> None:
    """The newest runs come first, and the page before starts where the last one ended."""
    with store.write() as session:
        runs.save_runs(session, [_run(i) for i in range(1, 6)], 1)
        (orders,) = assets.asset_ids(session, [ORDERS]).values()
        first = runs.history(session, orders, limit=2)
        second = runs.history(session, orders, limit=2, before_ms=first[-1].started_ms)
        assert [row.duration_ms for row in first + second] == [5, 4, 3, 2]


def test_figures_are_kept_by_moment(store: Store) -> None:
    """A corrected figure replaces; the window is half-open; the newest is found for each asset."""

    def figure(at_ms: int, value: int) -> Measurement:
        return Measurement(ORDERS, Metric.ROW_COUNT, from_ms(at_ms), value, "tables")

    with store.write() as session:
        measurements.save_measurements(session, [figure(1, 10), figure(2, 20), figure(3, 30), figure(2, 21)])
        (orders,) = assets.asset_ids(session, [ORDERS]).values()
        assert measurements.series(session, orders, Metric.ROW_COUNT, Window(1, 3)) == [(1, 10), (2, 21)]
        assert {orders: (3, 30)} == measurements.latest(session, [orders, 999], Metric.ROW_COUNT)
        assert measurements.latest(session, [orders], Metric.BYTES) == {}


def _reads(asset_id: int, day: int, reader: ReaderClass, reads: int) -> UsageRow:
    day_ms = day * DAY_MS
    return UsageRow(
        asset_id=asset_id, day_ms=day_ms, connection="acme", reader_class=reader.value, reads=reads,
        readers=1, last_read_ms=day_ms + reads,
    )  # fmt: skip


def test_a_days_reads_are_replaced_for_one_connection_only(store: Store) -> None:
    """Counting a day again takes the place of the first count, and leaves what another connection saw."""
    with store.write() as session:
        (orders,) = assets.asset_ids(session, [ORDERS]).values()
        other = _reads(orders, 2, ReaderClass.PERSON, 9)
        other.connection = "other"
        usage.replace_days(session, "other", [2 * DAY_MS], [other])
        usage.replace_days(
            session, "acme", [DAY_MS, 2 * DAY_MS], [_reads(orders, d, ReaderClass.PERSON, 5) for d in (1, 2)]
        )
        usage.replace_days(session, "acme", [2 * DAY_MS], [_reads(orders, 2, ReaderClass.MONITOR, 7)])
        found = usage.by_asset(session, orders, Window(0, 3 * DAY_MS))
        assert [(row.reader_class, row.reads) for row in found] == [
            ("person", 5),
            ("monitor", 7),
            ("person", 9),
        ]
        assert [row.reads for row in usage.by_asset(session, orders, Window(0, 2 * DAY_MS))] == [5]


def test_only_consumers_count_as_last_readers(store: Store) -> None:
    """A monitor that looks every hour does not show that anyone needs the asset."""
    with store.write() as session:
        orders, items = assets.asset_ids(session, [ORDERS, ITEMS]).values()
        rows = [_reads(orders, 1, ReaderClass.BI_TOOL, 5), _reads(orders, 2, ReaderClass.MONITOR, 7)]
        usage.replace_days(session, "acme", [DAY_MS, 2 * DAY_MS], rows)
        assert {orders: DAY_MS + 5} == usage.last_read(session, [orders, items])
        assert {orders: 2 * DAY_MS + 7} == usage.last_read(session, [orders], [ReaderClass.MONITOR.value])


def test_records_of_every_sort_find_their_table(store: Store) -> None:
    """A mixed batch in any order is saved whole."""
    records: list[Record] = [
        Measurement(ORDERS, Metric.BYTES, from_ms(1), 5, "tables"),
        RUN,
        Edge(ITEMS, ORDERS, EdgeSource.DBT, from_ms(1)),
        Alias("dbt", "model.shop.orders", ORDERS),
        Asset(ORDERS, owner="ann"),
    ]
    with store.write() as session:
        save_records(session, records, 9)
        save_records(session, [], 9)
        (orders,) = assets.asset_ids(session, [ORDERS]).values()
        assert len(runs.history(session, orders)) == 1
        assert len(assets.neighbours(session, orders).upstream) == 1
        assert {"model.shop.orders": str(ORDERS)} == assets.aliases(session, "dbt")
        assert measurements.series(session, orders, Metric.BYTES, Window(0, 2)) == [(1, 5)]
        assert [line.owner for line in assets.search(session, "orders").lines] == ["ann"]
