"""Budgets drawn: the month day by day against the limit, and the whole of it as one bar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import url_for

from assay.model.decisions import BudgetState
from assay.model.money import MICRO, NANO
from assay.model.months import Month
from costs.budgets.spending import CREDITS
from costs.budgets.subjects import Subject, SubjectKind
from web.charts import Chart, Series
from web.format import budgeted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.config.decisions import BudgetSettings
    from assay.store.tables import BudgetMonthRow, IncidentRow

BAR = 1000
"""How wide a budget's bar is drawn."""

GRAVEST = tuple(reversed(BudgetState))
_WORDS = {
    "Observed": "Spent",
    "Expected": "Likely",
    "Low": "P10",
    "High": "P90",
    "Expected range": "P10 to P90",
}
_GLOB = frozenset("*?[")


class Bar(NamedTuple):
    """The parts of a budget's bar, from 0 to BAR: what is spent, the forecast's range and middle, and the limit."""

    spent: int
    p10: int
    p50: int
    p90: int
    limit: int


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget in a month, with what a page tells beside it."""

    row: BudgetMonthRow
    of: str
    """What it is of, e.g. owner finance."""
    evidence: str
    """Where its figures come from: the address of a page."""
    owner: str
    quota: bool
    incident: IncidentRow | None
    ends: date
    """The first day that is not in the month."""
    known_until: date
    """The first day that is not known whole."""
    provisional: int
    """The part of what is spent that the account may still restate."""
    edges: Bar

    @property
    def share(self) -> float:
        """What is spent, in budgets."""
        return self.row.spent / self.row.limit

    @property
    def is_under_way(self) -> bool:
        """Whether days of the month are still to come."""
        return self.known_until < self.ends

    @property
    def left(self) -> timedelta:
        """What is left of the month."""
        return self.ends - self.known_until


def budget_of(row: BudgetMonthRow, settings: BudgetSettings | None, incident: IncidentRow | None) -> Budget:
    """The row as a page tells it; of a budget that has left the settings only its figures are known."""
    month = Month.parse(row.month)
    subject = Subject(SubjectKind.EVERYTHING) if settings is None else Subject.of(settings)
    known = [day for day in row.days if "spent" in day]
    return Budget(
        row=row,
        of="" if settings is None else _told(subject),
        evidence=_evidence(subject, month),
        owner="" if settings is None else settings.told_to or settings.owner,
        quota=settings is not None and settings.quota,
        incident=incident,
        ends=month.next.first,
        known_until=_first_ahead(row) or month.next.first,
        provisional=sum(int(day["spent"]) for day in known if day.get("provisional")),
        edges=_bar(row),
    )


def _first_ahead(row: BudgetMonthRow) -> date | None:
    return next((date.fromisoformat(day["day"]) for day in row.days if "p50" in day), None)


def _told(subject: Subject) -> str:
    return (
        "everything" if subject.kind is SubjectKind.EVERYTHING else f"{subject.kind.value} {subject.pattern}"
    )


def _evidence(subject: Subject, month: Month) -> str:
    """The page that tells most nearly what the budget is made of."""
    span: dict[str, Any] = {
        "from": month.first.isoformat(),
        "to": (month.next.first - timedelta(days=1)).isoformat(),
    }
    pattern = subject.pattern
    if subject.kind is SubjectKind.ASSET and not _GLOB & set(pattern):
        return url_for("asset.page", key=pattern, **span)
    if subject.kind in {SubjectKind.OWNER, SubjectKind.TAG} and not _GLOB & set(pattern):
        return url_for("assets.page", **{subject.kind.value: pattern, **span})
    by = "warehouse" if subject.kind in {SubjectKind.WAREHOUSE, SubjectKind.EVERYTHING} else "asset"
    return url_for("costs.page", by=by, **span)


def _bar(row: BudgetMonthRow) -> Bar:
    most = max(row.limit, row.spent, row.p90, 1)
    spent, p10, p50, p90, limit = (
        round(BAR * max(0, value) / most) for value in (row.spent, row.p10, row.p50, row.p90, row.limit)
    )
    return Bar(spent, p10, p50, p90, limit)


def month_chart(row: BudgetMonthRow) -> Chart:
    """The month adding up: what is spent, then what it is likely to come to, against the limit."""
    unit = NANO if row.unit == CREDITS else MICRO
    spent = [value / unit for value in accumulate(int(day["spent"]) for day in row.days if "spent" in day)]
    ahead = [day for day in row.days if "p50" in day]
    labels = [f"{date.fromisoformat(day['day']):%d %b}".lstrip("0") for day in row.days]
    series = [Series("Observed", [*spent, *[None] * len(ahead)], "busy")]
    if ahead:
        # The range begins where the known days end: at what is spent.
        begins: list[float | None] = [*[None] * (len(spent) - 1), *spent[-1:]]
        series += [
            Series(name, [*begins, *(day[of] / unit for day in ahead)], "band")
            for name, of in (("Expected", "p50"), ("Low", "p10"), ("High", "p90"))
        ]
    ends = f", likely {budgeted(row.p50, row.unit)} by its end" if ahead else ""
    return Chart(
        f"budget-{row.name}", f"{row.name}: {budgeted(row.spent, row.unit)} of {budgeted(row.limit, row.unit)}{ends}",
        row.unit, labels, series, "band", note=f"The level line: the budget, {budgeted(row.limit, row.unit)}.",
        marks={"budget": row.limit / unit}, words=_WORDS,
    )  # fmt: skip


def by_gravity(rows: Sequence[BudgetMonthRow]) -> list[BudgetMonthRow]:
    """The gravest first; among those alike what is fullest by the end of the month."""
    return sorted(
        rows, key=lambda row: (GRAVEST.index(BudgetState(row.state)), -row.p50 / row.limit, row.name)
    )
