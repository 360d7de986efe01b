"""What the results of an invocation become: runs, and measurements of sources."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from assay.model.runs import Measurement, Run, RunStatus

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Kit

ORDERS = "model.shop.orders"


def run_of(
    dbt: Kit, target: Path, told: dict[str, object], platform: str = "snowflake", **fields: object
) -> Run:
    """The one run a result becomes."""
    name = str(told["unique_id"])
    tested = {ORDERS: dbt.node(ORDERS)}
    nodes = tested | {name: dbt.node(name, **fields)}
    dbt.write(target, manifest=dbt.manifest(nodes, platform=platform), run_results=dbt.results(told))
    (run,) = dbt.read(target).of(Run)
    return run


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("success", RunStatus.SUCCESS),
        ("pass", RunStatus.SUCCESS),
        ("warn", RunStatus.SUCCESS),
        ("Success", RunStatus.SUCCESS),
        ("error", RunStatus.ERROR),
        ("fail", RunStatus.ERROR),
        ("runtime error", RunStatus.ERROR),
        ("partial success", RunStatus.ERROR),
        ("skipped", RunStatus.SKIPPED),
        ("no-op", RunStatus.SKIPPED),
        ("reused", RunStatus.SKIPPED),
        ("exploded", RunStatus.ERROR),
        (None, RunStatus.ERROR),
    ],
)
def test_every_status_of_dbt_is_understood(dbt: Kit, target: Path, told: str, status: RunStatus) -> None:
    """A status nobody knows is no success."""
    assert run_of(dbt, target, dbt.result(ORDERS, told)).status is status


@pytest.mark.parametrize(
    ("built", "told", "rows"),
    [
        ("snowflake model table", 1.0, None),
        ("snowflake model table", 500, None),
        ("snowflake model view", 1, None),
        ("snowflake model incremental", 42.0, 42),
        ("snowflake model incremental", 0, 0),
        ("snowflake model incremental", 1, None),
        ("snowflake snapshot snapshot", 7, 7),
        ("snowflake seed seed", 100.0, 100),
        ("postgres model table", 100, 100),
        ("postgres model view", -1, None),
        ("bigquery model table", 2.5, None),
        ("bigquery model table", True, None),
        ("bigquery model table", float("nan"), None),
        ("bigquery test test", 3, None),
    ],
)
def test_rows_are_told_only_where_the_figure_means_rows(
    dbt: Kit, target: Path, built: str, told: float, rows: int | None
) -> None:
    """CREATE TABLE AS on Snowflake answers 1; an incremental model's first build is made that way too."""
    platform, resource, materialized = built.split()
    name = f"{resource}.shop.thing"
    result = dbt.result(name, adapter_response={"rows_affected": told})
    depends_on = {"nodes": [ORDERS]}

    run = run_of(dbt, target, result, platform, config={"materialized": materialized}, depends_on=depends_on)

    assert run.rows == rows


@pytest.mark.parametrize(
    ("response", "ids"),
    [
        ({"query_id": "01b8"}, ("01b8",)),
        ({"query_id": ["01b8", "01b9", "01b8", 7, ""]}, ("01b8", "01b9")),
        ({"job_id": "job"}, ("job",)),
        ({"query_id": None}, ()),
        ({"query_id": {"a": 1}}, ()),
        ([], ()),
        ("OK", ()),
    ],
)
def test_query_ids_are_taken_one_or_many(
    dbt: Kit, target: Path, response: object, ids: tuple[str, ...]
) -> None:
    """A list keeps its order, each id once; what is no text is none."""
    assert run_of(dbt, target, dbt.result(ORDERS, adapter_response=response)).query_ids == ids


@pytest.mark.parametrize(
    ("batches", "partitions"),
    [
        ({"successful": [["2026-11-01T00:00:00+00:00", "2026-11-02T00:00:00+00:00"]]}, ["2026-11-01"]),
        (
            {
                "successful": [
                    ["2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z"],
                    ["2026-11-01T01:00:00", "2026-11-01T02:00:00"],
                ],
                "failed": [["2026-11-01T02:00:00Z", "2026-11-01T03:00:00Z"]],
            },
            ["2026-11-01T00", "2026-11-01T01"],
        ),
        ({"successful": [["2026-11-01T00:00:00Z"], None, ["no", "time"], "text"]}, []),
        (None, []),
        ([], []),
    ],
)
def test_the_batches_of_a_microbatch_model_are_partitions(
    dbt: Kit, target: Path, batches: object, partitions: list[str]
) -> None:
    """Those that were built, named by their length; what is no batch is none."""
    run = run_of(dbt, target, dbt.result(ORDERS, batch_results=batches))

    assert partitions == [partition.key for partition in run.partitions]


def test_a_run_takes_the_time_of_its_execute_step(dbt: Kit, target: Path) -> None:
    """Compiling is not the warehouse's work."""
    compiled = {
        "name": "compile",
        "started_at": "2026-01-01T00:50:00Z",
        "completed_at": "2026-01-01T00:51:00Z",
    }
    told = dbt.result(ORDERS)
    told["timing"].insert(0, compiled)

    assert run_of(dbt, target, told).duration_ms == 2000
    assert run_of(dbt, target, dbt.result(ORDERS, timing=[compiled])).duration_ms == 60_000


@pytest.mark.parametrize(
    ("told", "ms"),
    [(30, 30_000), (1.5, 1500), (None, 0), (-4, 0), ("9", 0), (1e300, 0), (float("nan"), 0)],
)
def test_a_run_without_steps_ends_when_the_file_was_written(
    dbt: Kit, target: Path, told: object, ms: int
) -> None:
    """Its length is what is told, if that can be a length."""
    run = run_of(dbt, target, dbt.result(ORDERS, timing=[], execution_time=told))

    assert (run.ended_at, run.duration_ms) == (datetime(2026, 1, 1, 1, tzinfo=UTC), ms)


@pytest.mark.parametrize("which", ["compile", "generate", "parse", "list", "show", "docs.generate"])
def test_commands_that_build_nothing_make_no_runs(dbt: Kit, target: Path, which: str) -> None:
    """They rewrite run_results with successes all the same; the file is read and done with."""
    told = dbt.results(dbt.result(ORDERS), which=which)
    dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}), run_results=told)
    read = dbt.read(target)

    assert read.of(Run) == []
    assert len(read.seen) == 2


def test_invocation_ids_that_differ_part_nothing(dbt: Kit, target: Path) -> None:
    """The manifest was rewritten by another command; the run keeps its own invocation."""
    run = run_of(dbt, target, dbt.result(ORDERS))

    assert (run.invocation_id, run.external_id) == ("r", f"r/{ORDERS}")


def test_a_retry_is_another_run_and_a_copy_is_not(dbt: Kit, target: Path) -> None:
    """The same results in two files are one run; another invocation's are another."""
    first = dbt.results(dbt.result(ORDERS, "error"), invocation="first")
    again = dbt.results(dbt.result(ORDERS), invocation="again")
    manifest = dbt.manifest({ORDERS: dbt.node(ORDERS)})
    dbt.write(target, manifest=manifest, run_results=first, run_results_copy=first, run_results_2=again)

    runs = {run.external_id: run.status for run in dbt.read(target).of(Run)}

    assert runs == {f"first/{ORDERS}": RunStatus.ERROR, f"again/{ORDERS}": RunStatus.SUCCESS}


def test_results_without_an_invocation_id_are_told_apart_by_their_time(dbt: Kit, target: Path) -> None:
    """A run has a name of its own even so."""
    told = dbt.results(dbt.result(ORDERS), invocation="")
    dbt.write(target, manifest=dbt.manifest({ORDERS: dbt.node(ORDERS)}), run_results=told)
    (run,) = dbt.read(target).of(Run)

    assert run.external_id == f"2026-01-01T01:00:00+00:00/{ORDERS}"


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
def test_freshness_is_when_the_source_was_last_loaded(dbt: Kit, target: Path, version: str) -> None:
    """Any version of sources.json; a check that failed to run measures nothing."""
    names = [f"source.shop.raw.{name}" for name in ("orders", "dead")]
    sources = {
        "metadata": {"dbt_schema_version": f"https://schemas.getdbt.com/dbt/sources/{version}.json"},
        "results": [
            {"unique_id": names[0], "status": "warn", "max_loaded_at": "2026-01-01T02:00:00+02:00"},
            {"unique_id": names[1], "status": "runtime error", "error": "no such table"},
        ],
    }
    declared = {name: dbt.node(name) for name in names}
    dbt.write(target, manifest=dbt.manifest({}, sources=declared), sources=sources)
    (measured,) = dbt.read(target).of(Measurement)

    assert (measured.asset.name, measured.at) == ("orders", datetime(2026, 1, 1, tzinfo=UTC))
