"""What views of declared uses share: which objects are relations, their keys, and what a task's text reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.model.assets import AssetKey, fold_part, split_identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

_RELATIONS = re.compile(r"(?:[A-Z]+[ _])?(?:TABLE|VIEW)")
_SYSTEM_DATABASE, _SYSTEM_SCHEMA = "snowflake", "information_schema"
_SKIPPED = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^'\\]|''|\\.)*'", re.DOTALL)
_PART = r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'
_READ = re.compile(
    rf"\b(?:from|join|using|clone)\s+(?!lateral\b|select\b)({_PART}(?:\s*\.\s*{_PART}){{0,2}})(?![\w$]|\s*[.(])",
    re.IGNORECASE,
)
_DEFINED = re.compile(rf"({_PART})\s+as\s*\(", re.IGNORECASE)
_WHOLE = 3
_LONGEST = 100_000


def is_relation(domain: str) -> bool:
    """Whether an object of that domain holds or shows rows: a table or view of whatever sort."""
    return _RELATIONS.fullmatch(domain.upper()) is not None


def key_of(account: str, *path: str | None) -> AssetKey | None:
    """The key of a relation of the company's own; None of the warehouse's catalog, and where a part is missing."""
    folded = tuple(fold_part(part) for part in path if part)
    if len(folded) < _WHOLE or folded[0] == _SYSTEM_DATABASE or folded[1] == _SYSTEM_SCHEMA:
        return None
    return AssetKey("snowflake", account, folded)


def read_in(definition: str, database: str, schema: str) -> Iterator[tuple[str, str, str]]:
    """The relations a text names after FROM, JOIN, USING or CLONE, completed with where it stands.

    By its words, since a task may hold a script. What a WITH defines is none; what is named in a text of its own
    (a statement built as a string) cannot be seen.
    """
    code = _SKIPPED.sub(" ", definition[:_LONGEST])
    defined = {_bare(found) for found in _DEFINED.findall(code)}
    for found in _READ.findall(code):
        parts = tuple(part if part.startswith('"') else part.lower() for part in re.findall(_PART, found))
        if len(parts) > 1 or _bare(found) not in defined:
            named = tuple(split_identifier(part)[0] for part in parts)
            whole = ((database, schema)[: _WHOLE - len(named)] + named)[-_WHOLE:]
            yield whole[0], whole[1], whole[2]


def _bare(name: str) -> str:
    return name.strip('"').lower()
