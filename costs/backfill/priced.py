"""One asset's units priced: its model asked for each partition, and the range of their sum drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from assay.model.partitions import Grain
from costs.backfill import model, words
from costs.backfill.spread import SEED, Law, sums
from costs.backfill.units import Shape, Unit, expanded, shape_of, unit_grain, units_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assay.model.partitions import PartitionRange
    from costs.backfill.units import Build

    Numbers = NDArray[np.float64]

FEW = 3
"""Below so many units of its own an asset is priced by its siblings, too."""
SECONDS_FLOOR = 1000.0
"""A second: what is added to both sides of a ratio of milliseconds."""


@dataclass(frozen=True, slots=True)
class Priced:
    """An asset's units, drawn: each array holds sums over all units, `each_ms` the usual time of each."""

    shape: Shape
    partitions: tuple[str, ...]
    total_nano: Numbers
    busy_nano: Numbers
    duration_ms: Numbers
    each_ms: tuple[int, ...]
    warehouse: str
    drivers: tuple[str, ...]
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of an asset: its partitions, and the warehouse ('' its own) with the list's rate of its size."""

    partitions: PartitionRange
    warehouse: str = ""
    rate: int | None = None


def price(
    builds: Sequence[Build], asked: Asked, shared: Numbers, *, salt: int = 0, cold: Sequence[Build] = ()
) -> Priced | None:
    """Price an asset's part of a backfill from its builds, oldest first; None where nothing is known at all.

    `shared` and `salt` join and part its draws from other assets', see `spread.sums`. `cold` are builds of siblings,
    which stand in where there are fewer than `FEW` units of its own.
    """
    shape = shape_of(builds) if builds else Shape.INCREMENTAL
    own = units_of(builds, shape, asked.partitions.grain)
    past, told = (own, list[str]()) if len(own) >= FEW else _with_siblings(own, cold)
    if not past:
        return None
    grain = unit_grain(past)
    partitions = ("",) if shape is Shape.WHOLE else expanded(asked.partitions, grain)
    wanted = _wanted(past, partitions, asked.rate)
    past, ratio = _at_rate(past, asked.rate)
    if ratio != 1:
        told.append(words.never_so_large(ratio))
    told += words.of_shape(shape, asked.partitions, partitions, grain)
    nano, times = (_Fits.of(past, wanted, name) for name in ("total_nano", "duration_ms"))
    stretch = ratio ** (np.random.default_rng((SEED, 3, salt + 1)).random(len(shared)) ** 2)
    usually = float(np.median(stretch)) / ratio
    total = nano.draws(shared, salt, model.FLOOR) * stretch
    return Priced(
        shape,
        partitions,
        total,
        total * _busy_share(past),
        times.draws(shared, salt, SECONDS_FLOOR) * stretch / ratio,
        tuple(max(round(float(each) * usually), 1) for each in times.each()),
        asked.warehouse or (builds[-1].warehouse if builds else past[-1].warehouse),
        tuple(
            words.driver(part.fit, len(part.places), 0 if shape is Shape.WHOLE else len(wanted))
            for part in nano.parts
        ),
        tuple(told),
    )


def _busy_share(past: Sequence[Unit]) -> float:
    """How much of what the newest units were charged with was work and no idle time."""
    newest = past[-model.LATELY :]
    return sum(unit.busy_nano for unit in newest) / max(sum(unit.total_nano for unit in newest), 1)


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of the units asked for and the model that tells them."""

    places: list[int]
    asked: model.Table
    fit: model.Fit


@dataclass(frozen=True, slots=True)
class _Fits:
    """A model for the units whose rows or bytes are known from before, and one for the others."""

    parts: list[_Part]

    @classmethod
    def of(cls, past: Sequence[Unit], wanted: Sequence[Unit], target: str) -> _Fits:
        """Learn one figure of the units."""
        table = model.Table.of(past, [getattr(unit, target) for unit in past])
        parts = []
        for known in (True, False):
            places = [i for i, unit in enumerate(wanted) if _is_known(unit) is known]
            if places:
                asked = model.Table.of([wanted[i] for i in places], [0] * len(places))
                parts.append(_Part(places, asked, model.fit(table, informed=known)))
        return cls(parts)

    def draws(self, shared: Numbers, salt: int, floor: float) -> Numbers:
        """Draws of the sum over all units."""
        total = np.zeros(len(shared))
        for place, part in enumerate(self.parts):
            law = Law(part.fit.errors, part.fit.likeness, floor)
            total += sums(part.fit.predict(part.asked), law, 2 * salt + place, shared)
        return total

    def each(self) -> Numbers:
        """What each unit usually comes to, in the order asked for."""
        found = np.zeros(sum(len(part.places) for part in self.parts))
        for part in self.parts:
            found[part.places] = part.fit.predict(part.asked)
        return found


def _is_known(unit: Unit) -> bool:
    return unit.rows is not None or unit.bytes is not None


def _wanted(past: Sequence[Unit], partitions: Sequence[str], rate: int | None) -> list[Unit]:
    """The units asked for, with the rows and bytes they had when they were built last."""
    last = {unit.partition: unit for unit in past if unit.partition}
    newest = past[-1]
    blank = replace(newest, rows=None, bytes=None)
    return [
        replace(last.get(key, blank), partition=key, rate=newest.rate if rate is None else rate)
        for key in partitions
    ]


def _at_rate(past: Sequence[Unit], rate: int | None) -> tuple[list[Unit], float]:
    """The units that ran at the asked rate where there are enough; else all, and how many times larger it is."""
    same = [unit for unit in past if unit.rate == rate]
    rates = [unit.rate for unit in past if unit.rate]
    if rate is None or not rates:
        return list(past), 1.0
    return (same, 1.0) if len(same) >= model.FEWEST else (list(past), rate / median(rates))


def _with_siblings(own: Sequence[Unit], cold: Sequence[Build]) -> tuple[list[Unit], list[str]]:
    """The units of siblings before its own few: at its own level where it has one, else at theirs."""
    borrowed = [
        replace(unit, partition="", rows=None, bytes=None)
        for build in cold
        for unit in units_of([build], Shape.WHOLE if build.full_refresh else Shape.INCREMENTAL, Grain.NAMED)
    ]
    if own and borrowed:
        borrowed = _at_level(borrowed, own)
    told = [words.cold(len(own), len(borrowed))] if borrowed else []
    return [*sorted(borrowed, key=lambda unit: unit.at_ms), *own], told


def _at_level(borrowed: Sequence[Unit], own: Sequence[Unit]) -> list[Unit]:
    """Units of others brought to the level of its own: what they tell is how much builds differ."""
    factors = {
        name: median(getattr(unit, name) for unit in own)
        / max(median(getattr(unit, name) for unit in borrowed), 1)
        for name in ("total_nano", "busy_nano", "duration_ms")
    }
    return [
        replace(
            unit,
            total_nano=round(unit.total_nano * factors["total_nano"]),
            busy_nano=round(unit.busy_nano * factors["busy_nano"]),
            duration_ms=round(unit.duration_ms * factors["duration_ms"]),
        )
        for unit in borrowed
    ]
