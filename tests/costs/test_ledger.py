"""The ledger ends in the same sums however its facts arrive, and says what it restated."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from fakes.world import DAY, World, event, hour_of, query
from sqlalchemy import select

from assay.facts.engine import Engine
from assay.facts.streams import (
    CHARGES,
    METERING_DAILY,
    QUERY_ATTRIBUTION,
    QUERY_HISTORY,
    TABLE_STORAGE,
    WAREHOUSE_EVENTS,
    WAREHOUSE_METERING,
)
from assay.model.time import DAY_MS, HOUR_MS
from assay.store import collections
from assay.store.tables import CellRow, CostRow, RestatementRow
from costs import ledger
from costs.rates.book import ConfiguredPrices

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assay.facts.files import FactFiles
    from assay.facts.streams import FactStream
    from assay.store.engine import Store

CREDIT = 1_000_000_000
NOW = datetime(2026, 11, 20, tzinfo=UTC)
PRICES = ConfiguredPrices("USD", micro_per_credit=3_000_000)

Rows = list[dict[str, Any]]


def two_days(seed: int = 1) -> World:
    """Two days of queries, some over the hour, some over midnight."""
    rng = random.Random(seed)  # noqa: S311 - a seeded test world
    queries = []
    for i in range(300):
        begins = rng.uniform(0, 47 * 3600)
        queries.append(query(f"q{i:04}", begins, begins + rng.expovariate(1 / 400), user=rng.choice("uv")))
    return World(queries, [hour_of(h, rng.randrange(CREDIT), rng.randrange(CREDIT // 10)) for h in range(48)])


class Books:
    """A store with its ledger, fed piece by piece."""

    def __init__(self, store: Store, files: FactFiles, root: Path) -> None:
        self.store, self.files, self.root = store, files, root

    def engine(self) -> Engine:
        """An engine that sees these books' facts."""
        return Engine.open([str(self.root)])

    def tell(self, stream: FactStream, rows: Sequence[dict[str, Any]]) -> None:
        """Take in facts, as a collector's batch would be."""
        if rows:
            written = self.files.write("acme", stream, pa.Table.from_pylist(list(rows), stream.schema))
            with self.store.write() as session:
                self.files.publish(session, written, now_ms=0)

    def close(self, now: datetime = NOW, prices: ConfiguredPrices = PRICES) -> ledger.LedgerSummary:
        """Bring the ledger up to date."""
        return ledger.refresh(ledger.Source(self.store, self.files, self.engine, "acme", "acme", prices), now)

    def sums(self, *columns: str) -> dict[tuple[Any, ...], int]:
        """What stands, summed by the columns; nothing where it nets out."""
        with self.store.read() as session:
            files = self.files.files(session, "acme", CHARGES)
        with self.engine() as engine:
            engine.facts("charges", CHARGES, files)
            names = ", ".join(f'"{column}"' for column in columns)
            text = (
                f"SELECT {names}, SUM(nano_credits)::BIGINT AS n FROM charges GROUP BY {names} HAVING n <> 0"
            )
            return {tuple(row.values())[:-1]: row["n"] for row in engine.sql(text).to_pylist()}


@pytest.fixture
def books(sqlite_store: Store, fact_files: FactFiles, tmp_path: Path) -> Books:
    """Empty books."""
    return Books(sqlite_store, fact_files, tmp_path / "facts")


DIMENSIONS = ("resource", "hour_ms", "service", "kind", "query_id", "user")


@pytest.fixture
def at_once() -> dict[tuple[Any, ...], int]:
    """The charges of a world read in one go, computed without any ledger."""
    charges: dict[tuple[Any, ...], int] = {}
    for row in two_days_long().charges():
        key = tuple(row[name] for name in DIMENSIONS)
        charges[key] = charges.get(key, 0) + row["nano_credits"]
    return charges


def two_days_long() -> World:
    """Two days as one window."""
    world = two_days()
    return World(world.queries, world.meter, days=2)


def test_read_at_once_the_ledger_is_the_attribution(
    books: Books, at_once: dict[tuple[Any, ...], int]
) -> None:
    """What stands in the ledger is what the attribution gives, and every cell is in balance."""
    world = two_days()
    books.tell(QUERY_HISTORY, world.queries)
    books.tell(WAREHOUSE_METERING, world.meter)

    summary = books.close()

    assert at_once == books.sums(*DIMENSIONS)
    assert summary.metered_nano == summary.attributed_nano == sum(at_once.values())
    with books.store.read() as session:
        cells = session.scalars(select(CellRow)).all()
    assert [] == [cell for cell in cells if cell.metered_nano != cell.attributed_nano]


def test_hour_by_hour_ends_in_the_same_sums(books: Books, at_once: dict[tuple[Any, ...], int]) -> None:
    """Six-hourly pieces, each closed before the next comes: restated rows net to the truth."""
    world = two_days()
    for piece in range(8):
        begins, ends = (DAY + step * 6 * HOUR_MS for step in (piece, piece + 1))
        books.tell(QUERY_HISTORY, [row for row in world.queries if begins <= row["end_ms"] < ends])
        books.tell(WAREHOUSE_METERING, [row for row in world.meter if begins <= row["start_ms"] < ends])
        books.close()
    books.tell(QUERY_HISTORY, [row for row in world.queries if row["end_ms"] >= ends])
    books.close()

    assert at_once == books.sums(*DIMENSIONS)


def test_shuffled_and_doubled_changes_nothing(books: Books, at_once: dict[tuple[Any, ...], int]) -> None:
    """The same rows in another order, each twice in the first batch and once more in a second."""
    world = two_days()
    rng = random.Random(9)  # noqa: S311 - a seeded test world
    doubled = rng.sample(world.queries * 2, len(world.queries) * 2)
    books.tell(QUERY_HISTORY, doubled)
    books.tell(WAREHOUSE_METERING, rng.sample(world.meter * 2, len(world.meter) * 2))
    books.close()
    books.tell(QUERY_HISTORY, world.queries)
    books.close()

    assert at_once == books.sums(*DIMENSIONS)


def test_a_second_close_writes_nothing(books: Books) -> None:
    """Unchanged inputs need no pass."""
    world = two_days()
    books.tell(QUERY_HISTORY, world.queries)
    books.tell(WAREHOUSE_METERING, world.meter)
    books.close()

    assert 0 == books.close().days


@pytest.mark.parametrize("seed", range(6))
def test_how_many_days_a_pass_holds_is_irrelevant(
    books: Books, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Days computed one by one give what they give together, whatever reaches over their midnights."""
    rng = random.Random(seed)  # noqa: S311 - a seeded test world
    world = three_days_by_night(rng)
    books.tell(QUERY_HISTORY, world.queries)
    books.tell(WAREHOUSE_METERING, world.meter)
    books.tell(WAREHOUSE_EVENTS, world.events)
    books.tell(METERING_DAILY, world.daily)
    books.tell(QUERY_ATTRIBUTION, world.weights)
    together: dict[tuple[Any, ...], int] = {}
    for row in world.charges():
        key = tuple(row[name] for name in DIMENSIONS)
        together[key] = together.get(key, 0) + row["nano_credits"]
    monkeypatch.setattr(ledger, "CHUNK_ROWS", 1)

    assert 3 == books.close().days
    assert {key: nano for key, nano in together.items() if nano} == books.sums(*DIMENSIONS)


def three_days_by_night(rng: random.Random) -> World:
    """Few, long queries of all sizes around midnight; one warehouse tells its events, the other does not."""
    queries, events = [], []
    for i in range(60):
        begins = rng.randrange(3) * 86_400 + rng.uniform(-3, 3) * 3600
        wh, size = rng.choice([("WH", "Small"), ("BI", "X-Small"), ("BI", "Large")])
        more = {"warehouse": wh, "warehouse_size": size, "cluster_number": rng.choice([1, 1, 2])}
        queries.append(query(f"q{i:02}", begins, begins + rng.expovariate(1 / 1500), **more))
    for hour in range(0, 72, 4):
        events += [event("RESUME_CLUSTER", hour * 3600 - 900, cluster_number=1)]
        events += [event("SUSPEND_CLUSTER", hour * 3600 + rng.uniform(-890, 9000), cluster_number=1)]
    meter = [
        hour_of(hour, rng.randrange(8 * CREDIT), rng.randrange(CREDIT // 10), name)
        for name in ("WH", "BI")
        for hour in rng.sample(range(72), 50)
    ]
    daily = [
        {"service_type": "WAREHOUSE_METERING", "day_ms": DAY + day * DAY_MS, "adjustment_nano": 0}
        | {"used_nano": rng.randrange(400 * CREDIT), "compute_nano": None, "cloud_services_nano": None}
        for day in range(3)
    ]
    weights = [
        {"query_id": row["query_id"], "start_ms": row["start_ms"], "end_ms": row["end_ms"]}
        | {"compute_nano": rng.randrange(CREDIT)}
        for row in [*rng.sample(queries, 40), query("told until then", 71 * 3600, 72 * 3600)]
    ]
    horizon = hour_of(71, 1, warehouse="LAST")
    return World(queries, [*meter, horizon], events=events, daily=daily, weights=weights, days=3)


def test_a_dearer_rate_changes_money_alone(books: Books) -> None:
    """Twice the price: twice the money, the same credits, and nothing restated."""
    books.tell(WAREHOUSE_METERING, [hour_of(0, CREDIT, CREDIT // 2)])
    books.tell(QUERY_HISTORY, [query("a", 0, 60)])

    def told(micro: int) -> tuple[int, int]:
        books.close(prices=ConfiguredPrices("USD", micro_per_credit=micro))
        with books.store.read() as session:
            rows = session.scalars(select(CostRow).where(CostRow.dimension == "user")).all()
        return sum(row.nano_credits for row in rows), sum(row.micro_currency or 0 for row in rows)

    before, after = told(3_000_000), told(6_000_000)

    assert (before[0], 2 * before[1]) == after
    with books.store.read() as session:
        assert [] == session.scalars(select(RestatementRow)).all()


def test_quiet_hours_become_final(books: Books) -> None:
    """Nothing ran after the first hour: once the weights are read that far, no later query has to come first."""
    books.tell(WAREHOUSE_METERING, [hour_of(hour, CREDIT) for hour in range(24)])
    books.tell(QUERY_HISTORY, [query("a", 0, 3600)])
    weight = {"query_id": "a", "start_ms": DAY, "end_ms": DAY + HOUR_MS, "compute_nano": CREDIT}
    books.tell(QUERY_ATTRIBUTION, [weight])

    def provisional_hours() -> int:
        books.close()
        with books.store.read() as session:
            cells = session.scalars(select(CellRow).where(CellRow.service == "compute")).all()
        return sum(cell.provisional for cell in cells)

    assert 23 == provisional_hours()
    with books.store.write() as session:
        collections.advance(session, "acme", QUERY_ATTRIBUTION.name, DAY + DAY_MS, 0)
    assert 0 == provisional_hours()


def test_compacting_its_facts_leaves_a_day_as_it_is(books: Books) -> None:
    """Many small files made one hold the same rows: nothing is computed anew."""
    for hour in range(9):
        books.tell(WAREHOUSE_METERING, [hour_of(hour, 100 + hour)])
        books.tell(QUERY_HISTORY, [query(f"q{hour}", hour * 3600, hour * 3600 + 60)])
    books.close()

    assert 18 == books.files.compact("acme", now_ms=0)
    assert 0 == books.close().days


def test_a_late_query_is_restated_with_its_reason(books: Books) -> None:
    """The day's sum stays, its parts move, and the move is dated and explained."""
    books.tell(WAREHOUSE_METERING, [hour_of(0, 2000)])
    books.tell(QUERY_HISTORY, [query("a", 0, 60)])
    books.close()
    books.tell(QUERY_HISTORY, [query("b", 0, 60)])
    later = datetime(2026, 11, 21, tzinfo=UTC)
    books.close(later)

    with books.store.read() as session:
        row = session.scalars(select(RestatementRow)).one()
    assert ("late_query", 0, 1000, DAY) == (row.reason, row.delta_nano, row.moved_nano, row.day_ms)


def test_money_adds_up_in_every_dimension(books: Books) -> None:
    """Three dollars a credit: each dimension's micro-dollars sum to the same total."""
    world = two_days()
    books.tell(QUERY_HISTORY, world.queries)
    books.tell(WAREHOUSE_METERING, world.meter)
    books.close()

    with books.store.read() as session:
        rows = session.scalars(select(CostRow)).all()
    totals = {
        name: sum(r.micro_currency or 0 for r in rows if r.dimension == name)
        for name in ("asset", "user", "tag")
    }
    assert 1 == len(set(totals.values()))
    assert abs(totals["user"] - 3 * sum(r.nano_credits for r in rows if r.dimension == "user") / 1000) < 5


def test_without_a_price_credits_stay(books: Books) -> None:
    """No rate sheet and no price: money is unknown, credits are unchanged."""
    books.tell(WAREHOUSE_METERING, [hour_of(0, CREDIT)])
    books.close(prices=ConfiguredPrices("USD"))

    with books.store.read() as session:
        rows = session.scalars(select(CostRow).where(CostRow.dimension == "warehouse")).all()
    assert [("WH", CREDIT, None)] == [(row.value, row.nano_credits, row.micro_currency) for row in rows]


def test_storage_has_bytes_and_no_credits(books: Books) -> None:
    """A table's bytes are its charge; money follows from a rate per terabyte-month."""
    table = {"at_ms": DAY, "table_id": "1", "database": "D", "schema": "S", "name": "T"}
    books.tell(TABLE_STORAGE, [{**table, "active_bytes": 2**40, "time_travel_bytes": 0}])
    books.close(prices=ConfiguredPrices("USD", micro_per_terabyte_month=30_000_000))

    with books.store.read() as session:
        row = session.scalars(select(CostRow).where(CostRow.dimension == "asset")).one()
    assert ("snowflake:acme:d.s.t", 0, 2**40, 967_742) == (
        row.value,
        row.nano_credits,
        row.bytes,
        row.micro_currency,  # a thirty-first of a terabyte-month: it is October
    )


def test_a_metered_day_far_away_is_its_own_stretch(books: Books) -> None:
    """Days that are not neighbours are computed apart."""
    books.tell(WAREHOUSE_METERING, [hour_of(0, 5), {**hour_of(0, 7), "start_ms": DAY + 40 * DAY_MS}])

    assert (2, 12) == (books.close().days, sum(books.sums("kind").values()))
