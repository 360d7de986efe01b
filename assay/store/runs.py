"""Runs of assets, and the queries they say they sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assay.model.time import to_ms
from assay.store.bulk import chunked, insert_missing, upsert
from assay.store.keys import asset_ids as ids_of
from assay.store.tables import AssetRow, RunPartitionRow, RunQueryRow, RunRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from sqlalchemy.orm import Session

    from assay.model.runs import Run


@dataclass(frozen=True, slots=True)
class Beat:
    """One run in a heartbeat: `duration_ms` is None while it runs."""

    run_id: int
    status: str
    kind: str
    started_ms: int
    duration_ms: int | None


def save_runs(session: Session, runs: Sequence[Run], now_ms: int) -> None:
    """Keep runs by (system, external id): a later record replaces, but 'running' never replaces an end."""
    ids = ids_of(session, (run.asset for run in runs), now_ms)
    upsert(
        session,
        RunRow,
        [_values(run, ids[str(run.asset)]) for run in runs],
        key=("system", "external_id"),
        only_if=lambda old, new: old.c.ended_ms.is_(None) | new.ended_ms.is_not(None),
    )
    _save_queries(session, [run for run in runs if run.query_ids])
    _save_partitions(session, [run for run in runs if run.partitions])


def _values(run: Run, asset_id: int) -> dict[str, Any]:
    return {
        "system": run.system,
        "external_id": run.external_id,
        "asset_id": asset_id,
        "kind": run.kind,
        "status": run.status.value,
        "started_ms": to_ms(run.started_at),
        "ended_ms": None if run.ended_at is None else to_ms(run.ended_at),
        "duration_ms": run.duration_ms,
        "invocation_id": run.invocation_id,
        "rows": run.rows,
        "message": run.message,
    }


def _save_queries(session: Session, runs: Sequence[Run]) -> None:
    """Keep which queries a run sent; what one record of it named, another does not take away."""
    for known in _with_ids(session, runs):
        pairs = sorted((query, run_id) for run_id, run in known for query in run.query_ids)
        insert_missing(
            session, RunQueryRow, [{"query_id": query, "run_id": run_id} for query, run_id in pairs]
        )


def _save_partitions(session: Session, runs: Sequence[Run]) -> None:
    """Keep which partitions a run built; a later record tells their rows anew."""
    for known in _with_ids(session, runs):
        rows = [
            {"run_id": run_id, "partition": each.key, "rows": each.rows}
            for run_id, run in known
            for each in run.partitions
        ]
        upsert(session, RunPartitionRow, rows, key=("run_id", "partition"))


def _with_ids(session: Session, runs: Sequence[Run]) -> Iterator[list[tuple[int, Run]]]:
    """The runs with the ids of their rows, some at a time."""
    for system in sorted({run.system for run in runs}):
        of_system = {run.external_id: run for run in runs if run.system == system}
        for names in chunked(sorted(of_system)):
            run_ids = select(RunRow.external_id, RunRow.id)
            known = session.execute(run_ids.where(RunRow.system == system, RunRow.external_id.in_(names)))
            yield [(run_id, of_system[name]) for name, run_id in known]


def recent(
    session: Session, asset_ids: Sequence[int], n: int = 30, kind: str = "build"
) -> dict[int, list[Beat]]:
    """The last `n` runs of each asset, oldest first, in one query that reads only those rows.

    `kind` narrows to builds (or tests); '' takes both.
    """
    of_asset = [RunRow.asset_id == AssetRow.id] + ([RunRow.kind == kind] if kind else [])
    nth = select(RunRow.started_ms).where(*of_asset).order_by(RunRow.started_ms.desc()).limit(1).offset(n - 1)
    cut = (
        select(AssetRow.id, func.coalesce(nth.correlate(AssetRow).scalar_subquery(), 0).label("from_ms"))
        .where(AssetRow.id.in_(asset_ids))
        .cte("cut")
    )
    rows = session.execute(
        select(RunRow.asset_id, RunRow.id, RunRow.status, RunRow.kind, RunRow.started_ms, RunRow.duration_ms)
        .join(cut, (RunRow.asset_id == cut.c.id) & (RunRow.started_ms >= cut.c.from_ms))
        .where(*of_asset[1:])
        .order_by(RunRow.asset_id, RunRow.started_ms, RunRow.id)
    )
    beats: dict[int, list[Beat]] = {asset_id: [] for asset_id in asset_ids}
    for asset_id, run_id, status, of_kind, started_ms, duration_ms in rows:
        beats[asset_id].append(Beat(run_id, status, of_kind, started_ms, duration_ms))
    return {asset_id: of_it[-n:] for asset_id, of_it in beats.items()}


def history(session: Session, asset_id: int, limit: int = 100, before_ms: int | None = None) -> list[RunRow]:
    """An asset's runs, newest first; `before_ms` pages back."""
    runs = select(RunRow).where(RunRow.asset_id == asset_id)
    if before_ms is not None:
        runs = runs.where(RunRow.started_ms < before_ms)
    return list(session.scalars(runs.order_by(RunRow.started_ms.desc(), RunRow.id.desc()).limit(limit)))
