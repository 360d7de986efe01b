"""What budgets have to tell: a check for each threshold and one for the forecast, all of one incident a budget.

A check that failed passes again only when the figure is clearly back: what swings around its bound is told once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.model.assets import WATCHER, AssetKey
from assay.model.checks import Cause, Check, CheckResult, CheckSource, Outcome, Severity
from assay.model.money import MICRO, NANO
from assay.store.tables import CheckRow
from costs.budgets.spending import CREDITS
from costs.budgets.standing import KIND
from costs.budgets.words import percent, written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from costs.budgets.standing import Standing

BACK_SPENT, BACK_FORECAST = 0.98, 0.95
"""Parts of a bound below which spending, or the forecast, is clearly back under it."""
FORECAST = "forecast"


def check_of(name: str, what: str, severity: Severity = Severity.WARN, owner: str = "") -> Check:
    """A budget's check: `what` is a threshold in percent, or FORECAST."""
    told = "is likely to end its month within it" if what == FORECAST else f"has not spent {what} % of it"
    return Check(
        name=f"assay.budget.{name}.{what}",
        asset=AssetKey(WATCHER, KIND, (name,)),
        kind=KIND,
        cause=Cause.COST,
        severity=severity,
        source=CheckSource.ASSAY,
        owner=owner,
        description=f"What the budget {name} is of {told}.",
    )


def results(standings: Collection[Standing], now: datetime) -> list[CheckResult]:
    """A failed result for each bound that is passed, and a passed one for each that was and is no more."""
    return [result for each in standings for result in _of(each, now)]


def _of(standing: Standing, now: datetime) -> Iterator[CheckResult]:
    for threshold in standing.alert_at:
        severity = Severity.ERROR if threshold >= 1 else Severity.WARN
        check = check_of(standing.name, f"{threshold * 100:g}", severity, standing.owner)
        is_clear = standing.share < threshold * BACK_SPENT
        yield from _judged(standing, check, now, over=standing.share >= threshold, clear=is_clear)
    check = check_of(standing.name, FORECAST, Severity.WARN, standing.owner)
    likely, wanted = standing.forecast.p50 / standing.limit, standing.on_forecast
    is_clear = likely < BACK_FORECAST or not wanted
    yield from _judged(standing, check, now, over=likely > 1 and wanted, clear=is_clear)


def _judged(
    standing: Standing, check: Check, now: datetime, *, over: bool, clear: bool
) -> Iterator[CheckResult]:
    """Between over and clear what was, stays: a failed check fails, of another nothing is told."""
    failed = check.name in standing.failing
    if over or (failed and not clear):
        yield _result(standing, check, Outcome.FAIL, now)
    elif failed:
        yield _result(standing, check, Outcome.PASS, now)


def _result(standing: Standing, check: Check, outcome: Outcome, now: datetime) -> CheckResult:
    per_unit = NANO if standing.unit == CREDITS else MICRO
    return CheckResult(
        check,
        now,
        outcome,
        sentence(standing),
        observed=standing.spent / per_unit,
        metadata={
            "unit": standing.unit,
            "budget": standing.limit / per_unit,
            "of": str(standing.subject),
            "month": str(standing.month),
            "forecast": [amount / per_unit for amount in standing.forecast],
            "next_step": f"`assay budgets` shows how it stands; `assay costs` tells what {standing.month} went to.",
        },
    )


def sentence(standing: Standing) -> str:
    """How the budget stands, in one sentence."""
    left = sum(1 for day in standing.days if day.likely is not None)
    unit, likely = standing.unit, standing.forecast
    spent = (
        f"{written(standing.spent, unit)} of {written(standing.limit, unit)} spent in {standing.month} "
        f"({percent(standing.share)})"
    )
    if not left:
        return f"{spent}; the month is over."
    days = "1 day is" if left == 1 else f"{left} days are"
    return (
        f"{spent}, {days} to come; likely to end at {written(likely.p50, unit)} "
        f"(P10 {written(likely.p10, unit)}, P90 {written(likely.p90, unit)})."
    )


def ended(session: Session, names: Collection[str], now: datetime) -> list[CheckResult]:
    """A passed result for each check of a budget that is in the settings no more."""
    failed = select(CheckRow.name).where(CheckRow.kind == KIND, CheckRow.last_outcome == Outcome.FAIL)
    found = []
    for check in sorted(session.scalars(failed)):
        name, _, what = check.removeprefix("assay.budget.").rpartition(".")
        if name not in names:
            found.append(CheckResult(check_of(name, what), now, Outcome.PASS, "It is no budget any more."))
    return found
