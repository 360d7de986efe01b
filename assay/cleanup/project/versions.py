"""Versioned models: which files are versions of which model, as property files say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.cleanup.project.layout import Role
from assay.cleanup.project.nodes import YamlError, parse
from assay.cleanup.project.tree import made_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.cleanup.project.nodes import Node
    from assay.cleanup.project.project import Project


@dataclass(frozen=True, slots=True)
class Versioned:
    """A model with versions: the name of each version's file, and which is the latest."""

    name: str
    stems: dict[str, str]
    latest: str


def versioned(project: Project) -> dict[str, Versioned]:
    """The project's models with versions."""
    return {
        each.name: each
        for path in project.files[Role.PROPERTIES]
        for each in made_of(project.tree, path, versions_in)
    }


def versions_in(held: bytes) -> tuple[Versioned, ...]:
    """The models with versions of a property file; none where it cannot be loaded."""
    if b"versions" not in held:
        return ()
    try:
        root = parse(held).root
    except YamlError:
        return ()
    return tuple(_all_of(root)) if root is not None else ()


def _all_of(root: Node) -> Iterator[Versioned]:
    for item in root.list("models"):
        entry = item.real
        elements = [each.real for each in entry.list("versions")]
        if elements:
            name = entry.text("name")
            stems = {
                v: each.text("defined_in") or f"{name}_v{v}" for each in elements if (v := each.text("v"))
            }
            yield Versioned(name, stems, entry.text("latest_version") or _highest(stems))


def _highest(stems: dict[str, str]) -> str:
    """The highest version: numbers by their value, behind them words by the alphabet."""

    def rank(version: str) -> tuple[bool, float, str]:
        try:
            return (False, float(version), "")
        except ValueError:
            return (True, 0.0, version)

    return max(stems, key=rank, default="")
