"""Figures of assets over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assay.model.time import to_ms
from assay.store.bulk import upsert
from assay.store.keys import asset_ids as ids_of
from assay.store.tables import MeasurementRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.model.runs import Measurement, Metric
    from assay.model.time import Window


def save_measurements(session: Session, measurements: Sequence[Measurement], now_ms: int = 0) -> None:
    """Keep figures by asset, metric and moment; a later one replaces."""
    ids = ids_of(session, (figure.asset for figure in measurements), now_ms)
    upsert(
        session,
        MeasurementRow,
        [
            {
                "asset_id": ids[str(figure.asset)],
                "metric": figure.metric.value,
                "at_ms": to_ms(figure.at),
                "value": figure.value,
                "source": figure.source,
            }
            for figure in measurements
        ],
        key=("asset_id", "metric", "at_ms"),
    )


def series(session: Session, asset_id: int, metric: Metric | str, window: Window) -> list[tuple[int, int]]:
    """(moment in ms, value) of one metric in the window, oldest first."""
    rows = session.execute(
        select(MeasurementRow.at_ms, MeasurementRow.value)
        .where(
            MeasurementRow.asset_id == asset_id,
            MeasurementRow.metric == str(metric),
            MeasurementRow.at_ms >= window.start_ms,
            MeasurementRow.at_ms < window.end_ms,
        )
        .order_by(MeasurementRow.at_ms)
    )
    return [(at_ms, value) for at_ms, value in rows]


def latest(session: Session, asset_ids: Sequence[int], metric: Metric | str) -> dict[int, tuple[int, int]]:
    """The newest (moment, value) of one metric for each asset that has one."""
    newest = (
        select(MeasurementRow.asset_id, func.max(MeasurementRow.at_ms).label("at_ms"))
        .where(MeasurementRow.asset_id.in_(asset_ids), MeasurementRow.metric == str(metric))
        .group_by(MeasurementRow.asset_id)
        .subquery()
    )
    rows = session.execute(
        select(MeasurementRow.asset_id, MeasurementRow.at_ms, MeasurementRow.value).join(
            newest,
            (MeasurementRow.asset_id == newest.c.asset_id)
            & (MeasurementRow.at_ms == newest.c.at_ms)
            & (MeasurementRow.metric == str(metric)),
        )
    )
    return {asset_id: (at_ms, value) for asset_id, at_ms, value in rows}
