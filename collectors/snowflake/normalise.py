"""Bring a view's own columns, in whatever types an export or the driver chose, to the columns of facts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from assay.errors import MalformedInputError
from assay.facts import batches
from assay.model.time import DAY_MS
from collectors.snowflake import values
from collectors.snowflake.views.base import Column, Kind, View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from collectors.snowflake.people import Names
    from collectors.snowflake.reading import Parts, Reading


def _days(array: pa.Array) -> pa.Array:
    ms = values.moments(array)
    return pc.multiply(pc.floor(pc.divide(ms.cast(pa.float64()), float(DAY_MS))).cast(pa.int64()), DAY_MS)


_READERS: dict[Kind, Callable[[pa.Array], pa.Array]] = {
    Kind.MOMENT: values.moments,
    Kind.DAY: _days,
    Kind.INTEGER: values.integers,
    Kind.CREDITS: lambda array: values.scaled(array, 9),
    Kind.RATE: lambda array: values.scaled(array, 6),
    Kind.TEXT: values.texts,
    Kind.USER: values.texts,
    Kind.FLAG: values.flags,
    Kind.RAW: values.plain,
}
_LARGEST = {Kind.INTEGER: 10**17, Kind.CREDITS: 10**15, Kind.RATE: 10**12}
"""What a row may hold at most: 100 PB (or as many ms, rows), and a million credits or units of currency.

Far more than any account has, and little enough for a sum over an account to fit 64 bits.
"""
_EMPTY = {Kind.TEXT: pa.string(), Kind.USER: pa.string(), Kind.RAW: pa.string(), Kind.FLAG: pa.bool_()}


def normalise(view: View, rows: pa.RecordBatch, place: str, names: Names) -> pa.RecordBatch:
    """The rows under the names and in the types of facts; a column the source lacks is null.

    `place` is the file or view the rows came from, for the error. MalformedInputError when a required column is
    missing or a value cannot be read.
    """
    found = locate(view, rows.schema.names, place)
    arrays = [_read(view, column, rows, found.get(column.name), place) for column in view.columns]
    kept = [names.keep(a) if c.kind is Kind.USER else a for c, a in zip(view.columns, arrays, strict=True)]
    return pa.record_batch(kept, names=[column.name for column in view.columns])


def no_rows(view: View) -> pa.RecordBatch:
    """An empty page of the view, as `normalise` gives it."""
    arrays = [pa.nulls(0, _EMPTY.get(column.kind, pa.int64())) for column in view.columns]
    return pa.record_batch(arrays, names=[column.name for column in view.columns])


def locate(view: View, present: Iterable[str], place: str) -> dict[str, int]:
    """Where each declared column stands among those present, letter case aside.

    MalformedInputError when a required one is not there.
    """
    at = {name.strip().strip('"').upper(): i for i, name in reversed(list(enumerate(present)))}
    found = {c.name: at[s] for c in reversed(view.columns) for s in reversed(c.sources) if s in at}
    missing = [c.sources[0] for c in view.columns if c.required and c.name not in found]
    if missing:
        raise MalformedInputError(
            f"{place}: view {view.name} has no column {', '.join(missing)}",
            hint=f"export {view.source} again with all of its columns (SELECT *), under the view's own names",
        )
    return found


def _read(view: View, column: Column, rows: pa.RecordBatch, index: int | None, place: str) -> pa.Array:
    if index is None:
        return pa.nulls(len(rows), _EMPTY.get(column.kind, pa.int64()))
    source = rows.column(index)
    if pa.types.is_null(source.type):
        return pa.nulls(len(rows), _EMPTY.get(column.kind, pa.int64()))
    try:
        return _bounded(_READERS[column.kind](source), _LARGEST.get(column.kind))
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise MalformedInputError(
            f"{place}: column {column.sources[0]} of view {view.name} holds what is not {column.kind.value}: "
            f"{str(error).splitlines()[0][:200]}",
            hint=f"export {view.source} again with its own column types",
        ) from error


def _bounded(found: pa.Array, largest: int | None) -> pa.Array:
    """The numbers as they are; ArrowInvalid when one is further from zero than `largest`."""
    if largest is not None:
        ends = pc.min_max(found).as_py().values()
        odd = next((end for end in ends if end is not None and abs(end) > largest), None)
        if odd is not None:
            raise pa.ArrowInvalid(f"{odd} is more than any account has")
    return found


def parts_of(view: View, rows: pa.RecordBatch, place: str, reading: Reading) -> Parts:
    """What normalised rows turn into, held to what facts may be: every row has its time, within the calendar.

    MalformedInputError names `place`, the file or view the rows came from.
    """
    try:
        parts = view.parts(rows, view, reading)
        return replace(parts, facts=tuple((stream, batches.cast(stream, t)) for stream, t in parts.facts))
    except pa.ArrowInvalid as error:
        raise MalformedInputError(
            f"{place}: a nested column of view {view.name} cannot be read: {str(error).splitlines()[0][:200]}",
            hint=f"export {view.source} again with its own column types",
        ) from error
    except MalformedInputError as error:
        raise MalformedInputError(
            f"{place}: {error.message}",
            hint=f"see what {view.source} gives for this column, and read it again",
        ) from error
