"""The objects named in ACCESS_HISTORY's nested columns, JSON text or Arrow lists, taken apart in columns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable

Triple = tuple[str | None, str | None, str | None]
"""The domain, name and id of an object."""

_FIELDS = ("objectDomain", "objectName", "objectId")
_OTHER_NAMES = ("swapTargetName", "objectName")


@dataclass(frozen=True, slots=True)
class Objects:
    """Objects in a row: `rows` is the number of the row each was named in."""

    rows: pa.Array
    domains: pa.Array
    names: pa.Array
    ids: pa.Array


def objects_in(column: pa.Array) -> Objects:
    """Every object the column names. An object without a name and id (a placeholder) is left out.

    ArrowInvalid where text is no JSON.
    """
    if pa.types.is_null(column.type):
        column = column.cast(pa.string())
    found = _of_text(column) if pa.types.is_string(column.type) else _of_nested(column)
    named = pc.or_(pc.is_valid(found.names), pc.is_valid(found.ids))
    return Objects(*(part.filter(named) for part in (found.rows, found.domains, found.names, found.ids)))


def targets_in(column: pa.Array) -> Objects:
    """The other name of each object that a statement renames or swaps; no id is told. Nothing of nested columns."""
    if not pa.types.is_string(column.type):
        column = pa.nulls(len(column), pa.string())
    found = _of_text(column, _target)
    named = pc.is_valid(found.names)
    return Objects(*(part.filter(named) for part in (found.rows, found.domains, found.names, found.ids)))


def _of_text(column: pa.Array, read: Callable[[dict[str, Any]], Triple] | None = None) -> Objects:
    """Statements repeat, so each distinct text is parsed once; the rows then point into what was parsed."""
    encoded = column.dictionary_encode()
    parsed = [_parse(text, read or _triple) for text in encoded.dictionary.to_pylist()]
    counts = np.array([len(objects) for objects in parsed], dtype=np.int64)
    begins = np.concatenate(([0], np.cumsum(counts)))[:-1]
    codes = np.asarray(encoded.indices.fill_null(-1), dtype=np.int64)
    known = np.flatnonzero(codes >= 0)
    many = counts[codes[known]]
    rows = np.repeat(known, many)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(many) - many, many)
    at = pa.array(np.repeat(begins[codes[known]], many) + within)
    columns = list(zip(*(o for objects in parsed for o in objects), strict=True)) or [(), (), ()]
    domains, names, ids = (pa.array(values, pa.string()).take(at) for values in columns)
    return Objects(pa.array(rows, pa.int64()), domains, names, ids)


def _parse(text: str, read: Callable[[dict[str, Any]], Triple]) -> list[Triple]:
    if text in {"", "[]", "{}", "null"}:
        return []
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise pa.ArrowInvalid(f"not a JSON list of objects: {text[:40]!r}") from None
    items = value if isinstance(value, list) else [value]
    return [read(item) for item in items if isinstance(item, dict)]


def _triple(item: dict[str, Any]) -> Triple:
    domain, name, number = (item.get(field) for field in _FIELDS)
    return _text(domain), _text(name), _text(number)


def _target(item: dict[str, Any]) -> Triple:
    """What the properties of a change name as the new name, or as what it is swapped with."""
    properties = item.get("properties")
    told = [properties.get(name) for name in _OTHER_NAMES] if isinstance(properties, dict) else []
    names = (_text(each.get("value") if isinstance(each, dict) else each) for each in told)
    return _text(item.get("objectDomain")), next(filter(None, names), None), None


def _text(value: object) -> str | None:
    return None if value is None or isinstance(value, (dict, list)) else str(value)


def _of_nested(column: pa.Array) -> Objects:
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        structs, rows = pc.list_flatten(column), pc.list_parent_indices(column).cast(pa.int64())
    else:
        structs, rows = column, pa.array(np.arange(len(column)), pa.int64())
    if not pa.types.is_struct(structs.type):
        return _within(_of_text(structs.cast(pa.string())), rows)
    domains, names, ids = (_field(structs, field) for field in _FIELDS)
    return Objects(rows, domains, names, ids)


def _within(found: Objects, rows: pa.Array) -> Objects:
    return Objects(rows.take(found.rows), found.domains, found.names, found.ids)


def _field(structs: pa.Array, name: str) -> pa.Array:
    """A field of a struct by its name in any letter case, as text; nulls when there is none."""
    for i, field in enumerate(structs.type):
        if field.name.lower() == name.lower():
            return pc.struct_field(structs, [i]).cast(pa.string())
    return pa.nulls(len(structs), pa.string())
