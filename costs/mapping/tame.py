"""Whether a statement can be given to the parser at all: some texts would crash it or keep it busy for ever.

The parser is recursive and compiled. Nesting beyond its stack kills the process, and where it must try two
readings at each level (a join that may still get its condition, a type that may be a function) its time
doubles per level. Real statements are far from these limits; one beyond them is read by its words instead.
"""

from __future__ import annotations

import re

MAX_CHARS = 100_000
"""The longest text: the warehouse itself keeps no more of a statement."""

MAX_DEPTH = 400
"""How deep brackets may nest."""

MAX_DOUBLINGS = 12
"""How many levels of two readings each may nest: 2**12 attempts are still some milliseconds."""

MAX_CLAUSES = 5_000
"""How many FROM a text may hold."""

_BRACKET = re.compile(r"(\w*)\s*\(|\)")
_JOIN = re.compile(r"\b(?:(cross|natural|asof)\s+)?(join|on|using)\b", re.IGNORECASE)
_TWO_READINGS = frozenset({
    "array", "bigint", "binary", "bit", "boolean", "char", "character", "date", "datetime", "decimal",
    "double", "enum", "float", "geography", "int", "integer", "json", "map", "number", "numeric", "object",
    "real", "string", "struct", "text", "time", "timestamp", "timestamp_ltz", "timestamp_ntz", "timestamp_tz",
    "union", "uuid", "varbinary", "varchar", "variant", "vector",
})  # fmt: skip


def is_tame(text: str) -> bool:
    """Whether the parser can take `text` in a stack and a time that do not depend on who wrote it."""
    if len(text) > MAX_CHARS or "\0" in text:
        return False
    return _depth_is_tame(text) and _joins_are_tame(text) and text.lower().count("from") <= MAX_CLAUSES


def _depth_is_tame(text: str) -> bool:
    """Whether brackets nest no deeper than the stack allows, and those after a type's name only a little."""
    if text.count("(") <= MAX_DOUBLINGS:
        return True
    opened: list[bool] = []
    doublings = 0
    for bracket in _BRACKET.finditer(text):
        if bracket[1] is not None:
            opened.append(bracket[1].lower() in _TWO_READINGS)
            doublings += opened[-1]
        elif opened:
            doublings -= opened.pop()
        if len(opened) > MAX_DEPTH or doublings > MAX_DOUBLINGS:
            return False
    return True


def _joins_are_tame(text: str) -> bool:
    """Whether few joins at a time wait for their condition; some kinds of join have none."""
    waiting = 0
    for found in _JOIN.finditer(text):
        if found[2].lower() != "join":
            waiting = max(0, waiting - 1)
        elif found[1] is None:
            waiting += 1
        if waiting > MAX_DOUBLINGS:
            return False
    return True
