"""How budgets stood in their months: kept by the cycle, read by pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from assay.store.bulk import upsert, values
from assay.store.tables import BudgetMonthRow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session


def save(session: Session, rows: Sequence[BudgetMonthRow], names: Collection[str]) -> None:
    """Keep how budgets stand, one row for each budget and month; of budgets that are not in `names` nothing is kept."""
    upsert(session, BudgetMonthRow, [values(row) for row in rows], key=("name", "month"))
    session.execute(delete(BudgetMonthRow).where(BudgetMonthRow.name.not_in(sorted(names))))


def months(session: Session) -> list[str]:
    """The months that are known of any budget, newest first."""
    known = select(BudgetMonthRow.month).distinct().order_by(BudgetMonthRow.month.desc())
    return list(session.scalars(known))


def of_month(session: Session, month: str | None = None) -> list[BudgetMonthRow]:
    """Every budget in a month, by name; without one, in the newest month that is known."""
    wanted = month or next(iter(months(session)), "")
    rows = select(BudgetMonthRow).where(BudgetMonthRow.month == wanted).order_by(BudgetMonthRow.name)
    return list(session.scalars(rows))


def states(session: Session) -> dict[str, int]:
    """How many budgets are in each state in the newest month that is known."""
    newest = select(func.max(BudgetMonthRow.month)).scalar_subquery()
    rows = select(BudgetMonthRow.state, func.count()).where(BudgetMonthRow.month == newest)
    return dict(session.execute(rows.group_by(BudgetMonthRow.state)).all())


def of_budget(session: Session, name: str) -> list[BudgetMonthRow]:
    """A budget in all months that are known, newest first."""
    rows = select(BudgetMonthRow).where(BudgetMonthRow.name == name)
    return list(session.scalars(rows.order_by(BudgetMonthRow.month.desc())))
