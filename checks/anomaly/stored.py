"""The series of all assets from the store, one statement for each source of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Integer, cast, func, select

from assay.model.runs import Metric as Measured
from assay.model.runs import RunStatus
from assay.model.time import DAY_MS, floor_day_ms
from assay.store.tables import CheckResultRow, CheckRow, CostRow, MeasurementRow, RunRow
from checks.anomaly.metrics import BYTES, COST, NULL_SHARE, ROW_COUNT, ROWS_WRITTEN, RUNTIME, Metric

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy.orm import Session

    from assay.model.time import Window

    Reader = Callable[[Session, Window, "Only | None"], Iterator["Stored"]]

NANO = 1e9
MOST_POINTS = 3000
"""The newest points of a series that are learned from."""

Span = tuple[int, int, float]
"""The time a point is of, [start, end) in epoch ms, and its value."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A series of an asset: spans in the order of time. `part` tells several of one metric apart."""

    asset: int | str
    metric: Metric
    spans: list[Span]
    part: str = ""


@dataclass(frozen=True, slots=True)
class Only:
    """The one asset whose series are read, by id and by key."""

    id: int
    key: str


def read_series(
    session: Session, window: Window, metrics: Iterable[str], only: Only | None = None
) -> list[Stored]:
    """The series of these metrics in the window, of all assets or one; assets are known by id, in costs by key."""
    wanted = set(metrics)
    return [
        found
        for metric, read in _READERS.items()
        if metric.name in wanted
        for found in read(session, window, only)
    ]


def _snapshots(metric: Metric, measured: Measured) -> Reader:
    """The last figure of each day."""

    def read(session: Session, window: Window, only: Only | None) -> Iterator[Stored]:
        for asset, points in _measured(session, window, measured, only):
            days = {floor_day_ms(at): value for at, value in points}
            yield Stored(asset, metric, [(day, day + DAY_MS, value) for day, value in days.items()])

    return read


def _sums(session: Session, window: Window, only: Only | None) -> Iterator[Stored]:
    """What was written on each whole day."""
    for asset, points in _measured(session, window, Measured.ROWS_WRITTEN, only):
        days: dict[int, float] = defaultdict(float)
        for at, value in points:
            days[floor_day_ms(at)] += value
        whole = [(day, day + DAY_MS, value) for day, value in days.items() if day + DAY_MS <= window.end_ms]
        yield Stored(asset, ROWS_WRITTEN, whole)


def _measured(
    session: Session, window: Window, metric: Measured, only: Only | None
) -> Iterator[tuple[int, list[tuple[int, float]]]]:
    rows = select(MeasurementRow.asset_id, MeasurementRow.at_ms, MeasurementRow.value).where(
        MeasurementRow.metric == metric.value,
        MeasurementRow.at_ms >= window.start_ms,
        MeasurementRow.at_ms < window.end_ms,
    )
    if only is not None:
        rows = rows.where(MeasurementRow.asset_id == only.id)
    found: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for asset, at, value in session.execute(rows.order_by(MeasurementRow.asset_id, MeasurementRow.at_ms)):
        found[asset].append((at, float(value)))
    yield from found.items()


def _runtimes(session: Session, window: Window, only: Only | None) -> Iterator[Stored]:
    """How long each successful build ran, in seconds."""
    rows = select(RunRow.asset_id, RunRow.started_ms, RunRow.duration_ms).where(
        RunRow.kind == "build",
        RunRow.status == RunStatus.SUCCESS,
        RunRow.duration_ms.is_not(None),
        RunRow.started_ms >= window.start_ms,
        RunRow.started_ms < window.end_ms,
    )
    if only is not None:
        rows = rows.where(RunRow.asset_id == only.id)
    found: dict[int, dict[int, Span]] = defaultdict(dict)
    for asset, start, lasted in session.execute(rows.order_by(RunRow.started_ms, RunRow.id)):
        if lasted is not None:
            found[asset][start] = (start, start + max(lasted, 1), lasted / 1000)
    for asset, spans in found.items():
        yield Stored(asset, RUNTIME, list(spans.values())[-MOST_POINTS:])


def _null_shares(session: Session, window: Window, only: Only | None) -> Iterator[Stored]:
    """What checks of NULLs observed, each check a series of its own."""
    rows = (
        select(CheckRow.asset_id, CheckRow.name, CheckResultRow.at_ms, CheckResultRow.observed)
        .join(CheckRow, CheckRow.id == CheckResultRow.check_id)
        .where(
            CheckRow.kind == "nulls",
            CheckRow.removed_ms.is_(None),
            CheckResultRow.observed.is_not(None),
            CheckResultRow.at_ms >= window.start_ms,
            CheckResultRow.at_ms < window.end_ms,
        )
        .order_by(CheckResultRow.at_ms)
    )
    if only is not None:
        rows = rows.where(CheckRow.asset_id == only.id)
    found: dict[tuple[int, str], list[Span]] = defaultdict(list)
    for asset, name, at, share in session.execute(rows):
        if share is not None:
            found[asset, name].append((at, at + 1, share))
    for (asset, name), spans in found.items():
        yield Stored(asset, NULL_SHARE, spans[-MOST_POINTS:], name)


def _costs(session: Session, window: Window, only: Only | None) -> Iterator[Stored]:
    """What each whole day cost that is settled, in credits."""
    rows = (
        select(CostRow.value, CostRow.day_ms, func.sum(CostRow.nano_credits))
        .where(
            CostRow.dimension == "asset",
            CostRow.value != "",
            CostRow.day_ms >= window.start_ms,
            CostRow.day_ms <= window.end_ms - DAY_MS,
        )
        .group_by(CostRow.value, CostRow.day_ms)
        .having(func.sum(cast(CostRow.provisional, Integer)) == 0)
        .order_by(CostRow.value, CostRow.day_ms)
    )
    if only is not None:
        rows = rows.where(CostRow.value == only.key)
    found: dict[str, list[Span]] = defaultdict(list)
    for asset, start, nano in session.execute(rows):
        found[asset].append((start, start + DAY_MS, float(nano) / NANO))
    for asset, spans in found.items():
        yield Stored(asset, COST, spans)


_READERS: dict[Metric, Reader] = {
    ROW_COUNT: _snapshots(ROW_COUNT, Measured.ROW_COUNT),
    ROWS_WRITTEN: _sums,
    BYTES: _snapshots(BYTES, Measured.BYTES),
    RUNTIME: _runtimes,
    NULL_SHARE: _null_shares,
    COST: _costs,
}
