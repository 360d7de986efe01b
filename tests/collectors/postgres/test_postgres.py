"""A PostgreSQL database: what it holds, and what may be asked of it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import Thread
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from assay.errors import ConnectionFailedError, MissingGrantError, SourceError
from assay.model.assets import Asset, AssetKey, AssetKind
from assay.model.runs import Measurement, Metric
from collectors.base import Batch, Degraded, Progress
from collectors.one_select import NotReadOnlyError
from collectors.postgres import PostgresCollector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collectors.postgres.session import PostgresWarehouse

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
SHOP = """
    CREATE TABLE orders AS SELECT g AS order_id, 'open'::varchar(9) AS state FROM generate_series(1, 7) g;
    COMMENT ON TABLE orders IS 'what was sold';
    COMMENT ON COLUMN orders.state IS 'where it stands';
    CREATE VIEW open_orders AS SELECT * FROM orders;
    CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM orders;
    CREATE SCHEMA marts;
    CREATE TABLE marts."Mixed Case" (a int);
    CREATE TABLE events (n int, day date) PARTITION BY RANGE (day);
    CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    INSERT INTO events SELECT g, '2026-11-01' FROM generate_series(1, 5) g;
    ANALYZE orders, events;
"""


@pytest.fixture
def options(postgres_url: str) -> dict[str, Any]:
    """The options that sign in at a database with a few tables."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for statement in SHOP.split(";"):
            connection.execute(statement.encode())
    told = conninfo_to_dict(postgres_url)
    return {"database": told["dbname"], "host": told["host"], "user": told["user"]}


@pytest.fixture
def warehouse(options: dict[str, Any]) -> Iterator[PostgresWarehouse]:
    """The database, open for queries of a second at most."""
    with _collector(**options, statement_timeout_s=1).warehouse() as opened:
        yield opened  # type: ignore[misc] # the very class, so that its connection can be looked at


def _collector(**options: object) -> PostgresCollector:
    return PostgresCollector("shop", PostgresCollector.config_class.model_validate(options))


def test_it_gives_tables_and_views_with_columns_and_figures(options: dict[str, Any]) -> None:
    """Partitions are parts of their table; figures stand at midnight, so that a day has one."""
    (batch,) = _collector(**options).collect(Progress(), NOW)
    assert isinstance(batch, Batch)
    assets = {each.key.path[1:]: each for each in batch.records if isinstance(each, Asset)}
    figures = {(m.asset.name, m.metric): m for m in batch.records if isinstance(m, Measurement)}

    kinds = {path: asset.kind for path, asset in assets.items()}
    assert {
        ("public", "orders"): AssetKind.TABLE,
        ("public", "open_orders"): AssetKind.VIEW,
        ("public", "counted"): AssetKind.MATERIALIZED_VIEW,
        ("public", "events"): AssetKind.TABLE,
        ("marts", "Mixed Case"): AssetKind.TABLE,
    } == kinds
    orders = assets["public", "orders"]
    assert ["order_id integer", "state character varying(9)"] == [
        f"{c.name} {c.type}" for c in orders.columns
    ]
    assert ("what was sold", "where it stands") == (orders.description, orders.columns[1].description)
    assert (7, 5) == (figures["orders", Metric.ROW_COUNT].value, figures["events", Metric.ROW_COUNT].value)
    assert figures["orders", Metric.BYTES].value > 0
    assert datetime(2026, 11, 21, tzinfo=UTC) == figures["orders", Metric.ROW_COUNT].at


def test_it_answers_queries_by_its_assets_names(warehouse: PostgresWarehouse) -> None:
    """With and without the database in the name, in mixed case, and no more rows than asked for."""
    database = warehouse.connection.info.dbname
    orders = AssetKey("postgres", "shop", (database, "public", "orders"))
    mixed = AssetKey("postgres", "shop", ("marts", "Mixed Case"))

    assert [(7,)] == warehouse.query(f"SELECT count(*) FROM {warehouse.relation(orders)};")
    assert [(0,)] == warehouse.query(f"SELECT count(*) FROM {warehouse.relation(mixed)}")
    assert 3 == len(warehouse.query("SELECT * FROM orders", limit=3))
    assert [("100 %s",)] == warehouse.query("SELECT '100 %s'")


def test_nothing_can_be_written_even_past_the_guard(warehouse: PostgresWarehouse) -> None:
    """The guard refuses it, and so does the transaction: a function that writes fails in the database."""
    with psycopg.connect(warehouse.connection.info.dsn, autocommit=True) as owner:
        owner.execute(
            "CREATE FUNCTION sneak() RETURNS int LANGUAGE sql AS 'DELETE FROM orders RETURNING 1 AS n'"
        )
    with pytest.raises(NotReadOnlyError):
        warehouse.query("DELETE FROM orders")
    with pytest.raises(SourceError, match="read-only transaction"):
        warehouse.query("SELECT sneak()")
    assert [(7,)] == warehouse.query("SELECT count(*) FROM orders")


def test_a_query_ends_at_its_time_limit(warehouse: PostgresWarehouse) -> None:
    """Told with the option that sets it; the session goes on."""
    with pytest.raises(SourceError, match="timeout") as caught:
        warehouse.query("SELECT pg_sleep(60)")
    assert "statement_timeout_s" in caught.value.hint
    assert [(1,)] == warehouse.query("SELECT 1")


def test_a_query_can_be_cancelled(options: dict[str, Any]) -> None:
    """From another thread, as a check's own time limit does."""
    raised: list[SourceError] = []

    def ask(opened: Any) -> None:  # noqa: ANN401 - a warehouse that can be cancelled
        try:
            opened.query("SELECT pg_sleep(60)")
        except SourceError as error:
            raised.append(error)

    with _collector(**options).warehouse() as opened:
        asking = Thread(target=ask, args=(opened,))
        asking.start()
        until = time.monotonic() + 10
        while asking.is_alive() and time.monotonic() < until:
            opened.cancel()  # type: ignore[attr-defined] # a warehouse may have it, and this one has
            asking.join(0.05)
    assert "cancel" in raised[0].message


def test_what_the_role_may_not_read_is_told_with_the_grant(
    options: dict[str, Any], postgres_url: str
) -> None:
    """A table that is not there reads the same; the doctor counts what may be read."""
    role = f"reader_{options['database']}"
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {role} LOGIN".encode())
        try:
            collector = _collector(**options | {"user": role})
            with collector.warehouse() as opened, pytest.raises(MissingGrantError, match=role) as caught:
                opened.query("SELECT * FROM orders")
            assert [(True, ""), (False, f"assay grants postgres --role {role}")] == [
                (finding.ok, finding.fix) for finding in collector.examine()
            ]
        finally:
            owner.execute(f"DROP ROLE {role}".encode())
    assert "assay grants postgres" in caught.value.hint


def test_the_grants_are_enough(options: dict[str, Any], postgres_url: str) -> None:
    """A role made by the script reads what there is, and what is made later."""
    role = f"granted_{options['database']}"
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(PostgresCollector.grants(role).encode())
        owner.execute("CREATE TABLE later (a int)")
        try:
            with _collector(**options | {"user": role}).warehouse() as opened:
                assert [(7, 0)] == opened.query(
                    "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM later)"
                )
        finally:
            owner.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


def test_a_dead_host_is_one_clear_error_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stream is degraded; queries raise."""
    monkeypatch.setenv("TEST_PASSWORD", "canary-secret")
    collector = _collector(database="shop", host="127.0.0.1", port=1, password="env:TEST_PASSWORD")  # noqa: S106 - a reference

    (item,) = collector.collect(Progress(), NOW)
    assert isinstance(item, Degraded)
    with pytest.raises(ConnectionFailedError, match="shop") as caught, collector.warehouse():
        pass
    assert "canary-secret" not in f"{item.error} {caught.value}"
    assert caught.value.hint
