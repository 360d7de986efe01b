"""What single builds of assets cost: the history that quotes are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from assay.model.runs import RunStatus
from assay.model.time import DAY_MS
from assay.store.bulk import chunked, upsert
from assay.store.keys import asset_ids
from assay.store.tables import AssetRow, RunPartitionRow, RunQueryRow, RunRow, UnitCostRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.model.time import Window

BUILDS = ("build", "seed", "snapshot")
"""The kinds of run that build an asset; a test reads it."""


def replace_day(
    session: Session, connection: str, day: Window, builds: Sequence[dict[str, Any]], now_ms: int
) -> None:
    """Put a day's builds, each with its `asset_key`, in the place of all that were known of that day."""
    session.execute(
        delete(UnitCostRow).where(
            UnitCostRow.connection == connection,
            UnitCostRow.at_ms >= day.start_ms,
            UnitCostRow.at_ms < day.end_ms,
        )
    )
    ids = asset_ids(session, {build["asset_key"] for build in builds}, now_ms)
    rows = [
        {"asset_id": ids[build["asset_key"]], "connection": connection}
        | {name: value for name, value in build.items() if name != "asset_key"}
        for build in builds
    ]
    upsert(session, UnitCostRow, rows, key=("asset_id", "build"))


def of_assets(
    session: Session, asset_ids_: Sequence[int], since_ms: int, until_ms: int | None = None
) -> dict[int, list[UnitCostRow]]:
    """Each asset's builds that began in [since, until), oldest first, in one query."""
    found: dict[int, list[UnitCostRow]] = {asset_id: [] for asset_id in asset_ids_}
    for chunk in chunked(sorted(found)):
        rows = select(UnitCostRow).where(UnitCostRow.asset_id.in_(chunk), UnitCostRow.at_ms >= since_ms)
        if until_ms is not None:
            rows = rows.where(UnitCostRow.at_ms < until_ms)
        for row in session.scalars(rows.order_by(UnitCostRow.at_ms, UnitCostRow.build)):
            found[row.asset_id].append(row)
    return found


def siblings(  # noqa: PLR0913 - the parts of one question
    session: Session, connection: str, warehouse: str, *, since_ms: int, besides: int, limit: int = 2000
) -> list[UnitCostRow]:
    """The newest builds of other assets on a warehouse ('' for any): what stands in where an asset has no history."""
    rows = select(UnitCostRow).where(
        UnitCostRow.connection == connection, UnitCostRow.at_ms >= since_ms, UnitCostRow.asset_id != besides
    )
    if warehouse:
        rows = rows.where(UnitCostRow.warehouse == warehouse)
    return list(session.scalars(rows.order_by(UnitCostRow.at_ms.desc(), UnitCostRow.build).limit(limit)))


def connection_of(session: Session, asset_id: int, key: str) -> str:
    """The connection whose ledger has the asset's builds, or those of others on the same account; '' for none."""
    newest = select(UnitCostRow.connection).order_by(UnitCostRow.at_ms.desc()).limit(1)
    own = session.scalar(newest.where(UnitCostRow.asset_id == asset_id))
    if own is not None:
        return own
    account = ":".join(key.split(":", 2)[:2]) + ":"
    near = newest.join(AssetRow, AssetRow.id == UnitCostRow.asset_id)
    return session.scalar(near.where(AssetRow.key.startswith(account, autoescape=True))) or ""


def warehouses(session: Session, connection: str) -> list[str]:
    """The warehouses assets of a connection were built on, by name."""
    names = select(UnitCostRow.warehouse).where(UnitCostRow.connection == connection).distinct()
    return sorted(filter(None, session.scalars(names)))


def newest_builds(session: Session, since_ms: int) -> dict[int, int]:
    """When each asset that was built since was built last (ms), by asset id."""
    rows = select(UnitCostRow.asset_id, func.max(UnitCostRow.at_ms)).where(UnitCostRow.at_ms >= since_ms)
    return dict(session.execute(rows.group_by(UnitCostRow.asset_id)).all())


def runs_around(session: Session, window: Window) -> list[dict[str, Any]]:
    """The finished runs that began in the window, of every kind: what they are, and of which asset."""
    rows = session.execute(
        select(
            RunRow.id.label("run_id"),
            RunRow.external_id.label("build"),
            AssetRow.key.label("asset_key"),
            RunRow.kind,
            RunRow.status,
            RunRow.invocation_id,
            RunRow.started_ms,
            RunRow.ended_ms,
            RunRow.duration_ms,
            RunRow.rows,
        )
        .join(AssetRow, AssetRow.id == RunRow.asset_id)
        .where(RunRow.started_ms >= window.start_ms, RunRow.started_ms < window.end_ms)
        .where(RunRow.ended_ms.is_not(None), RunRow.status != RunStatus.SKIPPED.value)
        .order_by(RunRow.id)
    )
    return [dict(row) for row in rows.mappings()]


def queries_of(session: Session, run_ids: Sequence[int]) -> list[tuple[int, str]]:
    """Which queries the runs sent: (run id, query id)."""
    found: list[tuple[int, str]] = []
    for chunk in chunked(run_ids):
        pairs = select(RunQueryRow.run_id, RunQueryRow.query_id).where(RunQueryRow.run_id.in_(chunk))
        found += [(run_id, query_id) for run_id, query_id in session.execute(pairs)]
    return found


def partitions_of(session: Session, run_ids: Sequence[int]) -> dict[int, list[tuple[str, int | None]]]:
    """The partitions each run built, with their rows where known, in order."""
    found: dict[int, list[tuple[str, int | None]]] = {}
    for chunk in chunked(run_ids):
        rows = select(RunPartitionRow).where(RunPartitionRow.run_id.in_(chunk))
        for row in session.scalars(rows.order_by(RunPartitionRow.run_id, RunPartitionRow.partition)):
            found.setdefault(row.run_id, []).append((row.partition, row.rows))
    return found


def runs_by_day(session: Session) -> dict[int, str]:
    """Per day of their start, a figure that changes with the runs, their ends, queries and partitions."""
    day = (RunRow.started_ms - RunRow.started_ms % DAY_MS).label("day")
    sent = select(RunQueryRow.run_id, func.count().label("n")).group_by(RunQueryRow.run_id).subquery()
    parts = (
        select(RunPartitionRow.run_id, func.count().label("n"), func.sum(RunPartitionRow.rows).label("rows"))
        .group_by(RunPartitionRow.run_id)
        .subquery()
    )
    rows = session.execute(
        select(
            day,
            func.count(),
            func.sum(RunRow.id),
            func.sum(func.coalesce(RunRow.duration_ms, 0)),
            func.count(RunRow.rows),
            func.sum(sent.c.n),
            func.sum(parts.c.n),
            func.sum(parts.c.rows),
        )
        .outerjoin(sent, sent.c.run_id == RunRow.id)
        .outerjoin(parts, parts.c.run_id == RunRow.id)
        .group_by(day)
    )
    return {day_ms: ".".join(str(figure or 0) for figure in figures) for day_ms, *figures in rows}
