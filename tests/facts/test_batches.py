"""Tables of facts are cast, split and settled without losing a row."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import MalformedInputError
from assay.facts import batches
from assay.facts.streams import Dedupe, FactStream
from assay.model.time import DAY_MS

_SCHEMA = pa.schema(
    [("at_ms", pa.int64()), ("end_ms", pa.int64()), ("key", pa.string()), ("said", pa.string())]
)
LATEST = FactStream("latest", _SCHEMA, key=("key", "at_ms"), time="at_ms", span="end_ms", version="end_ms")
GROUP = FactStream("group", _SCHEMA, key=("key", "at_ms"), time="at_ms", dedupe=Dedupe.GROUP)
NONE = FactStream("none", _SCHEMA, key=("key", "at_ms"), time="at_ms", dedupe=Dedupe.NONE)

_ROW = st.fixed_dictionaries({
    "at_ms": st.sampled_from([0, 1, DAY_MS - 1, DAY_MS, 3 * DAY_MS]),
    "end_ms": st.none() | st.integers(0, 3),
    "key": st.none() | st.sampled_from("ab"),
    "said": st.none() | st.sampled_from("xy"),
})  # fmt: skip
_TABLES = st.lists(
    st.lists(_ROW, max_size=6).map(lambda rows: pa.Table.from_pylist(rows, _SCHEMA)), min_size=1, max_size=4
)


def _sorted(table: pa.Table) -> list[str]:
    return sorted(map(str, table.to_pylist()))


@given(_TABLES)
def test_days_hold_every_row_once(tables: list[pa.Table]) -> None:
    """Splitting by day loses and doubles nothing, and each day holds its own rows only."""
    for table in tables:
        parts = list(batches.by_day(LATEST, table))
        assert _sorted(table) == sorted(text for _, part in parts for text in _sorted(part))
        assert [day for day, _ in parts] == sorted({day for day, _ in parts})
        assert all(row["at_ms"] // DAY_MS * DAY_MS == day for day, part in parts for row in part.to_pylist())


@pytest.mark.parametrize("stream", [LATEST, GROUP, NONE], ids=lambda stream: stream.name)
@given(tables=_TABLES)
def test_settling_at_rest_and_at_reading_agree(stream: FactStream, tables: list[pa.Table]) -> None:
    """Compaction keeps what a reader of all the batches would have seen; settling again changes nothing."""
    once = batches.settle(stream, tables)
    assert _reading(stream, tables) == _sorted(once)
    assert _sorted(once) == _sorted(batches.settle(stream, [once]))
    assert once["at_ms"].to_pylist() == sorted(once["at_ms"].to_pylist())


def _reading(stream: FactStream, tables: list[pa.Table]) -> list[str]:
    """The rule in plain words, row by row."""
    rows: list[tuple[int, dict[str, Any]]] = [
        (age, row) for age, t in enumerate(tables) for row in t.to_pylist()
    ]
    if stream.dedupe is Dedupe.NONE:
        return sorted(str(row) for _, row in rows)
    newest: dict[tuple[Any, ...], int] = {}
    for age, row in rows:
        newest[row["key"], row["at_ms"]] = age
    standing = [row for age, row in rows if newest[row["key"], row["at_ms"]] == age]
    if stream.dedupe is Dedupe.GROUP:
        return sorted({str(row) for row in standing})
    best: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in standing:
        key = (row["key"], row["at_ms"])
        best[key] = max(
            best.get(key, row),
            row,
            key=lambda r: [
                (r[c] is not None, r[c] or 0) if c == "end_ms" else (r[c] is not None, r[c] or "")
                for c in ("end_ms", "said")
            ],
        )
    return sorted(str(row) for row in best.values())


def test_the_reach_of_a_batch_is_from_its_first_time_to_its_last_end() -> None:
    """A statement that ran past midnight matters until its end; one without an end until its start."""
    rows = [{"at_ms": 5, "end_ms": 90}, {"at_ms": 7, "end_ms": None}]
    table = pa.Table.from_pylist(rows, _SCHEMA)
    assert batches.reach(LATEST, table) == (5, 90)
    assert batches.reach(GROUP, table) == (5, 7)


def test_columns_are_cast_and_strangers_left_out() -> None:
    """Narrow and dictionary types become the stream's, in its order; a column it has not is dropped."""
    table = pa.table({
        "extra": [1], "said": pa.array(["x"]).dictionary_encode(), "key": pa.array(["k"], pa.large_string()),
        "end_ms": pa.array([3], pa.int32()), "at_ms": pa.array([2.0]),
    })  # fmt: skip
    assert batches.cast(LATEST, table).to_pylist() == [{"at_ms": 2, "end_ms": 3, "key": "k", "said": "x"}]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("end_ms", ["soon"]),
        ("end_ms", [1.5]),
        ("at_ms", [None]),
        ("at_ms", [-1]),
        ("at_ms", [10**15]),
        ("key", [[1]]),
    ],
)
def test_a_column_that_cannot_be_used_is_named(column: str, values: list[object]) -> None:
    """Text for a number, a time before 1970 or in a wrong unit, no time at all: the column is named."""
    table = pa.table({"at_ms": [1], "end_ms": [1], "key": ["k"], "said": ["x"]} | {column: values})
    with pytest.raises(MalformedInputError, match=f"Column '{column}' of latest"):
        batches.cast(LATEST, table)


def test_a_missing_column_is_named() -> None:
    """The source changed its columns: say which one is gone."""
    with pytest.raises(MalformedInputError, match="Column 'said' of latest cannot be used: it is missing"):
        batches.cast(LATEST, pa.table({"at_ms": [1], "end_ms": [1], "key": ["k"]}))
