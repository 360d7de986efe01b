"""What a budget's subject cost day by day, from the roll-ups: exact integers in the budget's own unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, literal, select

from assay.facts.streams import METERING, WAREHOUSE_METERING
from assay.model.money import NANO
from assay.model.time import DAY_MS, HOUR_MS
from assay.store.bulk import chunked
from assay.store.collections import watermarks
from assay.store.costs import known_connections
from assay.store.tables import CellRow, CostRow, RestatementRow
from costs.budgets.subjects import SubjectKind, fit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from assay.model.time import Window
    from costs.budgets.subjects import Subject

METERS_LAG_MS = 6 * HOUR_MS
"""Until so long after a day's end its last hours are still being told for the first time."""
CREDITS = "credits"
"""The unit of a budget that is not in money."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What each day (ms) cost, in nano-credits or micro-currency; which days may still be restated.

    `unpriced_nano` is what has no price in that currency, and so is missing from a budget of money.
    """

    days: Mapping[int, int] = field(default_factory=dict)
    provisional: frozenset[int] = frozenset()
    unpriced_nano: int = 0

    def amounts(self, start_ms: int, end_ms: int) -> tuple[int, ...]:
        """One figure for each day of [start_ms, end_ms); 0 for a day that cost nothing."""
        return tuple(self.days.get(day_ms, 0) for day_ms in range(start_ms, end_ms, DAY_MS))


def spending(
    session: Session, subject: Subject, assets: Collection[str], window: Window, unit: str
) -> Spending:
    """What the subject cost on each day of the window; `unit` is CREDITS or a currency."""
    days: dict[int, int] = {}
    provisional: set[int] = set()
    unpriced = 0
    for where in _places(session, subject, assets):
        for day_ms, spent, missing, may_change in session.execute(_by_day(window, unit).where(*where)):
            days[day_ms] = days.get(day_ms, 0) + int(spent)
            unpriced += int(missing)
            if may_change:
                provisional.add(day_ms)
    return Spending(days, frozenset(provisional), unpriced)


def _by_day(window: Window, unit: str) -> Select[int, Any, Any, Any]:
    in_unit = CostRow.currency == unit
    nano, micro = CostRow.nano_credits, func.coalesce(CostRow.micro_currency, 0)
    spent = nano if unit == CREDITS else case((in_unit, micro), else_=0)
    unpriced = case((CostRow.micro_currency.is_(None) | ~in_unit, nano), else_=0)
    return (
        select(
            CostRow.day_ms,
            func.sum(spent),
            func.sum(literal(0) if unit == CREDITS else unpriced),
            func.max(case((CostRow.provisional, 1), else_=0)),
        )
        .where(CostRow.day_ms >= window.start_ms, CostRow.day_ms < window.end_ms)
        .group_by(CostRow.day_ms)
    )


def _places(
    session: Session, subject: Subject, assets: Collection[str]
) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """Where in the roll-ups the subject stands: many assets are asked for some at a time."""
    if subject.kind.is_of_assets:
        for keys in chunked(sorted(assets)):
            yield CostRow.dimension == "asset", CostRow.value.in_(keys)
        return
    everything = (CostRow.dimension == "warehouse", CostRow.connection.in_(known_connections(CostRow)))
    if subject.kind is SubjectKind.WAREHOUSE:
        names = session.scalars(select(CostRow.value).where(*everything).distinct())
        yield (
            CostRow.dimension == "warehouse",
            CostRow.value.in_([n for n in names if fit(subject.pattern, n)]),
        )
    else:
        yield everything


def metered_until(session: Session) -> int | None:
    """Until when (ms) every account is metered: the earliest of their last metered hours' ends; None before any.

    What happened later is not known yet. An account that rests is metered as far as its meters were read.
    """
    names = [str(name) for name in session.scalars(known_connections(CellRow)) if name]
    return min((_end(session, name) for name in names), default=None)


def _end(session: Session, connection: str) -> int:
    last_day = select(func.max(CellRow.day_ms)).where(CellRow.connection == connection).scalar_subquery()
    last_hour = select(func.max(CellRow.hour_ms)).where(
        CellRow.connection == connection, CellRow.day_ms == last_day
    )
    read = watermarks(session, connection)
    seen = [session.scalar(last_hour) or 0, *(read.get(s.name, 0) for s in (WAREHOUSE_METERING, METERING))]
    return max(seen) // HOUR_MS * HOUR_MS + HOUR_MS


def restated_share(session: Session, window: Window) -> float:
    """By which share of itself a day of the window changed, on average, after it had been metered whole."""
    told = select(func.sum(func.abs(RestatementRow.delta_nano))).where(
        RestatementRow.day_ms >= window.start_ms,
        RestatementRow.day_ms < window.end_ms,
        RestatementRow.known_at_ms > RestatementRow.day_ms + DAY_MS + METERS_LAG_MS,
    )
    spent = select(func.sum(CostRow.nano_credits)).where(
        CostRow.dimension == "warehouse",
        CostRow.connection.in_(known_connections(CostRow)),
        CostRow.day_ms >= window.start_ms,
        CostRow.day_ms < window.end_ms,
    )
    moved, whole = session.scalar(told), session.scalar(spent)
    return min(1.0, int(moved) / int(whole)) if moved and whole else 0.0


def currency_of(session: Session) -> str:
    """The currency of the bill: that of the newest day which has a price; '' where none has."""
    newest = (
        select(CostRow.currency)
        .where(
            CostRow.dimension == "warehouse",
            CostRow.currency != "",
            CostRow.connection.in_(known_connections(CostRow)),
        )
        .order_by(CostRow.day_ms.desc(), CostRow.nano_credits.desc())
        .limit(1)
    )
    return session.scalar(newest) or ""


def price_of_credit(session: Session, window: Window, currency: str) -> int | None:
    """What a credit cost in the window on average, in micro-currency; None where no price is known."""
    where = (
        CostRow.dimension == "warehouse",
        CostRow.connection.in_(known_connections(CostRow)),
        CostRow.day_ms >= window.start_ms,
        CostRow.day_ms < window.end_ms,
        CostRow.currency == currency,
        CostRow.nano_credits > 0,
    )
    nano, micro = session.execute(
        select(func.sum(CostRow.nano_credits), func.sum(CostRow.micro_currency)).where(*where)
    ).one()
    return round(int(micro) * NANO / int(nano)) if nano and micro is not None else None
