"""TASK_VERSIONS: what each task would read. One that seldom runs leaves no trace in a window of history."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from assay.model.decisions import DeclaredUse, UseKind, UsesTold
from assay.model.time import from_ms
from collectors.snowflake.reading import Parts, Reading
from collectors.snowflake.views.base import OBJECT_VIEWER, Kind, View, columns, told_only
from collectors.snowflake.views.uses import key_of, read_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

_STREAM = told_only("task_versions")


def _parts(rows: pa.RecordBatch, view: View, reading: Reading) -> Parts:
    at = from_ms(reading.snapshot_ms)
    uses = {
        (asset, name): DeclaredUse(asset, UseKind.TASK, name, view.source, at)
        for row in _standing(rows.to_pylist())
        for name in [".".join(part for part in (row["database"], row["schema"], row["name"]) if part)]
        for path in read_in(row["definition"] or "", row["database"] or "", row["schema"] or "")
        if (asset := key_of(reading.account, *path)) is not None
    }
    return Parts((), [*uses.values(), UsesTold(view.source, at)])


def _standing(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The newest version of each task, unless that is suspended. A root task tells no state: it may run."""
    newest: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in rows:
        task = (row["database"], row["schema"], row["name"])
        if task not in newest or (row["created_ms"] or 0) >= (newest[task]["created_ms"] or 0):
            newest[task] = row
    yield from (row for row in newest.values() if (row["state"] or "").lower() != "suspended")


VIEW = View(
    name="TASK_VERSIONS",
    stream=_STREAM,
    columns=(
        *columns(Kind.TEXT, "name definition", required=True),
        *columns(Kind.TEXT, "database=DATABASE_NAME schema=SCHEMA_NAME state"),
        *columns(Kind.MOMENT, "created_ms=GRAPH_VERSION_CREATED_ON"),
    ),
    cursor="",
    whole=True,
    snapshot=True,
    optional=True,
    lag=timedelta(hours=3),
    look_back=timedelta(0),
    grant=OBJECT_VIEWER,
    parts=_parts,
)
