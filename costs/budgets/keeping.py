"""A standing as the store keeps it for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.store.tables import BudgetMonthRow

if TYPE_CHECKING:
    from costs.budgets.standing import Standing


def row_of(standing: Standing, now_ms: int) -> BudgetMonthRow:
    """The row of a standing; its `days` are the whole month, as `DayOfMonth.as_dict` writes them."""
    return BudgetMonthRow(
        name=standing.name,
        month=str(standing.month),
        unit=standing.unit,
        limit=standing.limit,
        spent=standing.spent,
        p10=standing.forecast.p10,
        p50=standing.forecast.p50,
        p90=standing.forecast.p90,
        state=standing.state.value,
        days=[day.as_dict() for day in standing.days],
        updated_ms=now_ms,
    )
