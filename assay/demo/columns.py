"""From numpy to Arrow without a Python object a row: identifiers, timestamps, decimals, dictionary texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.demo.power import Ints

CREDITS = pa.decimal128(38, 9)
TIMESTAMP = pa.timestamp("ms", tz="UTC")
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_DASHES = (8, 13, 18, 23)
_ID_LENGTH = 36


def identifiers(count: int, rng: np.random.Generator) -> pa.StringArray:
    """Distinct query ids of the warehouse's form: a rising head and a random tail, 36 characters."""
    digits = rng.integers(0, 16, (count, 32), dtype=np.uint8)
    number = np.arange(count, dtype=np.int64) + (0x01BF << 32)
    for place in range(12):
        digits[:, 11 - place] = (number >> (4 * place)) & 15
    letters = np.full((count, _ID_LENGTH), ord("-"), dtype=np.uint8)
    letters[:, [k for k in range(_ID_LENGTH) if k not in _DASHES]] = _HEX[digits]
    offsets = np.arange(count + 1, dtype=np.int32) * _ID_LENGTH
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(letters.tobytes()))


def timestamps(ms: Ints, known: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """UTC timestamps; null where not `known`."""
    column = pa.array(ms, mask=None if known is None else ~known)
    return column.cast(TIMESTAMP)


def credit(nano: Ints) -> pa.Array:
    """Nano-credits as NUMBER(38, 9)."""
    words = np.empty((len(nano), 2), dtype=np.int64)
    words[:, 0] = nano
    words[:, 1] = nano >> 63
    return pa.Array.from_buffers(CREDITS, len(nano), [None, pa.py_buffer(words.tobytes())])


def pick(words: Sequence[str | None], index: npt.NDArray[np.integer]) -> pa.DictionaryArray:
    """A column of texts by their number; a negative number, and the number of None, is null."""
    codes = index.astype(np.int32)
    unknown = np.array([word is None for word in words])[codes] | (codes < 0)
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, mask=unknown), pa.array([word or "" for word in words], pa.string())
    )


def constant(word: str | None, rows: int) -> pa.Array:
    """The same text in every row."""
    return pick([word], np.zeros(rows, dtype=np.int32)) if word is not None else pa.nulls(rows, pa.string())
