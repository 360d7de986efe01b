"""The figures lists of assets sort by, summed once a cycle so that no page has to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, case, delete, func, insert, literal, select

from assay.model.time import DAY_MS, Window, floor_day_ms
from assay.model.usage import CONSUMERS
from assay.store.costs import UNSORTED, days, in_one_currency, known_connections
from assay.store.tables import AssetRow, AssetSummaryRow, CostRow, EdgeRow, RunRow, UsageRow

if TYPE_CHECKING:
    from sqlalchemy import Subquery
    from sqlalchemy.orm import InstrumentedAttribute, Session

DAYS = 30
"""How many days a summary covers: today and those before it."""


def refresh(session: Session, now_ms: int) -> None:
    """Sum up every asset's last 30 days, from the roll-ups, in one statement.

    The last day is the newest that cost something, as on every page; today before anything did.
    """
    known = days(session)
    until = (floor_day_ms(now_ms) if known is None else known[1]) + DAY_MS
    window = Window(until - DAYS * DAY_MS, until)
    session.execute(delete(AssetSummaryRow))
    summary = _summary(window)
    session.execute(insert(AssetSummaryRow).from_select(list(summary.selected_columns.keys()), summary))


def covers(session: Session, window: Window) -> bool:
    """Whether the summaries are of exactly this window."""
    until = session.scalar(select(AssetSummaryRow.until_ms).limit(1))
    return until is not None and window == Window(until - DAYS * DAY_MS, until)


def dearest(session: Session, window: Window, limit: int) -> list[str]:
    """The keys of the assets that cost most, dearest first: by money where a price is known, else by credits.

    Of the 30 days the summaries cover this is read from them; any other window is summed up.
    """
    keys = _dearest_known() if covers(session, window) else _dearest_of(window)
    return list(session.scalars(keys.limit(limit)))


def _dearest_known() -> Select[Any]:
    money, credit = AssetSummaryRow.micro_currency, AssetSummaryRow.nano_credits
    keys = select(AssetRow.key).join(AssetSummaryRow).where((credit > 0) | (money > 0))
    return keys.order_by(func.coalesce(money, 0).desc(), credit.desc(), AssetRow.key)


def _dearest_of(window: Window) -> Select[Any]:
    money, credit = func.sum(CostRow.micro_currency), func.sum(CostRow.nano_credits)
    known = CostRow.connection.in_(known_connections(CostRow))
    within = (CostRow.day_ms >= window.start_ms, CostRow.day_ms < window.end_ms)
    keys = select(UNSORTED).where(known, CostRow.dimension == "asset", CostRow.value != "", *within)
    return keys.group_by(UNSORTED).order_by(func.coalesce(money, 0).desc(), credit.desc(), UNSORTED)


def _summary(window: Window) -> Select[Any]:
    cost, runs, reads = _costs(window), _runs(window), _reads(window)
    upstream, downstream = _edges(EdgeRow.downstream_id), _edges(EdgeRow.upstream_id)
    return (
        select(
            AssetRow.id.label("asset_id"),
            literal(window.end_ms).label("until_ms"),
            _or_zero(cost.c.nano_credits),
            _or_zero(cost.c.before_nano_credits),
            cost.c.micro_currency,
            func.coalesce(cost.c.currency, "").label("currency"),
            _or_zero(reads.c.reads),
            reads.c.last_read_ms,
            _or_zero(runs.c.runs),
            _or_zero(runs.c.failed_runs),
            runs.c.last_run_ms,
            func.coalesce(upstream.c.edges, 0).label("upstream"),
            func.coalesce(downstream.c.edges, 0).label("downstream"),
        )
        .outerjoin(cost, cost.c.value == AssetRow.key)
        .outerjoin(reads, reads.c.asset_id == AssetRow.id)
        .outerjoin(runs, runs.c.asset_id == AssetRow.id)
        .outerjoin(upstream, upstream.c.asset_id == AssetRow.id)
        .outerjoin(downstream, downstream.c.asset_id == AssetRow.id)
    )


def _or_zero(column: Any) -> Any:  # noqa: ANN401 - a column of a subquery has no static type
    return func.coalesce(column, 0).label(column.name)


def _costs(window: Window) -> Subquery:
    inside = CostRow.day_ms >= window.start_ms
    return (
        select(
            CostRow.value,
            func.sum(case((inside, CostRow.nano_credits), else_=0)).label("nano_credits"),
            func.sum(case((inside, 0), else_=CostRow.nano_credits)).label("before_nano_credits"),
            in_one_currency(func.sum(case((inside, CostRow.micro_currency)))).label("micro_currency"),
            func.max(CostRow.currency).label("currency"),
        )
        .where(
            CostRow.dimension == "asset",
            CostRow.day_ms >= window.start_ms - DAYS * DAY_MS,
            CostRow.day_ms < window.end_ms,
        )
        .group_by(CostRow.value)
        .subquery()
    )


def _runs(window: Window) -> Subquery:
    failed = case((RunRow.status == "error", 1), else_=0)
    inside = RunRow.started_ms >= window.start_ms
    return (
        select(
            RunRow.asset_id,
            func.sum(case((inside, 1), else_=0)).label("runs"),
            func.sum(case((inside, failed), else_=0)).label("failed_runs"),
            func.max(RunRow.started_ms).label("last_run_ms"),
        )
        .where(RunRow.kind == "build")
        .group_by(RunRow.asset_id)
        .subquery()
    )


def _reads(window: Window) -> Subquery:
    inside = UsageRow.day_ms >= window.start_ms
    return (
        select(
            UsageRow.asset_id,
            func.sum(case((inside, UsageRow.reads), else_=0)).label("reads"),
            func.max(UsageRow.last_read_ms).label("last_read_ms"),
        )
        .where(UsageRow.reader_class.in_(CONSUMERS))
        .group_by(UsageRow.asset_id)
        .subquery()
    )


def _edges(end: InstrumentedAttribute[int]) -> Subquery:
    other = EdgeRow.upstream_id if end is EdgeRow.downstream_id else EdgeRow.downstream_id
    return select(end.label("asset_id"), func.count(other.distinct()).label("edges")).group_by(end).subquery()
