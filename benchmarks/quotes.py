"""Quotes back-tested: how often what came fell between P10 and P90, beside what people do without a tool.

Every price is made from what was known before it alone, the choice of the model included. The worlds are made here; the
made-up company is the demo's, read and costed as a user's would be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from assay.config import Settings
from assay.facts.engine import Engine
from assay.facts.files import FactFiles
from assay.model.partitions import Grain
from assay.model.time import DAY_MS, day_of
from assay.store import unit_costs
from assay.store.engine import Store
from benchmarks.company import CONNECTION
from benchmarks.report import Figure, show, table
from costs.backfill import model
from costs.backfill.spread import Law, Range, common_factor, sums
from costs.backfill.timeline import timelines
from costs.backfill.units import Unit, shape_of, units_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from benchmarks.company import Company

    Numbers = NDArray[np.float64]

DAYS, ASSETS, CUTS, TOGETHER = 120, 8, 10, 7
FIRST_MS = 20_000 * DAY_MS
CREDIT = 1_000_000_000
NAMES = ("ours", "last run", "mean and 1.28 deviations", "list price of the runtime")


@dataclass(frozen=True, slots=True)
class Tried:
    """A price and what came: the middle, the range where there is one, and the truth, all in nano-credits."""

    middle: float
    low: float | None
    high: float | None
    truth: float

    @property
    def inside(self) -> bool:
        """Whether what came was inside the range."""
        return self.low is not None and self.high is not None and self.low <= self.truth <= self.high

    @property
    def off(self) -> float:
        """How far what came was from the middle, as a share of what came."""
        return abs(self.middle - self.truth) / max(self.truth, 1.0)

    @property
    def width(self) -> float:
        """The range beside its middle."""
        return ((self.high or 0.0) - (self.low or 0.0)) / max(self.middle, 1.0)


@dataclass(frozen=True, slots=True)
class World:
    """A way assets cost: their rows, and what rows on a day at a size cost without noise; how noisy it is."""

    name: str
    rows: Callable[[np.random.Generator], Numbers]
    cost: Callable[[Numbers, Numbers, Numbers], Numbers]
    noise: float


def run(made: Company) -> None:
    """Print the worlds and the company, each beside its peers."""
    rows = [row for world in WORLDS for row in _of_world(world)]
    rows += _of_company(made)
    table(rows, ("quotes", "price", "inside P10-P90", "median width", "median error"))
    everything = [tried for world in WORLDS for tried in back_tested(world, 1)["ours"]]
    inside = sum(tried.inside for tried in everything) / len(everything)
    show(
        "quotes, all worlds",
        [
            Figure("inside P10-P90, of 0.80 ± 0.05", inside, "", 0.75, at_most=False),
            Figure("", inside, "", 0.85),
            *_fidelity(made),
        ],
    )


def _steady(rng: np.random.Generator) -> Numbers:
    return rng.integers(20_000, 60_000, DAYS).astype(float)


def _growing(rng: np.random.Generator) -> Numbers:
    return _steady(rng) * 1.015 ** np.arange(DAYS)


def _spread(rng: np.random.Generator) -> Numbers:
    return np.exp(rng.normal(10, 1.2, DAYS))


def _weekly(days: Numbers) -> Numbers:
    return np.where((days + FIRST_MS // DAY_MS + 3) % 7 < 5, 1.0, 0.4)


WORLDS = (
    World("rows drive", _spread, lambda rows, _days, _rate: 0.02 + rows * 1e-6, 0.15),
    World("rows say nothing", _spread, lambda rows, _days, _rate: 0.05 + 0 * rows, 0.3),
    World("growth", _growing, lambda rows, _days, _rate: 0.01 + rows * 1e-6, 0.15),
    World("weekdays", _steady, lambda rows, days, _rate: 0.2 * _weekly(days) + 0 * rows, 0.15),
    World(
        "sizes", _steady, lambda rows, _days, rate: (0.01 + rows * 1e-6) * np.where(rate > 1, 1.4, 1.0), 0.15
    ),
    World(
        "a step",
        _steady,
        lambda rows, days, _rate: 0.1 * np.where(days > DAYS // 2, 2.5, 1.0) + 0 * rows,
        0.15,
    ),
    World("idle by luck", _steady, lambda rows, _days, _rate: 0.02 + rows * 1e-6, -1.0),
)


def made_units(world: World, seed: int) -> tuple[list[Unit], Callable[[int], float]]:
    """An asset of a world: its units, and what building a day's partition again comes to."""
    rng = np.random.default_rng((97, seed))
    rows, days = world.rows(rng), np.arange(DAYS, dtype=float)
    rates = np.where(rng.random(DAYS) < 0.3, 4.0, 1.0) if world.name == "sizes" else np.ones(DAYS)
    plain = world.cost(rows, days, rates) * CREDIT

    def noisy(nano: float) -> float:
        if world.noise >= 0:
            return float(nano * np.exp(rng.normal(0, world.noise)))
        tail = rng.exponential(0.08) * CREDIT if rng.random() < 0.25 else 0.0
        return float(nano * np.exp(rng.normal(0, 0.1)) + tail)

    units = [
        Unit(
            str(day_of(at_ms)), at_ms, round(noisy(plain[day])), 0, round(plain[day] / CREDIT / rates[day] * 3.6e6),
            int(rows[day]), None, "WH", int(rates[day]),
        )
        for day, at_ms in enumerate(range(FIRST_MS, FIRST_MS + DAYS * DAY_MS, DAY_MS))
    ]  # fmt: skip
    return units, lambda day: noisy(plain[day])


def back_tested(world: World, together: int) -> dict[str, list[Tried]]:
    """Partitions of the past built again, so many together: each way of pricing them, and what came."""
    found: dict[str, list[Tried]] = {name: [] for name in NAMES}
    for seed in range(ASSETS):
        units, again = made_units(world, seed)
        rng = np.random.default_rng((31, seed))
        for cut in np.linspace(40, DAYS - 1, CUTS).astype(int):
            first = int(rng.integers(max(cut - 30, 0), cut - together + 1))
            days = range(first, first + together)
            truth = sum(again(day) for day in days)
            _add(found, units[:cut], [units[day] for day in days], truth, informed=True)
    return found


def _add(
    found: dict[str, list[Tried]],
    past: Sequence[Unit],
    wanted: Sequence[Unit],
    truth: float,
    *,
    informed: bool,
) -> None:
    """Price some units by every way from the same past."""
    costs, n = np.array([unit.total_nano for unit in past], float), len(wanted)
    fit = model.fit(model.Table.of(past, [unit.total_nano for unit in past]), informed=informed)
    asked = fit.predict(model.Table.of(wanted, [0] * n))
    ours = Range.of(sums(asked, Law(fit.errors, fit.likeness, model.FLOOR), 0, common_factor(1000)))
    found["ours"].append(Tried(ours.p50, ours.p10, ours.p90, truth))
    found["last run"].append(Tried(n * costs[-1], None, None, truth))
    mean, spread = n * float(costs.mean()), 1.28 * float(np.sqrt(n) * costs.std())
    found["mean and 1.28 deviations"].append(Tried(mean, mean - spread, mean + spread, truth))
    listed = (
        n * float(np.median([unit.duration_ms * (unit.rate or 1) for unit in past[-7:]])) / 3.6e6 * CREDIT
    )
    found["list price of the runtime"].append(Tried(listed, None, None, truth))


def _of_world(world: World) -> Iterator[tuple[str, ...]]:
    for together in (1, TOGETHER):
        what = f"{world.name}, {together} {'partition' if together == 1 else 'partitions'}"
        yield from _lines(what, back_tested(world, together))


def _lines(what: str, found: dict[str, list[Tried]]) -> Iterator[tuple[str, ...]]:
    for name, tries in found.items():
        ranged = tries[0].low is not None
        yield (
            what if name == "ours" else "",
            name,
            f"{sum(t.inside for t in tries) / len(tries):.0%} of {len(tries)}" if ranged else "no range",
            f"{np.median([t.width for t in tries]):.0%}" if ranged else "",
            f"{np.median([t.off for t in tries]):.0%}",
        )


def _of_company(made: Company) -> Iterator[tuple[str, ...]]:
    """The company's own builds: the newest twenty of each asset, each priced by those before."""
    settings = Settings.load(made.folder)
    found: dict[str, list[Tried]] = {name: [] for name in NAMES}
    with Store.open(settings.store.url) as store, store.read() as session:
        builds = unit_costs.of_assets(session, sorted(unit_costs.newest_builds(session, 0)), 0)
    for of_asset in builds.values():
        units = units_of(of_asset, shape_of(of_asset), Grain.DAY)
        for cut in range(max(20, len(units) - 20), len(units)):
            unit = replace(units[cut], rows=None, bytes=None)
            _add(found, units[:cut], [unit], units[cut].total_nano, informed=False)
    yield from _lines("the demo's company, next build", found)


def _fidelity(made: Company) -> Iterator[Figure]:
    """How near the replayed bill of each warehouse comes to its meter."""
    settings = Settings.load(made.folder)
    with Store.open(settings.store.url) as store, store.read() as session:
        names = unit_costs.warehouses(session, CONNECTION)
        until_ms = max(unit_costs.newest_builds(session, 0).values()) + DAY_MS
        lines = timelines(
            session,
            FactFiles(settings.facts.root, store),
            lambda: Engine.open([settings.facts.root]),
            CONNECTION,
            names,
            until_ms,
        )
    for name, line in lines.items():
        if line.fidelity is not None:
            yield Figure(f"replayed bill of {name} over its meter", line.fidelity, "")
