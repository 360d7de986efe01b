"""How each budget stands in its month: what is spent, and what the month is likely to come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from assay.errors import UsageError
from assay.model.checks import Outcome
from assay.model.decisions import BudgetState
from assay.model.money import MICRO, NANO
from assay.model.months import Month
from assay.model.time import DAY_MS, Window, day_of, floor_day_ms, to_ms
from assay.store.tables import CheckRow
from costs.budgets.forecast import Begun, Range, forecast
from costs.budgets.spending import (
    CREDITS,
    Spending,
    currency_of,
    metered_until,
    price_of_credit,
    restated_share,
    spending,
)
from costs.budgets.subjects import Subject, covered, known_assets, told_to
from costs.budgets.words import exact

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from assay.config import Settings
    from assay.config.decisions import BudgetSettings

KIND = "budget"
"""The kind of the checks that budgets are told by."""
HISTORY_DAYS = 200
"""Days before the month that forecasts are learned from."""


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """A day of the month, in the budget's unit: what it cost; for one to come, what the month comes to by its end."""

    day: date
    spent: int = 0
    provisional: bool = False
    likely: Range | None = None

    def as_dict(self) -> dict[str, object]:
        """The day as JSON values, as the store keeps it."""
        if self.likely is not None:
            return {"day": self.day.isoformat(), **self.likely._asdict()}
        return {"day": self.day.isoformat(), "spent": self.spent, "provisional": self.provisional}


@dataclass(frozen=True, slots=True)
class Standing:
    """A budget in a calendar month. All sums are integers in its unit: nano-credits, or micro-currency.

    `forecast` is what the month comes to; what is `provisional` widens it by as much as days were lately restated.
    `known_until` is the day the meters have told whole; days from it on are forecast. `provisional` is the part of
    `spent` that the account may still restate. `assets` are the keys it covers (None: it is not told by assets).
    `failing` names the checks of it that failed when last looked at. `micro_per_credit` is the price that credits are
    turned into its currency by; None for a budget of credits, and where no price is known. `note` says what is missing.
    """

    name: str
    subject: Subject
    month: Month
    unit: str
    limit: int
    spent: int
    provisional: int
    forecast: Range
    known_until: date
    days: tuple[DayOfMonth, ...] = ()
    alert_at: tuple[float, ...] = ()
    on_forecast: bool = True
    quota: bool = False
    owner: str = ""
    assets: frozenset[str] | None = None
    failing: frozenset[str] = frozenset()
    micro_per_credit: int | None = None
    note: str = ""

    @property
    def share(self) -> float:
        """What is spent, in budgets."""
        return self.spent / self.limit

    @property
    def state(self) -> BudgetState:
        """The gravest that holds: over, a threshold reached, likely to end over, or none of them."""
        if self.spent >= self.limit:
            return BudgetState.OVER
        if any(self.share >= threshold for threshold in self.alert_at):
            return BudgetState.WARN
        return BudgetState.FORECAST if self.is_forecast_over else BudgetState.OK

    @property
    def is_forecast_over(self) -> bool:
        """Whether the month is likely to end over the budget."""
        return self.forecast.p50 > self.limit

    @property
    def is_under_way(self) -> bool:
        """Whether days of the month are still to come."""
        return self.days[-1].likely is not None

    def as_dict(self) -> dict[str, Any]:
        """The standing as `--json` gives it: exact integers, and decimals as text."""
        figures = {"limit": self.limit, "spent": self.spent, "provisional": self.provisional}
        likely = self.forecast._asdict()
        integers = "nano_credits" if self.unit == CREDITS else "micro_currency"
        return {
            "budget": self.name,
            "of": self.subject.kind.value,
            "name": self.subject.pattern or None,
            "month": str(self.month),
            "state": self.state.value,
            "unit": self.unit,
            **{word: exact(amount, self.unit) for word, amount in figures.items()},
            "share": round(self.share, 4),
            "forecast": {word: exact(amount, self.unit) for word, amount in likely.items()},
            integers: {**figures, "forecast": likely},
            "known_until": self.known_until.isoformat(),
            "owner": self.owner or None,
            "quota": self.quota,
            "assets": None if self.assets is None else len(self.assets),
            "note": self.note or None,
        }


def standing(
    session: Session, settings: Settings, now: datetime, month: Month | None = None
) -> list[Standing]:
    """How every budget of the settings stands in `month`; without one, in the month the meters have come to.

    The meters lag: a month goes on until they have told its end. Gives one standing for each budget, by name.
    UsageError for a month that has not begun.
    """
    if not settings.budgets:
        return []
    until_ms = metered_until(session) or to_ms(now)
    under_way = Month.of(until_ms - 1)
    if month is not None and month > under_way:
        raise UsageError(
            f"Nothing is known of {month} yet: the meters have come to {under_way}.",
            hint="Leave the month out for the one under way.",
        )
    reading = _Reading(session, settings, until_ms, month or under_way)
    return [reading.of(name, budget) for name, budget in sorted(settings.budgets.items())]


class _Reading:
    """What all budgets are read with, read once: assets, the currency and the price of a credit."""

    def __init__(self, session: Session, settings: Settings, until_ms: int, month: Month) -> None:
        self._session, self._until_ms, self._month = session, until_ms, month
        subjects = [Subject.of(budget) for budget in settings.budgets.values()]
        of_assets = any(subject.kind.is_of_assets for subject in subjects)
        self._assets = known_assets(session, settings.alerts.owners) if of_assets else []
        in_money = any(budget.amount is not None for budget in settings.budgets.values())
        self._currency = (currency_of(session) or settings.money.currency) if in_money else ""
        lately = Window(max(0, until_ms - 30 * DAY_MS), until_ms)
        self._restated = restated_share(session, lately)
        self._price = price_of_credit(session, lately, self._currency) if in_money else None
        failed = select(CheckRow.name).where(CheckRow.kind == KIND, CheckRow.last_outcome == Outcome.FAIL)
        self._failing = frozenset(session.scalars(failed))

    def of(self, name: str, budget: BudgetSettings) -> Standing:
        """The budget's standing."""
        subject = Subject.of(budget)
        assets = covered(subject, self._assets) if subject.kind.is_of_assets else None
        unit = CREDITS if budget.amount is None else self._currency
        window = self._month.window
        wide = Window(window.start_ms - HISTORY_DAYS * DAY_MS, window.end_ms)
        spent = spending(self._session, subject, assets or (), wide, unit)
        days = days_of_month(spent, self._month, self._until_ms)
        total = sum(spent.amounts(window.start_ms, window.end_ms))
        provisional = sum(spent.days[ms] for ms in spent.provisional if window.start_ms <= ms < window.end_ms)
        ends = days[-1].likely or Range(total, total, total)
        return Standing(
            name=name,
            subject=subject,
            month=self._month,
            unit=unit,
            limit=int(budget.credits * NANO)
            if budget.credits is not None
            else int((budget.amount or 0) * MICRO),
            spent=total,
            provisional=provisional,
            forecast=ends.wider(round(self._restated * provisional)),
            known_until=min(day_of(self._until_ms), self._month.next.first),
            days=tuple(days),
            alert_at=tuple(sorted(set(budget.alert_at))),
            on_forecast=budget.on_forecast,
            quota=budget.quota,
            owner=told_to(budget, subject, self._assets),
            assets=assets,
            failing=frozenset(check for check in self._failing if check.startswith(f"assay.budget.{name}.")),
            micro_per_credit=None if unit == CREDITS else self._price,
            note=_note(subject, assets, spent, unit),
        )


def days_of_month(spent: Spending, month: Month, until_ms: int) -> list[DayOfMonth]:
    """Every day of the month: those the meters have told whole as they were, the others as they are likely to be."""
    window = month.window
    whole_ms = min(max(floor_day_ms(until_ms), window.start_ms), window.end_ms)
    known = [
        DayOfMonth(day_of(day_ms), spent.days.get(day_ms, 0), day_ms in spent.provisional)
        for day_ms in range(window.start_ms, whole_ms, DAY_MS)
    ]
    ahead = (window.end_ms - whole_ms) // DAY_MS
    if not ahead:
        return known
    first_ms = window.start_ms - HISTORY_DAYS * DAY_MS
    begun = Begun(spent.days.get(whole_ms, 0), min(1.0, max(0, until_ms - whole_ms) / DAY_MS))
    likely = forecast(day_of(first_ms), spent.amounts(first_ms, whole_ms), ahead, begun)
    so_far = sum(day.spent for day in known)
    return known + [
        DayOfMonth(day_of(whole_ms + place * DAY_MS), likely=each.plus(so_far))
        for place, each in enumerate(likely)
    ]


def _note(subject: Subject, assets: frozenset[str] | None, spent: Spending, unit: str) -> str:
    """What is missing from the budget, with the next step; '' for nothing."""
    if assets is not None and not assets:
        return f"no asset has the {subject.kind} {subject.pattern}: it covers nothing"
    if unit != CREDITS and not unit:
        return "no price is known: set money.price_per_credit, or give the budget in credits"
    if spent.unpriced_nano:
        return f"part of it has no price in {unit}: set money.price_per_credit, or give the budget in credits"
    return "" if spent.days else "nothing was spent on it yet"
