"""Past builds as units of the kind a backfill is made of: a partition, a day's worth, or a whole table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING, Any, Protocol

from assay.model.partitions import Grain, following, grain_of, start_of
from assay.model.time import from_ms
from costs.rounding import split_exactly
from costs.sessions import SIZES, size_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assay.model.partitions import PartitionRange

FULL_DAY = 0.8
"""A newest day with fewer than this share of its usual builds is not over yet."""
_LATELY = 20
FEWEST_BUILDS = 6
"""Below so many builds an asset's siblings are looked at, too."""


class Shape(StrEnum):
    """How an asset is built."""

    PARTITIONED = "partitioned"
    INCREMENTAL = "incremental"
    WHOLE = "whole"


class Build(Protocol):
    """A build as it is kept, see `assay.store.tables.UnitCostRow`."""

    build: str
    at_ms: int
    duration_ms: int
    warehouse: str
    warehouse_size: str
    partitions: list[Any]
    full_refresh: bool
    rows: int | None
    bytes: int | None
    busy_nano: int
    total_nano: int


@dataclass(frozen=True, slots=True)
class Unit:
    """What one unit of an asset cost: `partition` is '' for a whole table; `rate` the list's credits an hour."""

    partition: str
    at_ms: int
    total_nano: int
    busy_nano: int
    duration_ms: int
    rows: int | None
    bytes: int | None
    warehouse: str
    rate: int | None

    @property
    def weekday(self) -> int:
        """The weekday (0 is Monday) of the data where the partition is a day, else of the build."""
        timed = grain_of(self.partition) in {Grain.DAY, Grain.HOUR}
        return (start_of(self.partition) if timed else from_ms(self.at_ms)).weekday()


def rate_of(size: str) -> int | None:
    """The list's credits an hour of a warehouse's size; None for one the list does not know."""
    return SIZES.get(size_key(size))


def shape_of(builds: Sequence[Build]) -> Shape:
    """How the newest builds were made: most of them whole, by named partitions, or by adding."""
    lately = builds[-_LATELY:]
    if any(build.partitions for build in lately):
        return Shape.PARTITIONED
    whole = sum(build.full_refresh for build in lately)
    return Shape.WHOLE if 2 * whole > len(lately) else Shape.INCREMENTAL


def units_of(builds: Sequence[Build], shape: Shape, grain: Grain) -> list[Unit]:
    """The builds as units, oldest first. What does not fit the shape (a full refresh among additions) is left out."""
    if shape is Shape.WHOLE:
        return [_unit(build, "") for build in builds if build.full_refresh]
    if shape is Shape.PARTITIONED:
        return [unit for build in builds for unit in _parts(build)]
    added = [build for build in builds if not build.full_refresh]
    if grain is Grain.NAMED:
        return [_unit(build, "") for build in added]
    return _by_time(added, Grain.HOUR if grain is Grain.HOUR else Grain.DAY)


def unit_grain(units: Iterable[Unit]) -> Grain:
    """The grain of the newest units."""
    newest = list(units)[-_LATELY:]
    grains = [grain_of(unit.partition) for unit in newest if unit.partition]
    return max(set(grains), key=grains.count) if grains else Grain.NAMED


def expanded(asked: PartitionRange, grain: Grain) -> tuple[str, ...]:
    """The partitions of `grain` that hold what was asked for: a month as its days, an hour as the day it lies in."""
    if Grain.NAMED in {asked.grain, grain} or asked.grain is grain:
        return asked.keys
    found: dict[str, None] = {}
    for key in asked.keys:
        begins = start_of(key)
        ends, at = following(begins, asked.grain), start_of(begins.strftime(grain.form))
        while at < ends:
            found[at.strftime(grain.form)] = None
            at = following(at, grain)
    return tuple(found)


def _unit(build: Build, partition: str) -> Unit:
    return Unit(
        partition, build.at_ms, build.total_nano, build.busy_nano, build.duration_ms, build.rows, build.bytes,
        build.warehouse, rate_of(build.warehouse_size),
    )  # fmt: skip


def _parts(build: Build) -> Iterator[Unit]:
    """A run of several partitions as its parts: time and bytes go as its money went."""
    if not build.partitions:
        return
    weights = [part["total_nano"] for part in build.partitions]
    weights = weights if any(weights) and min(weights) >= 0 else [1] * len(weights)
    whole = _unit(build, "")
    times = split_exactly(build.duration_ms, weights)
    sizes = split_exactly(build.bytes or 0, weights)
    for part, duration_ms, size in zip(build.partitions, times, sizes, strict=True):
        yield replace(
            whole,
            partition=part["partition"],
            total_nano=part["total_nano"],
            busy_nano=part["busy_nano"],
            duration_ms=duration_ms,
            rows=build.rows if len(build.partitions) == 1 and part["rows"] is None else part["rows"],
            bytes=size if build.bytes is not None else None,
        )


def _by_time(builds: Iterable[Build], grain: Grain) -> list[Unit]:
    """Builds without named partitions: those of an hour or day are one unit; a newest one that goes on is none."""
    groups: dict[str, list[Unit]] = defaultdict(list)
    for build in builds:
        groups[from_ms(build.at_ms).strftime(grain.form)].append(_unit(build, ""))
    if len(groups) > 1:
        newest = max(groups)
        usual = median(len(of) for key, of in groups.items() if key != newest)
        if len(groups[newest]) < FULL_DAY * usual:
            del groups[newest]
    return [_summed(key, groups[key]) for key in sorted(groups)]


def _summed(partition: str, units: Sequence[Unit]) -> Unit:
    rows, sizes = [unit.rows for unit in units], [unit.bytes for unit in units]
    longest = max(units, key=lambda unit: unit.duration_ms)
    return replace(
        longest,
        partition=partition,
        at_ms=min(unit.at_ms for unit in units),
        total_nano=sum(unit.total_nano for unit in units),
        busy_nano=sum(unit.busy_nano for unit in units),
        duration_ms=sum(unit.duration_ms for unit in units),
        rows=sum(r for r in rows if r is not None) if any(r is not None for r in rows) else None,
        bytes=sum(b for b in sizes if b is not None) if any(b is not None for b in sizes) else None,
    )
