"""A quote, put together: the plan priced, scheduled, replayed on the timelines, and held against limits and budgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assay.errors import UsageError
from assay.facts.streams import QUERY_HISTORY
from assay.model.money import to_credits, to_nano
from assay.model.time import DAY_MS, Window, from_ms, to_ms
from assay.store import quotes, unit_costs
from costs import budgets
from costs.backfill import words
from costs.backfill.plan import Plan, plan
from costs.backfill.priced import Asked, Priced, price
from costs.backfill.request import Line, NoHistoryError, Price, Quote
from costs.backfill.schedule import Job, scheduled
from costs.backfill.spread import Range, common_factor
from costs.backfill.timeline import LOOK_BACK_DAYS, Timeline, timelines
from costs.backfill.units import FEWEST_BUILDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from assay.config import Settings
    from assay.facts.engine import Engine
    from assay.facts.files import FactFiles
    from assay.store.engine import Store
    from assay.store.tables import UnitCostRow
    from costs.backfill.replay import Stretch
    from costs.backfill.request import QuoteRequest

    Numbers = NDArray[np.float64]

COMPARABLE = 5
"""How many past builds are shown beside a quote."""
_SCENARIOS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""The places of the range of time at which a backfill is replayed on each past day."""


def quote(  # noqa: PLR0913, PLR0917 - where all is read from, and what is asked
    store: Store,
    files: FactFiles,
    engine_factory: Callable[[], Engine],
    request: QuoteRequest,
    settings: Settings,
    now: datetime,
) -> Quote:
    """The price of a backfill before it runs; nothing is kept and no warehouse is asked.

    Raises:
        UsageError: the asset or the warehouse is not known.
        NoHistoryError: neither the asset nor another on its account was ever built.
    """
    with store.read() as session:
        until_ms = _known_until(session, files, settings, now)
        since_ms = until_ms - settings.backfill.history_days * DAY_MS
        planned = plan(session, request, since_ms)
        names = _warehouses(planned, request)
        lines = timelines(session, files, engine_factory, planned.connection, names, until_ms)
        _expect_known(session, planned.connection, request.warehouse, lines)
        work = _Work(session, request, settings, now, planned, lines, since_ms)
        return work.quote()


def _known_until(session: Session, files: FactFiles, settings: Settings, now: datetime) -> int:
    """Until when statements are known: history is counted back from there, not from today."""
    ends = []
    for name in settings.connections:
        days = files.days(session, name, QUERY_HISTORY)
        newest = Window(days[-1], days[-1] + DAY_MS) if days else Window(0, 0)
        ends += [file.max_ms for file in files.files(session, name, QUERY_HISTORY, newest)]
    return min(max(ends) + 1, to_ms(now)) if ends else to_ms(now)


def _warehouses(planned: Plan, request: QuoteRequest) -> list[str]:
    if request.warehouse:
        return [request.warehouse]
    return sorted({step.builds[-1].warehouse for step in planned.steps if step.builds} - {""})


def _expect_known(session: Session, connection: str, warehouse: str, lines: Mapping[str, Timeline]) -> None:
    """UsageError for a warehouse that nothing ran on: neither its size nor when it sleeps is known."""
    if warehouse and not lines[warehouse].held:
        known = ", ".join(unit_costs.warehouses(session, connection)) or "none"
        raise UsageError(
            f"Nothing is known of a warehouse {warehouse}: no statement ran there in the last "
            f"{LOOK_BACK_DAYS} days.",
            hint=f"Name one as the query history does; assets were built on {known}.",
        )


@dataclass(frozen=True, slots=True)
class _Work:
    """All a quote is made from."""

    session: Session
    request: QuoteRequest
    settings: Settings
    now: datetime
    planned: Plan
    timelines: Mapping[str, Timeline]
    since_ms: int

    def quote(self) -> Quote:
        """Price every step and put the answer together."""
        shared = common_factor()
        parts = [self._price(place, shared) for place in range(len(self.planned.steps))]
        workers = self.request.concurrency or self.settings.backfill.concurrency
        placed = scheduled(
            [
                Job(part.each_ms, part.partitions, step.after)
                for part, step in zip(parts, self.planned.steps, strict=True)
            ],
            workers,
        )
        lasts_ms = max((end for _, end in placed.values()), default=0)
        times = sum((part.duration_ms for part in parts), np.zeros(len(shared)))
        pace = times / max(float(np.median(times)), 1.0)
        starts_ms = to_ms(self.request.starts_at or self.now)
        total = sum((part.total_nano for part in parts), np.zeros(len(shared)))
        busy = sum((part.busy_nano for part in parts), np.zeros(len(shared)))
        attributed = Range.of(total)
        effect = self._budgets(parts)
        return Quote(
            request=self.request,
            made_at=self.now,
            lines=tuple(self._line(place, part) for place, part in enumerate(parts)),
            attributed=attributed,
            busy=Range.of(busy),
            marginal=self._marginal(parts, placed, pace, starts_ms),
            seconds=Range.of(np.maximum(lasts_ms * pace / 1000, 1)),
            starts_ms=starts_ms,
            drivers=parts[0].drivers,
            assumptions=tuple(self._assumptions(parts, workers)),
            comparable=tuple(map(_comparable, reversed(self.planned.steps[0].builds[-COMPARABLE:]))),
            coverage=self._coverage(),
            budgets=effect.as_dict(),
            reasons=(*self._over(attributed), *(f"quota: {said}" for said in effect.refusals)),
            price=Price(*quotes.micro_per_credit(self.session, self.planned.connection)),
        )

    def _price(self, place: int, shared: Numbers) -> Priced:
        step = self.planned.steps[place]
        name = self.request.warehouse
        rate = self.timelines[name].rate if name else None
        asked = Asked(self.request.partitions, name, rate)
        cold = self._siblings(step.asset_id, step.builds) if len(step.builds) < FEWEST_BUILDS else ()
        found = price(step.builds, asked, shared, salt=place, cold=cold)
        if found is None:
            raise NoHistoryError(
                f"Nothing is known of what {step.key} costs: neither it nor another asset of its account was built in "
                f"the last {self.settings.backfill.history_days} days.",
                hint="Run `assay run` once its builds are in the query history, or raise backfill.history_days.",
            )
        return found

    def _siblings(self, asset_id: int, own: Sequence[UnitCostRow]) -> list[UnitCostRow]:
        """Builds of others on the warehouse, or anywhere on the account where there are none."""
        warehouse = self.request.warehouse or (own[-1].warehouse if own else "")
        for name in dict.fromkeys((warehouse, "")):
            found = unit_costs.siblings(
                self.session, self.planned.connection, name, since_ms=self.since_ms, besides=asset_id
            )
            if found:
                return found
        return []

    def _line(self, place: int, part: Priced) -> Line:
        step = self.planned.steps[place]
        return Line(
            asset=step.key,
            hops=step.hops,
            shape=part.shape.value,
            units=len(part.partitions),
            partitions=part.partitions,
            nano=Range.of(part.total_nano),
            busy_nano=Range.of(part.busy_nano),
            seconds=Range.of(part.duration_ms / 1000),
            warehouse=part.warehouse,
            drivers=part.drivers,
        )

    def _marginal(
        self,
        parts: Sequence[Priced],
        placed: Mapping[tuple[int, int], Stretch],
        pace: Numbers,
        starts_ms: int,
    ) -> Range | None:
        """What the bills of the warehouses grow by, replayed on each past day at five paces."""
        if not self.timelines or any(part.warehouse not in self.timelines for part in parts):
            return None
        found: list[int] = []
        for factor in np.quantile(pace, _SCENARIOS):
            extra: dict[str, list[Stretch]] = {name: [] for name in self.timelines}
            for (asset, _), (start, end) in placed.items():
                extra[parts[asset].warehouse].append((round(start * factor), round(end * factor)))
            by_day = [self.timelines[name].prices(work, starts_ms) for name, work in extra.items() if work]
            found += [sum(of_day) for of_day in zip(*by_day, strict=False)]
        return Range.of(np.array(found, float)) if found else None

    def _budgets(self, parts: Sequence[Priced]) -> budgets.BudgetEffect:
        standings = budgets.standing(self.session, self.settings, self.now)
        return budgets.effect_of(
            standings,
            [
                budgets.Part(step.key, told.p50, told.p90, part.warehouse)
                for step, part in zip(self.planned.steps, parts, strict=True)
                for told in [Range.of(part.total_nano)]
            ],
        )

    def _over(self, attributed: Range) -> list[str]:
        """Why a limit speaks against it."""
        limit = self.request.limit_nano
        if limit is None and self.settings.backfill.limit_credits is not None:
            limit = to_nano(self.settings.backfill.limit_credits)
        if limit is None or attributed.p90 <= limit:
            return []
        said = f"{words.credits_of(attributed.p90)} is over the limit of {words.credits_of(limit)}"
        return [f"limit: its P90 of {said}"]

    def _assumptions(self, parts: Sequence[Priced], workers: int) -> list[str]:
        """What is taken for granted: of each asset, of the warehouses, of the run."""
        names = [step.key for step in self.planned.steps]
        told = [f"{key}: {said}" for key, part in zip(names, parts, strict=True) for said in part.assumptions]
        told += [f"{name}: {said}" for name, line in self.timelines.items() for said in line.told]
        told += [
            f"{name}: the replayed bill of the last {len(line.held):,} statements is {line.fidelity:.0%} of the meter"
            for name, line in self.timelines.items()
            if line.fidelity is not None
        ]
        told.append(
            f"{workers} units run at once, each in the time it usually takes; they do not slow each other"
        )
        if self.planned.unbuilt:
            told.append(
                f"{len(self.planned.unbuilt)} downstream are never built, or were not lately, and are not counted: "
                + ", ".join(self.planned.unbuilt[:COMPARABLE])
            )
        return told

    def _coverage(self) -> dict[str, Any]:
        """How often past builds of the asset, and of all, fell between P10 and P90."""
        own = quotes.coverage(self.session, self.planned.steps[0].asset_id)
        return {"asset": own, "all": quotes.coverage(self.session)}


def _comparable(build: UnitCostRow) -> dict[str, Any]:
    """A past build as JSON values."""
    return {
        "build": build.build,
        "at": from_ms(build.at_ms).isoformat(),
        "nano": build.total_nano,
        "credits": str(to_credits(build.total_nano)),
        "seconds": round(build.duration_ms / 1000),
        "rows": build.rows,
        "bytes": build.bytes,
        "warehouse": build.warehouse,
        "warehouse_size": build.warehouse_size,
        "partitions": [part["partition"] for part in build.partitions],
        "full_refresh": build.full_refresh,
    }
