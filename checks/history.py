"""What the store remembers of an asset, as checks look at it: refreshes, figures, earlier results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assay.model.runs import Metric, RunStatus
from assay.model.time import DAY_MS
from assay.store.tables import CheckResultRow, CheckRow, MeasurementRow, RunRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def refreshes(session: Session, asset_id: int, since_ms: int, until_ms: int) -> list[int]:
    """When the asset was refreshed in the window, epoch ms, oldest first, each moment once.

    From measurements REFRESHED, whose value is the moment itself; where there are none, from the ends of
    successful builds.
    """
    moments = select(MeasurementRow.value).where(
        MeasurementRow.asset_id == asset_id,
        MeasurementRow.metric == Metric.REFRESHED,
        MeasurementRow.value >= since_ms,
        MeasurementRow.value <= until_ms,
    )
    if found := sorted(set(session.scalars(moments))):
        return found
    ends = select(RunRow.ended_ms).where(
        RunRow.asset_id == asset_id,
        RunRow.kind == "build",
        RunRow.status == RunStatus.SUCCESS,
        RunRow.ended_ms >= since_ms,
        RunRow.ended_ms <= until_ms,
    )
    return sorted({end for end in session.scalars(ends) if end is not None})


def last_refresh(session: Session, asset_id: int, until_ms: int) -> int | None:
    """The newest refresh, measured or by a successful build; None where nothing is known."""
    measured = select(func.max(MeasurementRow.value)).where(
        MeasurementRow.asset_id == asset_id,
        MeasurementRow.metric == Metric.REFRESHED,
        MeasurementRow.value <= until_ms,
    )
    built = select(func.max(RunRow.ended_ms)).where(
        RunRow.asset_id == asset_id,
        RunRow.kind == "build",
        RunRow.status == RunStatus.SUCCESS,
        RunRow.ended_ms <= until_ms,
    )
    known = [moment for moment in (session.scalar(measured), session.scalar(built)) if moment is not None]
    return max(known, default=None)


def figures(
    session: Session, asset_id: int, metric: Metric, since_ms: int, until_ms: int
) -> list[tuple[int, int]]:
    """(moment in ms, value) of a metric in [since, until], oldest first."""
    rows = session.execute(
        select(MeasurementRow.at_ms, MeasurementRow.value)
        .where(
            MeasurementRow.asset_id == asset_id,
            MeasurementRow.metric == metric,
            MeasurementRow.at_ms >= since_ms,
            MeasurementRow.at_ms <= until_ms,
        )
        .order_by(MeasurementRow.at_ms)
    )
    return [(at_ms, value) for at_ms, value in rows]


def newest_figures(session: Session, asset_id: int, metric: Metric, until_ms: int) -> list[tuple[int, int]]:
    """The newest two (moment in ms, value) of a metric, newest first."""
    rows = session.execute(
        select(MeasurementRow.at_ms, MeasurementRow.value)
        .where(
            MeasurementRow.asset_id == asset_id,
            MeasurementRow.metric == metric,
            MeasurementRow.at_ms <= until_ms,
        )
        .order_by(MeasurementRow.at_ms.desc())
        .limit(2)
    )
    return [(at_ms, value) for at_ms, value in rows]


def written_in_day(session: Session, asset_id: int, end_ms: int) -> int | None:
    """Rows written in the 24 hours before `end_ms`; None when nothing was told of them."""
    total = select(func.sum(MeasurementRow.value)).where(
        MeasurementRow.asset_id == asset_id,
        MeasurementRow.metric == Metric.ROWS_WRITTEN,
        MeasurementRow.at_ms >= end_ms - DAY_MS,
        MeasurementRow.at_ms < end_ms,
    )
    found = session.scalar(total)
    return None if found is None else int(found)


def last_observed(session: Session, check_name: str) -> float | None:
    """What the check observed when it last saw anything."""
    return session.scalar(
        select(CheckResultRow.observed)
        .join(CheckRow, CheckRow.id == CheckResultRow.check_id)
        .where(CheckRow.name == check_name, CheckResultRow.observed.is_not(None))
        .order_by(CheckResultRow.at_ms.desc())
        .limit(1)
    )
