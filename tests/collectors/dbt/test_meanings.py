"""What artifacts mean beyond what they say: a test of several tables, figures that are none, nodes of other files."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from assay.model.assets import Alias, Asset, AssetKind, Column, Edge
from assay.model.runs import Measurement, Metric, Run
from assay.model.time import to_ms
from collectors.dbt import DbtCollector
from collectors.dbt.config import DbtConfig

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Kit

ORDERS, LINES = "model.shop.orders", "model.shop.lines"
TEST = "test.shop.sums_agree"


def test_a_test_of_two_tables_is_a_run_of_each_and_a_name_of_neither(dbt: Kit, target: Path) -> None:
    """Which of them a test of the project's own making is about, nobody says; so it is not guessed."""
    test = dbt.node(TEST, depends_on={"nodes": [ORDERS, LINES]})
    nodes = {ORDERS: dbt.node(ORDERS), LINES: dbt.node(LINES), TEST: test}
    told = dbt.results(dbt.result(TEST, "fail", adapter_response={"query_id": "q"}))
    read = dbt.read(dbt.write(target, manifest=dbt.manifest(nodes), run_results=told))

    assert {(run.asset.name, run.query_ids) for run in read.of(Run)} == {
        ("orders", ("q",)),
        ("lines", ("q",)),
    }
    assert len({run.external_id for run in read.of(Run)}) == 2
    assert TEST not in {alias.name for alias in read.of(Alias)}


def test_a_node_told_twice_in_one_file_is_two_attempts(dbt: Kit, target: Path) -> None:
    """Both stay, whatever the one that counts is."""
    told = dbt.results(dbt.result(ORDERS, "error"), dbt.result(ORDERS))
    read = dbt.read(dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}), run_results=told))

    assert [run.external_id for run in read.of(Run)] == [f"r/{ORDERS}", f"r/{ORDERS}#2"]


@pytest.mark.parametrize(("steps", "runs"), [(["compile"], 0), ([], 0), (["compile", "execute"], 1)])
def test_where_no_command_is_told_a_run_is_what_executed(
    dbt: Kit, target: Path, steps: list[str], runs: int
) -> None:
    """The oldest results do not say which command wrote them; compiling takes no execute step."""
    at = {"started_at": "2026-01-01T00:00:00Z", "completed_at": "2026-01-01T00:00:01Z"}
    told = dbt.results(dbt.result(ORDERS, timing=[{"name": name, **at} for name in steps]), which="")
    read = dbt.read(dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}), run_results=told))

    assert len(read.of(Run)) == runs


def test_looking_at_a_source_is_a_run_and_tells_when_it_was_loaded(dbt: Kit, target: Path) -> None:
    """A stale source is an error of kind freshness; the measurement is a moment, in epoch milliseconds."""
    name = "source.shop.raw.orders"
    loaded = datetime(2026, 1, 1, tzinfo=UTC)
    told = dbt.results(dbt.result(name, "error", max_loaded_at=loaded.isoformat()))
    manifest = dbt.manifest({}, sources={name: dbt.node(name)})
    read = dbt.read(dbt.write(target, manifest=manifest, sources=told))

    assert [(run.kind, run.status, run.asset.name) for run in read.of(Run)] == [
        ("freshness", "error", "orders")
    ]
    assert [(m.metric, m.at, m.value) for m in read.of(Measurement)] == [
        (Metric.REFRESHED, loaded, to_ms(loaded))
    ]


def test_a_figure_the_warehouse_did_not_tell_is_not_nought(dbt: Kit, target: Path) -> None:
    """A catalog lists the figures of a view, too, as 0 and not to be included."""
    stats = {"row_count": {"value": 0, "include": False}, "bytes": {"value": 7, "include": True}}
    catalog = {"metadata": {}, "nodes": {ORDERS: {"columns": {}, "stats": stats}}, "sources": {}}
    read = dbt.read(dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}), catalog=catalog))

    assert [(m.metric, m.value) for m in read.of(Measurement)] == [(Metric.BYTES, 7)]


def test_a_catalog_tells_of_columns_and_of_nothing_else(dbt: Kit, target: Path) -> None:
    """It may be older than the newest manifest: owner, tags and kind stay what that said."""
    catalog = {"metadata": {}, "nodes": {ORDERS: {"columns": {"ID": {"name": "ID", "type": "INT"}}}}}
    manifest = dbt.manifest({ORDERS: dbt.node(ORDERS, meta={"owner": "Ada"})})
    read = dbt.read(dbt.write(target, manifest=manifest, catalog=catalog))
    key = read.of(Asset)[0].key

    assert read.of(Asset)[-1] == Asset(key, columns=(Column("id", "INT"),))


def test_dashboards_read_what_their_metrics_are_made_of(dbt: Kit, target: Path) -> None:
    """A metric and a semantic model hold no data: the edge goes from the table to the dashboard."""
    board, metric, semantic = "exposure.shop.board", "metric.shop.sales", "semantic_model.shop.orders"
    groups = {
        "exposures": {board: dbt.node(board, depends_on={"nodes": [metric]})},
        "metrics": {metric: dbt.node(metric, depends_on={"nodes": [semantic]})},
        "semantic_models": {semantic: dbt.node(semantic, depends_on={"nodes": [ORDERS]})},
    }
    read = dbt.read(dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}, **groups)))

    assert [(e.upstream.name, e.downstream.name) for e in read.of(Edge)] == [("orders", "board")]
    assert {asset.key.name for asset in read.of(Asset)} == {"orders", "board"}


def test_the_parent_map_tells_where_nodes_are_silent(dbt: Kit, target: Path) -> None:
    """Tools that trim manifests leave depends_on out."""
    nodes = {ORDERS: dbt.node(ORDERS), LINES: dbt.node(LINES)}
    for node in nodes.values():
        del node["depends_on"]
    read = dbt.read(dbt.write(target, manifest=dbt.manifest(nodes, parent_map={ORDERS: [LINES]})))

    assert [(e.upstream.name, e.downstream.name) for e in read.of(Edge)] == [("lines", "orders")]


def test_an_ephemeral_model_is_no_table_of_any_sort(dbt: Kit, target: Path) -> None:
    """It is written into what reads it, so it lies in the project and in no warehouse."""
    node = dbt.node(ORDERS, relation_name=None, config={"materialized": "ephemeral"})
    (asset,) = dbt.read(dbt.write(target, manifest=dbt.manifest({ORDERS: node}))).of(Asset)

    assert (asset.kind, str(asset.key)) == (AssetKind.OTHER, f"dbt:shop:{ORDERS}")


def test_each_node_is_looked_up_in_the_newest_manifest_that_has_it(dbt: Kit, target: Path) -> None:
    """A file may tell of more than the manifest beside it: other projects, and models that are gone since."""
    dbt.write(target / "a", manifest=dbt.manifest({LINES: dbt.node(LINES, relation_name="db.old.lines")}))
    told = dbt.results(dbt.result(ORDERS), dbt.result(LINES))
    dbt.write(target / "b", manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}), run_results=told)
    read = dbt.read(target)

    assert {run.asset.path for run in read.of(Run)} == {("db", "marts", "orders"), ("db", "old", "lines")}
    assert read.degraded == []


def test_another_warehouses_project_of_the_same_name_is_not_asked(dbt: Kit, target: Path) -> None:
    """Its node of the same name is another table."""
    dbt.write(target / "a", manifest=dbt.manifest({LINES: dbt.node(LINES)}, platform="duckdb"))
    told = dbt.results(dbt.result(ORDERS), dbt.result(LINES))
    dbt.write(target / "b", manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}), run_results=told)

    assert [run.asset.name for run in dbt.read(target).of(Run)] == ["orders"]


def test_what_no_manifest_knows_is_told_once_and_the_rest_is_read(dbt: Kit, target: Path) -> None:
    """The results of a model that was deleted before the manifest was written say nothing that can be kept."""
    told = dbt.results(dbt.result(ORDERS), dbt.result(LINES))
    dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}), run_results=told)
    read = dbt.read(target)
    (degraded,) = read.degraded

    assert [run.asset.name for run in read.of(Run)] == ["orders"]
    assert degraded.expected
    assert LINES in degraded.error.message
    assert dbt.read(target, read.seen).degraded == []


def test_old_manifests_are_not_read_again(dbt: Kit, target: Path) -> None:
    """A new invocation costs what it wrote, however many lie there: here they can no longer be read at all."""
    for day in ("1", "2"):
        dbt.write(target / day, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}))
    before = dbt.read(target)
    for day in ("1", "2"):
        path = target / day / "manifest.json"
        stat = path.stat()
        path.write_bytes(b"?" * stat.st_size)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    dbt.write(
        target / "3",
        manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}),
        run_results=dbt.results(dbt.result(ORDERS)),
    )
    read = dbt.read(target, before.seen)

    assert ([run.asset.name for run in read.of(Run)], read.degraded) == (["orders"], [])


def test_an_account_is_one_however_it_is_written(dbt: Kit, target: Path) -> None:
    """The warehouse's own collector names it in lower case."""
    dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}))
    (asset,) = dbt.read(target, instance="ACME-EU").of(Asset)

    assert asset.key.instance == "acme-eu"


def test_the_doctor_names_the_project(dbt: Kit, target: Path) -> None:
    """What is found is counted; the newest manifest is read, and a broken one is told with the step that mends it."""
    dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}))
    found = {f.name: f for f in DbtCollector("shop", DbtConfig(target=str(target))).examine()}
    (target / "manifest.json").write_text("{")
    broken = {f.name: f for f in DbtCollector("shop", DbtConfig(target=str(target))).examine()}

    assert (found["project"].ok, found["project"].detail) == (
        True,
        "shop on snowflake, 1 nodes (manifest.json)",
    )
    assert (found["run_results.json"].ok, bool(found["run_results.json"].fix)) == (False, True)
    assert (broken["project"].ok, bool(broken["project"].fix)) == (False, True)
