"""Checks in Python files: marked functions in ``checks/*.py`` of the Assay folder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assay.errors import AssayError
from assay.model.checks import Cause, CheckSource
from checks.base import CheckError
from checks.functions.process import marks
from checks.sources.declaring import DeclarationError, Declared, declare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from assay.registry import Registry


def from_scripts(folder: Path, registry: Registry) -> Iterator[Declared | AssayError]:
    """Every marked function as a check, or why its file cannot be loaded. The files' code runs in its own process."""
    for file in sorted(folder.glob("checks/*.py")):
        place = str(file.relative_to(folder))
        try:
            found = marks(file, folder)
        except CheckError as error:
            yield _unusable(place, str(file), error)
            continue
        for each in found:
            try:
                yield _declared(each, place, registry)
            except AssayError as error:
                yield error


def _declared(found: Mapping[str, Any], place: str, registry: Registry) -> Declared:
    name, mark = found["function"], found["mark"]
    given = {
        "asset": mark["asset"],
        "kind": "custom_python",
        "severity": mark["severity"],
        "owner": mark["owner"],
        "description": mark["description"] or found["about"],
        "call": f"{place}:{name}",
        "timeout_s": mark["timeout_s"],
        "every": mark["every"],
    }
    own_name = mark["name"] or f"{place.rpartition('/')[2].removesuffix('.py')}.{name}"
    line = f"{place} line {found['line']}"
    declared = declare(own_name, given, registry, lambda _: line, CheckSource.PYTHON)
    return replace(declared, check=replace(declared.check, cause=Cause(mark["cause"])))


def _unusable(place: str, file: str, error: CheckError) -> DeclarationError:
    """Why a file is of no use, by the place it has in the folder."""
    known = error.message.startswith(file)
    why = error.message.removeprefix(file) if known else f": {error.message}"
    return DeclarationError(f"{place}{why}", hint=error.hint)
