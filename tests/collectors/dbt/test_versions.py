"""Real artifacts of every age and adapter read, and say what dbt meant by them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from assay.model.assets import Alias, Asset, AssetKey, AssetKind, Edge
from assay.model.runs import Measurement, Metric, Run, RunStatus
from assay.store.aliases import aliases
from assay.store.records import save_records

if TYPE_CHECKING:
    from conftest import Kit

    from assay.store.engine import Store


def test_every_real_target_reads_whole(dbt: Kit) -> None:
    """No file of a real invocation is refused, and every one is done with."""
    read = dbt.read(dbt.real)

    assert read.degraded == []
    assert len(read.seen) == len(list(dbt.real.rglob("*.json")))


@pytest.mark.parametrize(
    "version",
    [
        "v2-snowflake",
        "v4-bigquery",
        "v4-spark",
        "v7-postgres",
        "v10-bigquery",
        "v12-snowflake",
    ],
)
def test_manifests_of_any_version_give_the_same_kind_of_facts(dbt: Kit, version: str) -> None:
    """The models, seeds and lineage of the shop are found in a manifest of any version."""
    read = dbt.read(dbt.real / version)
    kinds = {asset.kind for asset in read.of(Asset)}
    lineage = {(edge.upstream.name, edge.downstream.name) for edge in read.of(Edge)}

    assert {AssetKind.TABLE, AssetKind.VIEW} <= kinds
    assert {("stg_orders", "orders"), ("orders", "customers")} & lineage
    assert {asset.key.platform for asset in read.of(Asset)} == {version.partition("-")[2]}


@pytest.mark.parametrize("folder", ["v2-snowflake", "v4-bigquery", "v7-postgres", "v10-bigquery"])
def test_a_relationships_test_tests_the_table_it_is_written_under(dbt: Kit, folder: str) -> None:
    """Manifests before 1.5 list the other table first; the test's cost is still its own table's."""
    found = {
        alias.asset.name
        for alias in dbt.read(dbt.real / folder).of(Alias)
        if ".relationships_orders_customer_id" in alias.name
    }

    assert found == {"orders"}


def test_snowflake_says_one_row_of_a_table_it_made_and_that_is_no_row_count(dbt: Kit) -> None:
    """The real run of Snowflake answers `rows_affected: 1` for every table and view; none becomes a count."""
    runs = dbt.read(dbt.real / "v2-snowflake").of(Run)

    assert len(runs) == 5
    assert {run.rows for run in runs} == {None}


def test_unquoted_names_meet_the_ones_snowflake_reports(dbt: Kit) -> None:
    """`demo_db.public.ORDERS` and the warehouse's DEMO_DB.PUBLIC.ORDERS are one asset."""
    keys = {asset.key for asset in dbt.read(dbt.real / "v2-snowflake").of(Asset)}

    assert AssetKey.of_relation("snowflake", "acme", "DEMO_DB.PUBLIC.ORDERS") in keys


def test_a_failing_model_its_skipped_readers_and_the_retry_are_runs_of_their_own(dbt: Kit) -> None:
    """The retry of a failed build replaces nothing: the failure stays, beside the success."""
    runs = dbt.read(dbt.real / "shop").of(Run)
    retried = json.loads((dbt.real / "shop/04-retry/run_results.json").read_text(encoding="utf-8"))
    failed = [run for run in runs if run.status is RunStatus.ERROR and run.kind == "build"]
    again = [run for run in runs if run.asset == failed[0].asset and run.kind == "build"]

    assert len(failed) == 1
    assert retried["metadata"]["invocation_id"] in {run.invocation_id for run in again}
    assert [run.status for run in again].count(RunStatus.ERROR) == 1
    assert RunStatus.SKIPPED in {run.status for run in runs}
    assert len({run.external_id for run in runs}) == len(runs)


def test_a_failing_test_is_an_error_of_the_table_it_tests(dbt: Kit) -> None:
    """The unique test that failed is told, as a test."""
    runs = dbt.read(dbt.real / "shop").of(Run)
    failed = [run for run in runs if run.status is RunStatus.ERROR and run.kind == "test"]

    assert len(failed) == 1
    assert failed[0].asset.name in failed[0].external_id


def test_documenting_makes_no_runs(dbt: Kit) -> None:
    """`dbt docs generate` writes 46 results with status success, although nothing ran."""
    read = dbt.read(dbt.real / "v12-duckdb")

    assert (read.of(Run), len(read.seen)) == ([], 3)


def test_a_catalog_gives_sizes_and_types(dbt: Kit) -> None:
    """BigQuery's catalog counts rows and bytes, and knows each column's type."""
    read = dbt.read(dbt.real / "v4-bigquery")
    told = {(m.asset.name, m.metric): m.value for m in read.of(Measurement)}

    assert told["raw_orders", Metric.ROW_COUNT] == 99
    assert told["raw_orders", Metric.BYTES] > 99
    assert "INT64" in {column.type for asset in read.of(Asset) for column in asset.columns}


def test_a_seed_declared_as_a_source_stays_a_seed(dbt: Kit) -> None:
    """Of two nodes in one relation the one dbt builds is given last, and so stands."""
    assets = dbt.read(dbt.real / "v12-duckdb").of(Asset)
    last = {asset.key: asset.kind for asset in assets if asset.kind is not AssetKind.OTHER}

    assert last[AssetKey("duckdb", "acme", ("jaffle_shop", "raw", "raw_orders"))] is AssetKind.SEED


def test_what_is_read_can_be_stored(dbt: Kit, sqlite_store: Store) -> None:
    """Every record of the real targets goes into a store, and dbt's names lead to the assets."""
    with sqlite_store.write() as session:
        save_records(session, dbt.read(dbt.real / "shop").records, 0)
        names = aliases(session, "dbt")

    assert names["model.jaffle_shop.orders"] == names["orders"] == "duckdb:acme:jsd.main.orders"
