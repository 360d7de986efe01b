"""What ran: run_results as runs, sources and catalog as measurements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from assay.model.runs import Measurement, Metric, Run, RunStatus
from collectors.dbt.artifacts import mapping, sequence, text, whole
from collectors.dbt.nodes import materialization, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from collectors.dbt.nodes import Project

Json = dict[str, Any]

_RAN_NOTHING = {"compile", "parse", "docs", "generate", "list", "ls", "deps", "debug", "show", "clean"}
"""Commands that write run_results although nothing was built."""

_STATUS = {
    "success": RunStatus.SUCCESS,
    "pass": RunStatus.SUCCESS,
    "warn": RunStatus.SUCCESS,
    "error": RunStatus.ERROR,
    "fail": RunStatus.ERROR,
    "runtime error": RunStatus.ERROR,
    "partial success": RunStatus.ERROR,
    "skipped": RunStatus.SKIPPED,
    "no-op": RunStatus.SKIPPED,
}
_KINDS = {"test": "test", "unit_test": "test", "seed": "seed", "snapshot": "snapshot"}
_LONGEST_MESSAGE = 2000


def ran_something(results: Json) -> bool:
    """Whether the invocation built or tested anything: compiling and documenting write the same file."""
    args = mapping(results.get("args"))
    return text(args.get("which")) not in _RAN_NOTHING and text(args.get("rpc_method")) not in _RAN_NOTHING


def runs(results: Json, project: Project) -> Iterator[Run]:
    """A run for each result whose node is known. A retry is another invocation, so another run."""
    metadata = mapping(results.get("metadata"))
    invocation = text(metadata.get("invocation_id"))
    written = moment(metadata.get("generated_at")) or project.generated_at
    for result in map(mapping, sequence(results.get("results"))):
        unique_id = text(result.get("unique_id"))
        if unique_id not in project.keys:
            continue
        node = project.nodes[unique_id]
        started, ended = _times(result, written)
        yield Run(
            system="dbt",
            external_id=f"{invocation or written.isoformat()}/{unique_id}",
            asset=project.keys[unique_id],
            status=_STATUS.get(text(result.get("status")).lower(), RunStatus.ERROR),
            started_at=started,
            ended_at=ended,
            kind=_KINDS.get(text(node.get("resource_type")), "build"),
            invocation_id=invocation,
            rows=_rows(result, node, project.platform),
            query_ids=tuple(_query_ids(result)),
            message=_message(result),
        )


def _times(result: Json, written: datetime) -> tuple[datetime, datetime]:
    """When the execute step ran; else the time told before the file was written."""
    for step in map(mapping, sequence(result.get("timing"))):
        started, ended = moment(step.get("started_at")), moment(step.get("completed_at"))
        if step.get("name") == "execute" and started and ended and ended >= started:
            return started, ended
    told = result.get("execution_time")
    seconds = float(told) if isinstance(told, int | float) and 0 <= told < 10**7 else 0.0
    return written - timedelta(seconds=seconds), written


def _query_ids(result: Json) -> Iterator[str]:
    response = mapping(result.get("adapter_response"))
    for name in ("query_id", "job_id"):
        value = response.get(name)
        yield from (
            one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one
        )


def _rows(result: Json, node: Json, platform: str) -> int | None:
    """Rows the node wrote, where that is what the figure means.

    On Snowflake the answer to CREATE TABLE AS says one row, whatever the table holds; a test's figure is its failures.
    """
    if node.get("resource_type") not in {"model", "snapshot", "seed"}:
        return None
    if platform == "snowflake" and materialization(node) not in {"incremental", "snapshot"}:
        return None
    rows = whole(mapping(result.get("adapter_response")).get("rows_affected"))
    return rows if rows is not None and rows >= 0 else None


def _message(result: Json) -> str:
    return text(result.get("message"))[:_LONGEST_MESSAGE]


def freshness(sources: Json, project: Project) -> Iterator[Measurement]:
    """When each source was last loaded, by `dbt source freshness`."""
    for result in map(mapping, sequence(sources.get("results"))):
        key = project.keys.get(text(result.get("unique_id")))
        at = moment(result.get("max_loaded_at"))
        if key is not None and at is not None:
            yield Measurement(key, Metric.REFRESHED, at, 1, "dbt sources")


def catalog_types(catalog: Json) -> dict[str, dict[str, str]]:
    """Column types by unique_id and column name."""
    types: dict[str, dict[str, str]] = {}
    for group in ("nodes", "sources"):
        for unique_id, table in mapping(catalog.get(group)).items():
            columns = map(mapping, mapping(mapping(table).get("columns")).values())
            types[unique_id] = {
                text(c.get("name")): text(c.get("type")) for c in columns if text(c.get("name"))
            }
    return types


_STATS = {
    "num_rows": Metric.ROW_COUNT,
    "row_count": Metric.ROW_COUNT,
    "num_bytes": Metric.BYTES,
    "bytes": Metric.BYTES,
}


def catalog_measurements(catalog: Json, keys: Mapping[str, Any], modified: float) -> Iterator[Measurement]:
    """Row counts and sizes the catalog tells, at the time it was made."""
    at = moment(mapping(catalog.get("metadata")).get("generated_at")) or datetime.fromtimestamp(modified, UTC)
    for group in ("nodes", "sources"):
        for unique_id, table in mapping(catalog.get(group)).items():
            if unique_id not in keys:
                continue
            for name, stat in mapping(mapping(table).get("stats")).items():
                value = whole(mapping(stat).get("value"))
                if name in _STATS and value is not None and value >= 0:
                    yield Measurement(keys[unique_id], _STATS[name], at, value, "dbt catalog")
