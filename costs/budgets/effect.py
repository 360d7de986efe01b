"""What a backfill does to budgets: which it touches, where it takes them, and whether a quota refuses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from assay.model.money import priced
from costs.budgets.spending import CREDITS
from costs.budgets.subjects import SubjectKind, fit
from costs.budgets.words import exact, percent, written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from assay.model.assets import AssetKey
    from costs.budgets.standing import Standing


class Part(NamedTuple):
    """What a backfill costs on one asset, in nano-credits, and the warehouse it runs on ('' when not known)."""

    asset: AssetKey | str
    nano_p50: int
    nano_p90: int
    warehouse: str = ""


@dataclass(frozen=True, slots=True)
class Touched:
    """A budget the backfill counts in; sums in the budget's unit (nano-credits or micro-currency).

    `before` is the month-end forecast's middle without the backfill, `after` with its P50, `at_worst` with its P90.
    """

    name: str
    unit: str
    limit: int
    spent: int
    before: int
    after: int
    at_worst: int
    quota: bool

    @property
    def breaks(self) -> bool:
        """Whether the month is likely to end over the budget if the backfill costs its P90."""
        return self.at_worst > self.limit

    @property
    def refuses(self) -> bool:
        """Whether it is a quota, and would be broken."""
        return self.quota and self.breaks

    @property
    def sentence(self) -> str:
        """Where the backfill takes the budget."""
        return (
            f"budget {self.name}: the month is likely to end at {written(self.before, self.unit)}, "
            f"with the backfill at {written(self.after, self.unit)} (P90 {written(self.at_worst, self.unit)}) "
            f"of {written(self.limit, self.unit)}, {percent(self.at_worst / self.limit)}"
        )

    def as_dict(self) -> dict[str, object]:
        """The budget as JSON values: decimals as text."""
        sums = ("limit", "spent", "before", "after", "at_worst")
        return {
            "budget": self.name,
            "unit": self.unit,
            **{word: str(exact(getattr(self, word), self.unit)) for word in sums},
            "share": round(self.at_worst / self.limit, 4),
            "breaks": self.breaks,
            "quota": self.quota,
            "refuses": self.refuses,
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class BudgetEffect:
    """Every budget a backfill touches, the fullest first."""

    touched: tuple[Touched, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether a quota refuses it."""
        return any(each.refuses for each in self.touched)

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why it is refused, a sentence for each quota."""
        return tuple(each.sentence for each in self.touched if each.refuses)

    def as_dict(self) -> dict[str, object]:
        """The effect as JSON values."""
        return {"refused": self.refused, "budgets": [each.as_dict() for each in self.touched]}


def effect(
    standings: Iterable[Standing], asset: AssetKey | str, nano_p50: int, nano_p90: int, *, warehouse: str = ""
) -> BudgetEffect:
    """What a backfill of one asset does to the budgets; its cost in nano-credits."""
    return effect_of(standings, [Part(asset, nano_p50, nano_p90, warehouse)])


def effect_of(standings: Iterable[Standing], parts: Collection[Part]) -> BudgetEffect:
    """What a backfill of several assets does to the budgets; P90s are added up, so the sum is on the safe side."""
    found = [
        _touched(each, [part for part in parts if covers(each, part)])
        for each in standings
        if any(covers(each, part) for part in parts)
    ]
    return BudgetEffect(tuple(sorted(found, key=lambda each: (-each.at_worst / each.limit, each.name))))


def covers(standing: Standing, part: Part) -> bool:
    """Whether a part of a backfill counts in a budget."""
    if standing.subject.kind is SubjectKind.EVERYTHING:
        return True
    if standing.subject.kind is SubjectKind.WAREHOUSE:
        return bool(part.warehouse) and fit(standing.subject.pattern, part.warehouse)
    return str(part.asset) in (standing.assets or ())


def _touched(standing: Standing, parts: Collection[Part]) -> Touched:
    before = standing.forecast.p50
    return Touched(
        name=standing.name,
        unit=standing.unit,
        limit=standing.limit,
        spent=standing.spent,
        before=before,
        after=before + sum(_in_unit(part.nano_p50, standing) for part in parts),
        at_worst=before + sum(_in_unit(part.nano_p90, standing) for part in parts),
        quota=standing.quota,
    )


def _in_unit(nano: int, standing: Standing) -> int:
    """Nano-credits in the budget's unit; where no price is known they count for nothing, as in what is spent."""
    if standing.unit == CREDITS:
        return nano
    return priced(nano, standing.micro_per_credit) if standing.micro_per_credit is not None else 0
