"""Working out one account: whose each query was, then what each cost. A day is kept whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay import telemetry
from assay.cycle.summary import Derived, Event, Problem, Step
from assay.errors import StoppedError
from assay.facts.engine import Engine
from assay.model.money import MICRO
from costs import ledger
from costs.mapping import refresh as mapping
from costs.rates.book import ConfiguredPrices

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from decimal import Decimal

    from assay.config import MoneySettings
    from assay.cycle.sources import Source
    from assay.cycle.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Deriving:
    """One pass over one account's facts."""

    source: Source
    place: Workplace

    def run(self) -> Derived:
        """Map and cost every changed day. What fails is a problem of this account; days done are kept.

        Costs are worked out even when the mapping fails: they add up all the same, with less known owners.
        """
        problems: list[Problem] = []
        mapped, told = mapping.MappingSummary(), ledger.LedgerSummary()
        try:
            mapped = self._map()
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the other accounts go on
            problems.append(Problem.of(error, self.source.name, Step.MAP))
        try:
            told = self._cost()
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            problems.append(Problem.of(error, self.source.name, Step.COST))
        return Derived(
            connection=self.source.name,
            account=self.source.account,
            days=told.days,
            queries=told.queries,
            by_rung=mapped.by_rung,
            restated_days=told.restated,
            metered_nano_credits=told.metered_nano,
            attributed_nano_credits=told.attributed_nano,
            unmet_rules=tuple(map(str, mapped.unmet)),
            problems=tuple(problems),
        )

    def _map(self) -> mapping.MappingSummary:
        with telemetry.step_seconds.labels(Step.MAP).time():
            return mapping.refresh(
                self.place.store,
                self.place.files,
                self._engine,
                self.source.name,
                self.source.account,
                self.place.settings.mapping.rules,
                self.place.now,
                self._on_day(Step.MAP),
            )

    def _cost(self) -> ledger.LedgerSummary:
        with telemetry.step_seconds.labels(Step.COST).time():
            source = ledger.Source(
                self.place.store,
                self.place.files,
                self._engine,
                self.source.name,
                self.source.account,
                prices_of(self.place.settings.money),
            )
            return ledger.refresh(source, self.place.now, self._on_day(Step.COST))

    def _engine(self) -> Engine:
        return Engine.open([self.place.settings.facts.root])

    def _on_day(self, step: Step) -> Callable[[date], None]:
        return lambda day: self.place.on_event(Event(step, self.source.name, str(day)))


def prices_of(money: MoneySettings) -> ConfiguredPrices:
    """The configured prices, in micro-currency."""
    return ConfiguredPrices(
        money.currency, _micro(money.price_per_credit), _micro(money.price_per_terabyte_month)
    )


def _micro(price: Decimal | None) -> int | None:
    return None if price is None else int(price * MICRO)
