"""The attribution against a simulator that keeps the true cost of every second and shares no code with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import pytest

from assay.config import Settings, add_connection, write_new
from assay.cycle import run_cycle
from assay.demo.company import Demo, build
from assay.facts.files import FactFiles
from assay.store.engine import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NANO = 1
"""Whole nano-credits are dealt out, so a figure may be off by one for each hour and part it is told in."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The ledger and the truth of a small company, side by side in SQL: charges, hours, queries."""
    folder: Path = tmp_path_factory.mktemp("truth")
    demo = build(folder / "company", days=8, queries=12_000)
    _run(folder, demo)
    with duckdb.connect() as connection:
        charges = f"{folder}/.assay/facts/acme/charges/**/*.parquet"
        connection.execute(f"CREATE VIEW charges AS SELECT * FROM read_parquet('{charges}')")
        for name in ("hours", "queries"):
            connection.execute(
                f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{demo.truth / name}.parquet')"
            )
        yield connection


def _run(folder: Path, demo: Demo) -> None:
    """One cycle over the company's export and artifacts."""
    write_new(folder)
    add_connection(folder, "acme", "snowflake", {"export": str(demo.export)})
    add_connection(folder, "shop", "dbt", {"target": str(demo.dbt)})
    settings = Settings.load(folder)
    with Store.create(settings.store.url) as store:
        summary = run_cycle(
            settings, store, FactFiles(settings.facts.root, store), datetime(2026, 11, 22, tzinfo=UTC)
        )
    assert [] == [problem for problem in summary.problems if not problem.expected]


KINDS = ("busy", "keeper_idle", "startup", "min_60s", "resize", "no_query")


@pytest.mark.parametrize("kind", KINDS)
def test_every_hour_is_split_as_it_truly_was(told: duckdb.DuckDBPyConnection, kind: str) -> None:
    """Per warehouse and hour, what was busy, idle, starting, topped up or unexplained is what it truly was."""
    off = told.sql(
        f"""
        WITH ours AS (
            SELECT resource AS warehouse, hour_ms, sum(nano_credits) AS nano, count(*) AS parts FROM charges
            WHERE service = 'compute' AND kind = '{kind}' GROUP BY ALL
        )
        SELECT warehouse, start_time, {kind}_nano, nano FROM hours
        LEFT JOIN ours USING (warehouse)
        WHERE hour_ms = epoch_ms(start_time) AND abs({kind}_nano - nano) > {NANO} * parts + 1
        UNION ALL
        SELECT warehouse, start_time, {kind}_nano, NULL FROM hours
        WHERE {kind}_nano > 10 AND (warehouse, epoch_ms(start_time)) NOT IN (SELECT (warehouse, hour_ms) FROM ours)
        """
    ).fetchall()

    assert [] == off


def test_every_hours_bill_is_met(told: duckdb.DuckDBPyConnection) -> None:
    """The meter's nano-credits of each warehouse and hour, exactly."""
    off = told.sql(
        """
        SELECT warehouse, start_time FROM hours
        LEFT JOIN charges ON resource = warehouse AND hour_ms = epoch_ms(start_time) AND service = 'compute'
        GROUP BY warehouse, start_time, total_nano HAVING coalesce(sum(nano_credits), 0) <> total_nano
        """
    ).fetchall()

    assert [] == off


@pytest.mark.parametrize(("kind", "column"), [("busy", "busy_nano"), ("keeper_idle", "idle_nano")])
def test_every_query_costs_what_it_truly_cost(
    told: duckdb.DuckDBPyConnection, kind: str, column: str
) -> None:
    """Query by query: what it ran for, and the idle time it left behind."""
    off = told.sql(
        f"""
        WITH ours AS (
            SELECT query_id, sum(nano_credits) AS nano, count(*) AS parts FROM charges
            WHERE service = 'compute' AND kind = '{kind}' GROUP BY query_id
        )
        SELECT query_id, {column}, nano FROM queries LEFT JOIN ours USING (query_id)
        WHERE abs({column} - coalesce(nano, 0)) > {NANO} * coalesce(parts, 1) + 1
        """
    ).fetchall()

    assert [] == off
