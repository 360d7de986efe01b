"""Turn a source's column into the form facts keep: epoch milliseconds, nano-credits, integers, text, flags.

Every function takes an Arrow array of whatever type the export or the driver chose and works on whole columns.
They raise pyarrow.ArrowInvalid (or ArrowTypeError) where a value has not the form it should have.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable

_WIDE = pa.decimal128(38, 0)
_TOO_LARGE = 2**63
_SECONDS_BELOW = 100_000_000_000  # as seconds this is the year 5138, as milliseconds 1973
_TRUE = ["true", "t", "yes", "y", "1", "1.0"]
_FALSE = ["false", "f", "no", "n", "0", "0.0"]


def plain(array: pa.Array) -> pa.Array:
    """The array without dictionary, view or large-offset encodings; text is always `string`."""
    if pa.types.is_dictionary(array.type):
        return plain(array.dictionary_decode())
    if pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type):
        return array.cast(pa.string())
    if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        return array.cast(pa.string())
    return array


def moments(array: pa.Array) -> pa.Array:
    """Epoch milliseconds, rounded down, of timestamps (no zone means UTC), dates, ISO text and epochs."""
    array = plain(array)
    if pa.types.is_timestamp(array.type):
        return _floor_to_ms(array.cast(pa.int64()), array.type.unit)
    if pa.types.is_date(array.type):
        return array.cast(pa.timestamp("ms")).cast(pa.int64())
    if pa.types.is_string(array.type):
        return _moments_of_text(array)
    return _moments_of_epochs(array)


def _floor_to_ms(ticks: pa.Array, unit: str) -> pa.Array:
    if unit in {"s", "ms"}:
        return pc.multiply_checked(ticks, 1000 if unit == "s" else 1)
    step = 1000 if unit == "us" else 1_000_000
    towards_zero = pc.divide(ticks, step)
    past = pc.less(ticks, pc.multiply(towards_zero, step))
    return pc.subtract(towards_zero, past.cast(pa.int64()))


def _moments_of_text(array: pa.Array) -> pa.Array:
    text = _blank_as_null(array)
    epochs = pc.match_substring_regex(text, r"^-?\d{7,}(\.\d+)?$")
    if pc.any(epochs).as_py():
        as_number = pc.if_else(epochs, text, None).cast(pa.decimal128(38, 9))
        written = _moments_of_iso(pc.if_else(epochs, None, text))
        return pc.coalesce(written, _moments_of_epochs(as_number))
    return _moments_of_iso(text)


def _moments_of_iso(text: pa.Array) -> pa.Array:
    """ISO 8601 with `T` or a blank, any fraction, and `Z`, `UTC`, `+05:30`, `+0530`, `+05` or no zone."""
    iso = pc.replace_substring_regex(text, r"^(\d{4}-\d\d-\d\d)$", r"\1T00:00:00")
    iso = pc.replace_substring_regex(iso, r"(\.\d{3})\d+", r"\1")
    iso = pc.replace_substring_regex(iso, r"\s*(?:UTC|GMT|Z)$", "Z")
    iso = pc.replace_substring_regex(iso, r"\s+([+-]\d\d(?::?\d\d)?)$", r"\1")
    zoned = pc.match_substring_regex(iso, r"(?:Z|[+-]\d\d(?::?\d\d)?)$")
    zoned = pc.and_(zoned, pc.match_substring_regex(iso, r"[T ]"))  # a bare date ends in -dd too
    with_zone = pc.if_else(zoned, iso, pc.binary_join_element_wise(iso, "Z", ""))
    return with_zone.cast(pa.timestamp("ms", "UTC")).cast(pa.int64())


def _moments_of_epochs(array: pa.Array) -> pa.Array:
    """Epochs in seconds, milli-, micro- or nanoseconds: their size tells which. Only seconds may have a fraction."""
    exact = _exact(array, 3).cast(pa.decimal128(30, 3))
    floor = pc.floor(exact)
    whole = floor.cast(_WIDE).cast(pa.int64())
    thousandths = _unscaled(pc.subtract(exact, floor))
    count, ms = (np.asarray(part.fill_null(0)) for part in (whole, thousandths))
    size = np.abs(count)
    found = np.select(
        [size < _SECONDS_BELOW, size < _SECONDS_BELOW * 1000, size < _SECONDS_BELOW * 1_000_000],
        [count * 1000 + ms, count, count // 1000],
        count // 1_000_000,
    )
    return pa.array(found, pa.int64(), mask=np.asarray(pc.is_null(exact)))


def scaled(array: pa.Array, digits: int) -> pa.Array:
    """Numbers times 10^digits as integers: nano-credits (9), micro-currency (6).

    Decimals and text are exact (half to even past the last digit); floats are taken to the nearest.
    NaN is how some writers say null. ArrowInvalid for what is no number or does not fit 64 bits.
    """
    array = plain(array)
    if pa.types.is_floating(array.type):
        return _scaled_floats(array, digits)
    if pa.types.is_string(array.type):
        return _scaled_text(_blank_as_null(array), digits)
    return _unscaled(_exact(array, digits))


def integers(array: pa.Array) -> pa.Array:
    """Whole numbers as 64-bit integers; a fraction is rounded half to even."""
    array = plain(array)
    if pa.types.is_boolean(array.type) or pa.types.is_integer(array.type):
        return array.cast(pa.int64())
    return scaled(array, 0)


def texts(array: pa.Array) -> pa.Array:
    """Text as it stands; numbers (ids) in plain digits."""
    array = plain(array)
    if pa.types.is_decimal(array.type) and _is_whole(array):
        return array.cast(_WIDE).cast(pa.string())
    if pa.types.is_floating(array.type) and _is_whole(array):
        return integers(array).cast(pa.string())
    return array.cast(pa.string())


def flags(array: pa.Array) -> pa.Array:
    """True and false, also as yes/no, y/n, t/f, 1/0 in any letter case."""
    array = plain(array)
    if pa.types.is_boolean(array.type):
        return array
    low = pc.utf8_lower(_blank_as_null(array.cast(pa.string())))
    yes, no = (pc.is_in(low, pa.array(words)) for words in (_TRUE, _FALSE))
    odd = pc.and_(pc.invert(pc.or_(yes, no)), pc.is_valid(low))
    if pc.any(odd).as_py():
        raise pa.ArrowInvalid(f"not true or false: {low.filter(odd)[0].as_py()[:40]!r}")
    return pc.if_else(pc.is_valid(low), yes, None)


def each_distinct(array: pa.Array, change: Callable[[str], str | None]) -> pa.Array:
    """`change` applied to text, once per distinct value; null stays null."""
    encoded = array.dictionary_encode()
    changed = pa.array(
        [None if v is None else change(v) for v in encoded.dictionary.to_pylist()], pa.string()
    )
    return changed.take(encoded.indices)


def _blank_as_null(text: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


def _is_whole(array: pa.Array) -> bool:
    if pa.types.is_decimal(array.type) and array.type.scale <= 0:
        return True
    return bool(pc.all(pc.equal(pc.floor(array), array)).as_py())


def _exact(array: pa.Array, digits: int) -> pa.Array:
    """Any number column as decimal128(38, digits), half to even."""
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), pa.decimal128(38, digits))
    if pa.types.is_floating(array.type):
        array = _finite(array).cast(pa.float64())
        return array.cast(pa.decimal128(38, digits))
    if pa.types.is_integer(array.type):
        array = array.cast(pa.decimal128(20, 0))
    if pa.types.is_decimal(array.type) and array.type.scale > digits:
        array = pc.round(array, digits, round_mode="half_to_even")
    return array.cast(pa.decimal128(38, digits))


def _unscaled(exact: pa.Array) -> pa.Array:
    """The integers a decimal column stores beneath its point: the same bytes, read with scale 0."""
    whole = pa.Array.from_buffers(_WIDE, len(exact), exact.buffers(), exact.null_count, exact.offset)
    return whole.cast(pa.int64())


def _finite(array: pa.Array) -> pa.Array:
    if pc.any(pc.is_inf(array)).as_py():
        raise pa.ArrowInvalid("infinity is no amount")
    return pc.if_else(pc.is_nan(array), None, array)


def _scaled_floats(array: pa.Array, digits: int) -> pa.Array:
    grown = pc.round(
        pc.multiply(_finite(array).cast(pa.float64()), float(10**digits)), round_mode="half_to_even"
    )
    return grown.cast(pa.int64())


def _scaled_text(text: pa.Array, digits: int) -> pa.Array:
    try:
        return _unscaled(_exact(text.cast(pa.decimal128(38, 18)), digits))
    except pa.ArrowInvalid:  # more digits than fit, or no number at all: value by value tells which
        encoded = text.dictionary_encode()
        found = [None if v is None else _scaled_word(v, digits) for v in encoded.dictionary.to_pylist()]
        return pa.array(found, pa.int64()).take(encoded.indices)


def _scaled_word(word: str, digits: int) -> int | None:
    try:
        number = Decimal(word)
    except InvalidOperation as error:
        raise pa.ArrowInvalid(f"not a number: {word[:40]!r}") from error
    if number.is_nan():
        return None
    if number.is_infinite() or abs(number.scaleb(digits)) >= _TOO_LARGE:
        raise pa.ArrowInvalid(f"too large an amount: {word[:40]!r}")
    return int(number.scaleb(digits).to_integral_value(ROUND_HALF_EVEN))
