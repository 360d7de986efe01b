"""Tables of facts: brought to their stream's columns, split by day, settled where keys repeat. All pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from assay.errors import MalformedInputError
from assay.facts.streams import Dedupe
from assay.model.time import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assay.facts.streams import FactStream

_END_OF_TIME_MS = 253_402_300_800_000  # the year 10,000: beyond it a unit was mistaken
_DAY, _ROW, _BATCH = "day__", "row__", "batch__"


def cast(stream: FactStream, table: pa.Table) -> pa.Table:
    """The stream's columns of `table`, in its types; columns it does not have are left out.

    MalformedInputError names the column that is missing, cannot be cast, or holds no usable time.
    """
    for name in stream.schema.names:
        if name not in table.column_names:
            raise _malformed(stream, name, "it is missing")
    columns = [_column(stream, field, table) for field in stream.schema]
    whole = pa.table(columns, schema=stream.schema)
    _check_time(stream, whole[stream.time])
    return whole


def complete(stream: FactStream, table: pa.Table) -> pa.Table:
    """The stream's columns of a file's table; those from after the file was written are null."""
    columns = [
        table[field.name] if field.name in table.column_names else pa.nulls(table.num_rows, field.type)
        for field in stream.schema
    ]
    return pa.table(columns, schema=stream.schema)


def _column(stream: FactStream, field: pa.Field, table: pa.Table) -> pa.ChunkedArray:
    try:
        return table[field.name].cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _malformed(stream, field.name, str(error)) from error


def _check_time(stream: FactStream, times: pa.ChunkedArray) -> None:
    if times.null_count:
        raise _malformed(stream, stream.time, f"{times.null_count} rows have no time")
    if len(times) == 0:
        return
    low, high = span(times)
    if low < 0 or high >= _END_OF_TIME_MS:
        raise _malformed(stream, stream.time, f"{low} to {high} are no epoch milliseconds")


def _malformed(stream: FactStream, column: str, why: str) -> MalformedInputError:
    return MalformedInputError(
        f"Column {column!r} of {stream.name} cannot be used: {why}.",
        hint="See what the source gives for this column; `assay doctor` reads one batch of every stream.",
    )


def span(times: pa.ChunkedArray) -> tuple[int, int]:
    """The least and the greatest of some times that are not all null."""
    ends = pc.min_max(times)
    return ends["min"].as_py(), ends["max"].as_py()


def reach(stream: FactStream, table: pa.Table) -> tuple[int, int]:
    """From when to when the rows matter: over the stream's time and, where it has one, its span."""
    low, high = span(table[stream.time])
    if stream.span:
        high = span(pc.max_element_wise(table[stream.time], table[stream.span]))[1]
    return low, high


def by_day(stream: FactStream, table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """Split a cast table by the UTC day of the stream's time: (midnight in ms, rows), oldest first."""
    if table.num_rows == 0:
        return
    low, high = span(table[stream.time])
    if low // DAY_MS == high // DAY_MS:
        yield low - low % DAY_MS, table
        return
    days = pc.divide(table[stream.time], DAY_MS)
    order = pc.sort_indices(days)
    counts = pc.value_counts(days.take(order))
    ordered, begin = table.take(order), 0
    for count in counts:
        rows = count["counts"].as_py()
        yield count["values"].as_py() * DAY_MS, ordered.slice(begin, rows)
        begin += rows


def settle(stream: FactStream, batches: Sequence[pa.Table]) -> pa.Table:
    """Batches, oldest first, as one: of each natural key only the rows that stand, in the order of time.

    LATEST: one row, of the newest batch, then of the greatest version, ties broken by content.
    GROUP: all distinct rows of the newest batch that holds the key. NONE: every row.
    """
    marked = pa.concat_tables(
        batch.append_column(_BATCH, pa.array([age] * batch.num_rows, pa.int64()))
        for age, batch in enumerate(batches)
    )
    standing = _RULES[stream.dedupe](stream, marked)
    return standing.select(stream.schema.names).sort_by([(stream.time, "ascending")])


def _latest(stream: FactStream, marked: pa.Table) -> pa.Table:
    version = [stream.version] if stream.version else []
    rest = [name for name in stream.schema.names if name not in {*stream.key, *version}]
    ranked = marked.take(
        pc.sort_indices(marked, [(name, "descending") for name in [_BATCH, *version, *rest]])
    )
    numbered = ranked.append_column(_ROW, pa.array(range(ranked.num_rows), pa.int64()))
    firsts = numbered.group_by(list(stream.key)).aggregate([(_ROW, "min")])
    return ranked.take(firsts[f"{_ROW}_min"])


def _group(stream: FactStream, marked: pa.Table) -> pa.Table:
    distinct = marked.group_by([*stream.schema.names, _BATCH]).aggregate([])
    numbered = distinct.append_column(_ROW, pa.array(range(distinct.num_rows), pa.int64()))
    groups = numbered.group_by(list(stream.key)).aggregate([(_ROW, "list"), (_BATCH, "max")]).combine_chunks()
    members = groups[f"{_ROW}_list"]
    newest = groups[f"{_BATCH}_max"].take(pc.list_parent_indices(members))
    rows = pc.list_flatten(members)
    return distinct.take(rows.filter(pc.equal(distinct[_BATCH].take(rows), newest)))


def _all(_stream: FactStream, marked: pa.Table) -> pa.Table:
    return marked


_RULES: dict[Dedupe, Callable[[FactStream, pa.Table], pa.Table]] = {
    Dedupe.LATEST: _latest,
    Dedupe.GROUP: _group,
    Dedupe.NONE: _all,
}
