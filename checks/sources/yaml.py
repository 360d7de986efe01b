"""Checks in YAML files: ``checks/*.yml`` of the Assay folder.

    asset: snowflake:acme:shop.marts.orders
    owner: finance
    checks:
      - name: orders are fresh
        kind: freshness
        max_age_h: 26
      - name: one row per order
        kind: uniqueness
        columns: [order_id]

A file may also be a list of such blocks, and a check may name an asset and owner of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from assay.config.faults import nearest, short
from assay.errors import AssayError
from assay.model.checks import CheckSource
from checks.sources.declaring import DeclarationError, Declared, declare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assay.registry import Registry

_BLOCK_KEYS = ("asset", "checks", "owner")
_SHARED = ("asset", "owner")
MOST_VALUES = 100_000
"""Of one file, each counted wherever an alias repeats it."""
DEEPEST = 100
"""How deep they may be nested."""


def from_files(folder: Path, registry: Registry) -> Iterator[Declared | AssayError]:
    """Every check of the folder's YAML files, or why it, or its file, cannot be used."""
    for file in sorted([*folder.glob("checks/*.yml"), *folder.glob("checks/*.yaml")]):
        try:
            yield from _of_file(_File(file, str(file.relative_to(folder))), registry)
        except AssayError as error:
            yield error


@dataclass(frozen=True, slots=True)
class _File:
    """A file and how it is told of."""

    path: Path
    name: str

    def at(self, node: object, key: str = "") -> str:
        """The file and the line of a key in the node, else of the node."""
        line = _line(node, key)
        return self.name if line is None else f"{self.name} line {line}"


def _of_file(file: _File, registry: Registry) -> Iterator[Declared | AssayError]:
    document = _read(file)
    for block in document if isinstance(document, list) else [document]:
        for given in _checks_of(block, file):
            try:
                yield _declared(block, given, file, registry)
            except AssayError as error:
                yield error


def _read(file: _File) -> Any:  # noqa: ANN401 - whatever stands in the file
    try:
        document = YAML().load(file.path.read_text("utf-8")) or []
    except RecursionError:
        raise _too_large(file) from None
    except (YAMLError, ValueError, OSError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        line = f" line {mark.line + 1}" if mark is not None else ""
        why = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise DeclarationError(
            f"{file.name}{line}: this is no YAML: {why}.", hint="Mend the file, then run again."
        ) from None
    if _is_endless(document):
        raise _too_large(file)
    return document


def _too_large(file: _File) -> DeclarationError:
    return DeclarationError(
        f"{file.name}: it holds more than {MOST_VALUES:,} values, or is nested too deeply.",
        hint="Divide the file; an alias must not hold what it stands in.",
    )


def _is_endless(document: object) -> bool:
    """Whether there are too many values to read: aliases can make a few lines endless."""
    left, seen = [(document, 0)], 0
    while left:
        node, depth = left.pop()
        seen += 1
        if seen > MOST_VALUES or depth > DEEPEST:
            return True
        if isinstance(node, Mapping):
            left += [(inner, depth + 1) for inner in node.values()]
        elif isinstance(node, list):
            left += [(inner, depth + 1) for inner in node]
    return False


def _checks_of(block: object, file: _File) -> Sequence[object]:
    if not isinstance(block, Mapping):
        raise DeclarationError(
            f"{file.at(block)}: a block of checks is a table.", hint="Write asset: … and checks: below it."
        )
    if unknown := next((str(key) for key in block if key not in _BLOCK_KEYS), None):
        raise DeclarationError(
            f"{file.at(block, unknown)}: unknown key {short(unknown)}.", hint=nearest(unknown, _BLOCK_KEYS)
        )
    checks = block.get("checks")
    if not isinstance(checks, Sequence) or isinstance(checks, str):
        raise DeclarationError(
            f"{file.at(block, 'checks')}: checks is no list.", hint="Begin each check with `- name:`."
        )
    return checks


def _declared(block: Mapping[str, Any], given: object, file: _File, registry: Registry) -> Declared:
    if not isinstance(given, Mapping) or not isinstance(given.get("name"), str):
        raise DeclarationError(
            f"{file.at(given)}: a check has no name.", hint="Begin each check with `- name:`.", key="name"
        )
    shared = {key: plain(block[key]) for key in _SHARED if key in block}
    own = {str(key): plain(value) for key, value in given.items() if key != "name"}
    return declare(
        str(given["name"]),
        shared | own,
        registry,
        lambda key: file.at(given, key),
        CheckSource.CONFIG,
    )


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON-like value
    """A value of the file without what the parser knows of its place and spelling."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value.isoformat() if isinstance(value, date | time) else value


def _line(node: object, key: str) -> int | None:
    """The line of the deepest part of a dotted key the node has, counted from 1."""
    if not isinstance(node, CommentedMap):
        place = getattr(node, "lc", None)
        return None if place is None or place.line is None else place.line + 1
    first, _, rest = key.partition(".")
    if first not in node:
        return int(node.lc.line) + 1
    inner = node[first]
    if rest and isinstance(inner, CommentedMap):
        return _line(inner, rest)
    return int(node.lc.key(first)[0]) + 1
