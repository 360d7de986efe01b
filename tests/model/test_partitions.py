"""Partitions are read as people write them, and named as their length says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model.partitions import Grain, PartitionRange, grain_of, key_of, start_of


@pytest.mark.parametrize(
    ("text", "first", "last", "count", "grain"),
    [
        ("2026-09-01..2026-09-30", "2026-09-01", "2026-09-30", 30, Grain.DAY),
        ("2026-02-27..2026-03-02", "2026-02-27", "2026-03-02", 4, Grain.DAY),
        ("2024-02-28..2024-03-01", "2024-02-28", "2024-03-01", 3, Grain.DAY),
        ("2026-11-01", "2026-11-01", "2026-11-01", 1, Grain.DAY),
        ("2026-11-01T22..2026-11-02T01", "2026-11-01T22", "2026-11-02T01", 4, Grain.HOUR),
        ("2026-11-01 22:00..2026-11-01 23:00:00", "2026-11-01T22", "2026-11-01T23", 2, Grain.HOUR),
        ("2025-11..2026-02", "2025-11", "2026-02", 4, Grain.MONTH),
        ("2025..2026", "2025", "2026", 2, Grain.YEAR),
        ("de, fr,de", "de", "fr", 2, Grain.NAMED),
    ],
)
def test_a_range_is_every_partition_with_its_last(
    text: str, first: str, last: str, count: int, grain: Grain
) -> None:
    """Both ends belong to it, whatever the calendar does between."""
    found = PartitionRange.parse(text)

    assert (first, last, count, grain) == (found.keys[0], found.keys[-1], len(found.keys), found.grain)


@pytest.mark.parametrize(
    "text",
    ["", "..", "2026-09-01..", "..2026-09-01", "2026-09-02..2026-09-01", "2026-13-01", "2026-02-30", "de..fr",
     "2026-09..2026-09-30", "1000-01-01..2026-01-01", "2026-09-01..2026-13-01", ",", " , ,", "de,\0", "9999-12-31",
     "9999", "9998-12..9999-12", "0001-01-01", ",".join(map("p{}".format, range(10_001)))],
)  # fmt: skip
def test_what_is_no_range_is_refused(text: str) -> None:
    """Nothing is guessed: the wrong end is told."""
    with pytest.raises(ValueError, match=r"partition|before|no day|no two|leaves the years"):
        PartitionRange.parse(text)


@given(st.dates(datetime(1990, 1, 1).date(), datetime(2100, 1, 1).date()), st.integers(0, 500))
def test_a_range_says_itself_as_it_was_written(first: object, days: int) -> None:
    """Written, read and written again it is the same."""
    last = first + timedelta(days=days)  # type: ignore[operator] # a date
    text = f"{first}..{last}" if days else str(first)

    assert PartitionRange.parse(text).said == text
    assert len(PartitionRange.parse(text).keys) == days + 1


@pytest.mark.parametrize(
    ("hours", "name"), [(1, "2026-02-01T00"), (24, "2026-02-01"), (28 * 24, "2026-02"), (365 * 24, "2026")]
)
def test_a_partition_is_named_by_its_length(hours: int, name: str) -> None:
    """A batch of a day is a day, of a month a month."""
    start = datetime(2026, 2, 1, tzinfo=UTC)

    assert key_of(start, start + timedelta(hours=hours)) == name
    assert start_of(name) <= start


def test_a_name_is_no_time() -> None:
    """Names keep apart from times, and have no beginning."""
    assert grain_of("de") is Grain.NAMED
    with pytest.raises(ValueError, match="no partition of time"):
        start_of("de")
