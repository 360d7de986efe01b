"""What ran: the results of an invocation as runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from assay.model.partitions import key_of
from assay.model.runs import Run, RunPartition, RunStatus
from collectors.dbt.loose import mapping, moment, sequence, text, texts, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.model.assets import AssetKey
    from collectors.dbt.loose import Json
    from collectors.dbt.nodes import Node
    from collectors.dbt.project import Known

_RAN_NOTHING = {
    "compile", "parse", "docs", "generate", "docs.generate", "list", "ls", "deps", "debug", "show", "clean",
}  # fmt: skip
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
    "reused": RunStatus.SKIPPED,  # dbt 2: nothing it reads has changed, so it was not built
}
_KINDS = {"seed": "seed", "snapshot": "snapshot", "source": "freshness"}
_LONGEST_MESSAGE = 2000
_LONGEST_SECONDS = 10**7
_ENDS = 2  # a batch is told by its begin and its end
_RUNNABLE = {"model", "seed", "snapshot", "source", "test", "unit_test"}


def ran_something(results: Json) -> bool:
    """Whether the invocation built or tested anything: compiling and documenting write the same file.

    They tell every node a success. Where the command is not told, a node that executed something tells.
    """
    args = mapping(results.get("args"))
    told = {text(args.get(name)) for name in ("which", "rpc_method", "command")} - {""}
    if told:
        return not _RAN_NOTHING & told
    every = map(mapping, sequence(results.get("results")))
    return any(step[0] == "execute" for result in every for step in _steps(result))


def named(document: Json) -> set[str]:
    """The nodes a run_results or sources document is about; hooks and operations are in no manifest."""
    names = (text(mapping(result).get("unique_id")) for result in sequence(document.get("results")))
    return {name for name in names if name.partition(".")[0] in _RUNNABLE}


def runs(results: Json, known: Known, modified: float) -> Iterator[Run]:
    """A run for each result whose node is known and each asset it stands for; a retry is another invocation.

    `modified` (epoch seconds) stands in where the file does not tell when it was written.
    """
    metadata = mapping(results.get("metadata"))
    invocation = text(metadata.get("invocation_id"))
    written = moment(metadata.get("generated_at")) or datetime.fromtimestamp(modified, UTC)
    attempts = Counter[str]()
    for result in map(mapping, sequence(results.get("results"))):
        unique_id = text(result.get("unique_id"))
        keys = known.keys.get(unique_id, ())
        attempts[unique_id] += 1
        again = f"#{attempts[unique_id]}" if attempts[unique_id] > 1 else ""
        for key in keys:
            which = f"@{key}" if len(keys) > 1 else ""
            run = _run(result, known.nodes[unique_id], key, written)
            name = f"{invocation or written.isoformat()}/{unique_id}{again}{which}"
            yield replace(run, external_id=name, invocation_id=invocation)


def ended_at(result: Json, written: datetime) -> datetime:
    """When a result came about; `written` where it tells no time."""
    return _times(result, written)[1]


def _run(result: Json, node: Node, asset: AssetKey, written: datetime) -> Run:
    started, ended = _times(result, written)
    response = mapping(result.get("adapter_response"))
    return Run(
        system="dbt",
        external_id="",
        asset=asset,
        status=_STATUS.get(text(result.get("status")).lower(), RunStatus.ERROR),
        started_at=started,
        ended_at=ended,
        kind="test" if node.is_test else _KINDS.get(node.resource, "build"),
        rows=_rows(response, node, asset.platform),
        query_ids=texts([*texts(response.get("query_id")), *texts(response.get("job_id"))]),
        message=(text(result.get("message")) or text(result.get("error")))[:_LONGEST_MESSAGE],
        partitions=_partitions(result),
    )


def _partitions(result: Json) -> tuple[RunPartition, ...]:
    """The batches a microbatch model built, each a partition; dbt does not say how many rows each was given."""
    built = sequence(mapping(result.get("batch_results")).get("successful"))
    ends = [[moment(each) for each in sequence(batch)] for batch in built]
    keys = [
        key_of(begins, end) for begins, end in (each for each in ends if len(each) == _ENDS) if begins and end
    ]
    return tuple(RunPartition(key) for key in dict.fromkeys(keys))


def _times(result: Json, written: datetime) -> tuple[datetime, datetime]:
    """When the execute step ran; else from the first step to the last; else the time told, before the file's own."""
    told = _steps(result)
    steps = [step for step in told if step[0] == "execute"] or told
    if steps:
        return min(started for _, started, _ in steps), max(ended for _, _, ended in steps)
    seconds = result.get("execution_time")
    lasted = float(seconds) if isinstance(seconds, int | float) and 0 <= seconds < _LONGEST_SECONDS else 0.0
    return written - timedelta(seconds=lasted), written


def _steps(result: Json) -> list[tuple[str, datetime, datetime]]:
    """The steps that were taken, with their begin and end; a skipped node has none."""
    return [
        (text(step.get("name")), started, ended)
        for step in map(mapping, sequence(result.get("timing")))
        if (started := moment(step.get("started_at")))
        and (ended := moment(step.get("completed_at")))
        and ended >= started
    ]


def _rows(response: Json, node: Node, platform: str) -> int | None:
    """Rows the node wrote, where that is what the figure means; a test's figure is its failures.

    On Snowflake the answer to CREATE TABLE AS says one row, whatever the table holds. An incremental model or a
    snapshot is made that way the first time, so one row says nothing there either.
    """
    rows = whole(response.get("rows_affected"))
    if rows is None or rows < 0 or node.resource not in {"model", "snapshot", "seed"}:
        return None
    if platform == "snowflake" and node.resource != "seed":
        merged = node.resource == "snapshot" or node.materialized == "incremental"
        return rows if merged and rows != 1 else None
    return rows
