"""Budgets: who is over, who is likely to end over, and what is the month made of?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, request

from assay.errors import UsageError
from assay.model.assets import WATCHER, AssetKey
from assay.model.months import Month
from assay.store import budgets, triage
from assay.store.keys import find_ids
from costs.budgets.standing import KIND
from web import state
from web.budget_figures import GRAVEST, budget_of, by_gravity, month_chart
from web.pages.base import asked, rendered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from assay.config import Settings
    from assay.store.tables import BudgetMonthRow, IncidentRow
    from web.budget_figures import Budget
    from web.charts import Chart

blueprint = Blueprint("budgets", __name__)
DRAWN = 6
"""How many budgets, the gravest first, are drawn on the page of all."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """What the page tells."""

    month: str
    months: Sequence[str]
    """Those that are known, newest first."""
    budgets: Sequence[Budget]
    states: Mapping[str, int]
    """How many budgets are in each state, the gravest first."""
    charts: Sequence[Chart]


@dataclass(frozen=True, slots=True)
class BudgetPage:
    """What the page of one budget tells."""

    budget: Budget
    chart: Chart
    months: Sequence[Budget]
    """It in all months that are known, newest first."""


def query(session: Session, settings: Settings, month: str) -> Budgets:
    """Read how the budgets stand in a month; in the newest that is known where none is asked for."""
    known = budgets.months(session)
    if month and month not in known:
        raise _no_month(month, known)
    rows = by_gravity(budgets.of_month(session, month or None))
    counted = Counter(row.state for row in rows)
    return Budgets(
        month=month or next(iter(known), ""),
        months=known,
        budgets=_told(session, settings, rows),
        states={one.value: counted[one.value] for one in GRAVEST},
        charts=[month_chart(row) for row in rows[:DRAWN]],
    )


def _no_month(month: str, known: Sequence[str]) -> UsageError:
    try:
        Month.parse(month)
    except ValueError:
        return UsageError(f"{month[:40]!r} is no month.", hint="Write a month as 2026-11.")
    reach = (
        f"Known are {known[-1]} to {known[0]}." if known else "A cycle keeps how budgets stand: `assay run`"
    )
    return UsageError(f"Nothing is known of budgets in {month}.", hint=reach)


def _told(session: Session, settings: Settings, rows: Sequence[BudgetMonthRow]) -> list[Budget]:
    incidents = _incidents(session, {row.name for row in rows})
    return [budget_of(row, settings.budgets.get(row.name), incidents.get(row.name)) for row in rows]


def _incidents(session: Session, names: set[str]) -> dict[str, IncidentRow]:
    """The newest incident that wants attention of each budget, by its name."""
    keys = {str(AssetKey(WATCHER, KIND, (name,))): name for name in names}
    ids = {asset_id: keys[key] for key, asset_id in find_ids(session, keys).items()}
    return {ids[asset_id]: rows[0] for asset_id, rows in triage.on_assets(session, list(ids)).items()}


def one(session: Session, settings: Settings, name: str, month: str) -> BudgetPage | None:
    """Read a budget in a month and in those before; None where none of that name is known in it."""
    rows = budgets.of_budget(session, name)
    row = next((row for row in rows if not month or row.month == month), None)
    if row is None:
        return None
    months = _told(session, settings, rows)
    return BudgetPage(months[rows.index(row)], month_chart(row), months)


def found(name: str) -> BudgetPage:
    """The budget of a URL; a 404 where there is none."""
    told = one(state.session(), state.settings(), name, request.args.get("month", ""))
    if told is None:
        abort(404, f"Nothing is known of a budget {name[:80]} in that month.")
    return told


@blueprint.get("/budgets")
def page() -> str:
    """The page."""
    asked()
    told = query(state.session(), state.settings(), request.args.get("month", ""))
    return rendered("budgets.html", told=told)


@blueprint.get("/budgets/<name>")
def of_one(name: str) -> str:
    """One budget: its month day by day against the limit, and the months before."""
    asked()
    return rendered("budget.html", told=found(name))
