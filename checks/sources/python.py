"""Checks in Python files: marked functions in ``checks/*.py`` of the Assay folder."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assay.errors import AssayError
from assay.model.checks import CheckSource
from checks.authoring import MARK, Mark
from checks.script import load_script
from checks.sources.declaring import Declared, declare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assay.registry import Registry


def from_scripts(folder: Path, registry: Registry) -> Iterator[Declared | AssayError]:
    """Every marked function as a check, or why its file cannot be loaded. The files' code is run."""
    for file in sorted(folder.glob("checks/*.py")):
        try:
            module = load_script(file)
        except AssayError as error:
            yield error
            continue
        yield from _of_module(vars(module), file, folder, registry)


def _of_module(
    names: dict[str, Any], file: Path, folder: Path, registry: Registry
) -> Iterator[Declared | AssayError]:
    place = str(file.relative_to(folder))
    for name, function in list(names.items()):
        mark = getattr(function, MARK, None)
        if not isinstance(mark, Mark):
            continue
        line = f"{place} line {function.__code__.co_firstlineno}"
        try:
            yield _declared(name, function, mark, place, line, registry)
        except AssayError as error:
            yield error


def _declared(  # noqa: PLR0913, PLR0917 - a function, what is said of it, and where it stands
    name: str,
    function: Any,  # noqa: ANN401 - the author's function
    mark: Mark,
    place: str,
    line: str,
    registry: Registry,
) -> Declared:
    given = {
        "asset": mark.asset,
        "kind": "custom_python",
        "severity": mark.severity,
        "owner": mark.owner,
        "description": mark.description or (inspect.getdoc(function) or "").split("\n\n")[0],
        "call": f"{place}:{name}",
        "timeout_s": mark.timeout_s,
        "every": mark.every,
    }
    own_name = mark.name or f"{place.rpartition('/')[2].removesuffix('.py')}.{name}"
    found = declare(own_name, given, registry, lambda _: line, CheckSource.PYTHON)
    if mark.cause is found.check.cause:
        return found
    return Declared(replace(found.check, cause=mark.cause), found.place)
