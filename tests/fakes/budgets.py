"""An account whose days are put into the roll-ups, and budgets over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from assay.config import Settings
from assay.model.assets import Asset, AssetKey
from assay.model.money import MICRO, NANO
from assay.model.months import Month
from assay.model.time import HOUR_MS, day_start_ms
from assay.store import costs
from assay.store.tables import CellRow, CostRow
from costs.budgets import Standing, standing
from costs.budgets.forecast import Range
from costs.budgets.subjects import Subject, SubjectKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from assay.store.engine import Store

EVERYTHING = Subject(SubjectKind.EVERYTHING)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ORDERS = AssetKey("snowflake", "acme", ("shop", "marts", "orders"))
VISITS = AssetKey("snowflake", "acme", ("shop", "marts", "visits"))
ASSETS = (
    Asset(ORDERS, owner="finance", tags=("gold", "daily"), meta={"group": "money"}),
    Asset(VISITS, owner="web", tags=("daily",)),
)


@dataclass
class Account:
    """An account in a store: days are put into its roll-ups, and budgets are asked how they stand."""

    store: Store
    folder: Path
    price: int | None = None
    currency: str = "EUR"

    def spend(
        self, day: date, amounts: Mapping[str, int], *, provisional: bool = False, hours: int = 24
    ) -> None:
        """A day's credits by asset key ('' for no asset), all of warehouse WH; `hours` of it are metered."""
        with self.store.write() as session:
            costs.replace_day(
                session, "acme", day_start_ms(day), [_cell(day, hours)], self._rows(day, amounts, provisional)
            )

    def steadily(self, amounts: Mapping[str, int], first: date, last: date) -> None:
        """The same every day from `first` to `last`."""
        days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
        rows = [row for day in days for row in self._rows(day, amounts, provisional=False)]
        with self.store.write() as session:
            costs.replace_day(session, "acme", day_start_ms(last), [_cell(last, 24)], rows)

    def _rows(self, day: date, amounts: Mapping[str, int], provisional: bool) -> list[CostRow]:
        places = [("asset", key, amount) for key, amount in amounts.items()]
        places.append(("warehouse", "WH", sum(amounts.values())))
        return [
            CostRow(
                connection="acme", day_ms=day_start_ms(day), dimension=dimension, value=value, service="compute",
                kind="busy", nano_credits=amount * NANO,
                micro_currency=None if self.price is None else amount * self.price * MICRO,
                currency="" if self.price is None else self.currency, provisional=provisional,
            )
            for dimension, value, amount in places
        ]  # fmt: skip

    def settings(self, **budgets: Mapping[str, Any]) -> Settings:
        """Settings with these budgets."""
        told = {f"budgets.{name}.{key}": value for name, of in budgets.items() for key, value in of.items()}
        return Settings.load(self.folder, told, {})

    def standing(self, **budgets: Mapping[str, Any]) -> dict[str, Standing]:
        """How the budgets stand now, by name."""
        with self.store.read() as session:
            return {each.name: each for each in standing(session, self.settings(**budgets), NOW)}


def _cell(day: date, hours: int) -> CellRow:
    start = day_start_ms(day)
    return CellRow(
        connection="acme", account="acme", resource="WH", hour_ms=start + (hours - 1) * HOUR_MS,
        service="compute", day_ms=start, metered_nano=0, attributed_nano=0, provisional=False,
    )  # fmt: skip


def a_standing(  # noqa: PLR0913 - what a standing says
    name: str,
    limit: int,
    likely: int,
    subject: Subject = EVERYTHING,
    assets: frozenset[str] | None = None,
    *,
    quota: bool = False,
    price: int | None = None,
) -> Standing:
    """A budget of credits (of euros where a credit has a price) with so much likely at the month's end."""
    unit, scale = ("credits", NANO) if price is None else ("EUR", MICRO)
    return Standing(
        name=name, subject=subject, month=Month(2026, 11), unit=unit, limit=limit * scale, spent=0, provisional=0,
        forecast=Range(0, likely * scale, likely * scale), known_until=date(2026, 11, 21), quota=quota,
        assets=assets, micro_per_credit=None if price is None else price * MICRO,
    )  # fmt: skip
