"""The export as text: FOCUS's own forms of moments and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from costs.focus.columns import ALL, Form

if TYPE_CHECKING:
    from decimal import Decimal

TEXT = pa.schema([pa.field(column.name, pa.string()) for column in ALL])
"""The columns of a file of text."""


def as_text(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with every value as FOCUS writes it: moments to the second with Z, decimals without an exponent."""
    return pa.RecordBatch.from_arrays(
        [_text(batch.column(place), column.form) for place, column in enumerate(ALL)], schema=TEXT
    )


def _text(values: pa.Array, form: Form) -> pa.Array:
    if form is Form.MOMENT:
        seconds = values.cast(pa.timestamp("s", tz="UTC"))
        return pc.strftime(seconds, format="%Y-%m-%dT%H:%M:%SZ")
    if form in {Form.COST, Form.QUANTITY}:
        return pa.array(
            [None if value is None else plain(value) for value in values.to_pylist()], pa.string()
        )
    return values.cast(pa.string())


def plain(value: Decimal) -> str:
    """A decimal by its digits, without an exponent; with a point, so that no reader takes it for a whole number."""
    whole, _, digits = f"{value:f}".partition(".")
    return f"{whole}.{digits.rstrip('0') or '0'}"
