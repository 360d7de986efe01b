"""Builds become units of the kind a backfill is made of, and nothing of them is lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from assay.model.partitions import Grain, PartitionRange
from assay.model.time import HOUR_MS, to_ms
from costs.backfill.history import parts_of
from costs.backfill.units import Shape, expanded, rate_of, shape_of, unit_grain, units_of

FIRST = to_ms(datetime(2026, 9, 1, tzinfo=UTC))


@dataclass
class Made:
    """A build."""

    at_ms: int
    total_nano: int = 10
    full_refresh: bool = False
    rows: int | None = 5
    bytes: int | None = 100
    duration_ms: int = 1000
    build: str = "b"
    warehouse: str = "WH"
    warehouse_size: str = "X-Small"
    busy_nano: int = 9
    partitions: list[Any] = field(default_factory=list)


def hourly(days: int, *, last_hours: int = 24) -> list[Made]:
    """A build every hour; of the last day only so many."""
    hours = range((days - 1) * 24 + last_hours)
    return [Made(FIRST + hour * HOUR_MS) for hour in hours]


@pytest.mark.parametrize(
    ("builds", "shape"),
    [
        ([Made(FIRST, full_refresh=True)], Shape.WHOLE),
        ([Made(FIRST)], Shape.INCREMENTAL),
        ([Made(FIRST, full_refresh=True), *[Made(FIRST + n) for n in range(5)]], Shape.INCREMENTAL),
        ([*[Made(FIRST + n) for n in range(50)], *[Made(FIRST + 99, full_refresh=True)] * 20], Shape.WHOLE),
        ([Made(FIRST, partitions=parts_of([("2026-09-01", 1)], 1, 1))], Shape.PARTITIONED),
    ],
)
def test_the_shape_is_how_it_was_built_lately(builds: list[Made], shape: Shape) -> None:
    """A full refresh among additions changes nothing; a change of materialisation does, after a while."""
    assert shape_of(builds) is shape


def test_the_builds_of_a_day_are_its_unit() -> None:
    """24 builds of 10 are a day of 240, with all their rows, bytes and time."""
    first, *_ = units_of(hourly(3), Shape.INCREMENTAL, Grain.DAY)

    assert (first.partition, first.total_nano, first.rows, first.bytes, first.duration_ms) == (
        "2026-09-01", 240, 120, 2400, 24_000,
    )  # fmt: skip


def test_a_day_that_goes_on_is_no_unit_yet() -> None:
    """Half a day's builds would say that a day costs half."""
    assert len(units_of(hourly(3), Shape.INCREMENTAL, Grain.DAY)) == 3
    assert len(units_of(hourly(3, last_hours=12), Shape.INCREMENTAL, Grain.DAY)) == 2


def test_hours_that_are_asked_for_are_units() -> None:
    """As its builds are."""
    found = units_of(hourly(1), Shape.INCREMENTAL, Grain.HOUR)

    assert (len(found), found[5].partition, unit_grain(found)) == (24, "2026-09-01T05", Grain.HOUR)


def test_a_run_of_several_partitions_is_several_units_that_add_up() -> None:
    """Money by rows; time and bytes as the money went."""
    parts = parts_of([("2026-09-01", 1), ("2026-09-02", 2), ("2026-09-03", 4)], 9, 10)
    units = units_of([Made(FIRST, partitions=parts)], Shape.PARTITIONED, Grain.DAY)

    assert [unit.rows for unit in units] == [1, 2, 4]
    assert sum(unit.total_nano for unit in units) == 10
    assert sum(unit.duration_ms for unit in units) == 1000
    assert sum(unit.bytes or 0 for unit in units) == 100


def test_rows_of_a_run_are_those_of_its_only_partition() -> None:
    """Where the partition tells none of its own."""
    parts = parts_of([("2026-09-01", None)], 9, 10)

    assert units_of([Made(FIRST, partitions=parts)], Shape.PARTITIONED, Grain.DAY)[0].rows == 5


@pytest.mark.parametrize(
    ("asked", "grain", "count", "first"),
    [
        ("2026-09", Grain.DAY, 30, "2026-09-01"),
        ("2026-09-05..2026-09-06", Grain.HOUR, 48, "2026-09-05T00"),
        ("2026-09-05T22..2026-09-06T03", Grain.DAY, 2, "2026-09-05"),
        ("2026-09-05..2026-10-02", Grain.MONTH, 2, "2026-09"),
        ("2026", Grain.MONTH, 12, "2026-01"),
        ("de,fr", Grain.DAY, 2, "de"),
    ],
)
def test_what_is_asked_is_told_in_the_partitions_there_are(
    asked: str, grain: Grain, count: int, first: str
) -> None:
    """Every one that holds some of it, once."""
    found = expanded(PartitionRange.parse(asked), grain)

    assert (len(found), len(set(found)), found[0]) == (count, count, first)


def test_a_size_is_known_however_it_is_written() -> None:
    """And one the list does not know is none."""
    assert [rate_of(size) for size in ("X-Small", "2X-Large", "MEDIUM", "", "huge")] == [1, 32, 4, None, None]
