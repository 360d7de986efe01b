"""Settings of dbt_project.yml for folders and models that have no resource left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cleanup.project.layout import Role
from assay.cleanup.project.nodes import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.cleanup.edits.work import Work
    from assay.cleanup.project.nodes import Node

SECTIONS = {"models": Role.MODEL, "seeds": Role.SEED, "snapshots": Role.SNAPSHOT}


def settings(work: Work) -> None:
    """Take the subtrees out that were about what goes, and about nothing else."""
    path = work.project.settings
    root = work.pages.root(path)
    for section, role in SECTIONS.items():
        found = root.get(section) if root is not None else None
        own = found.get(work.project.name) if found is not None else None
        if own is None:
            continue
        before = [name for file in work.project.files[role] for name in _names(work, file, role)]
        after = [
            name
            for file in work.project.files[role]
            if work.changes.get(file, b"") is not None
            for name in _names(work, file, role)
        ]
        for key in _without_resource(own, _prefixes(before), _prefixes(after), ()):
            work.pages.take(path, key)
            line = work.pages.document(path).line_of(key)
            work.also.append(f"settings of {section}/{key.value} ({path}:{line})")


def _names(work: Work, file: str, role: Role) -> Iterator[tuple[str, ...]]:
    """The configuration path of a file, by its folders and its name; of each snapshot in it."""
    folders = tuple(each for each in work.project.layout.inside(file, role) if each)
    stem = file.rpartition("/")[2].rpartition(".")[0]
    yield (*folders, stem)
    if role is Role.SNAPSHOT:
        yield from ((*folders, stem, name) for name in work.project.template(file).snapshots)
    versions = {*work.doomed.names("model")} if role is Role.MODEL else set()
    for name in versions:
        if stem.startswith(f"{name}_v"):
            yield (*folders, name, stem.removeprefix(f"{name}_"))


def _prefixes(names: list[tuple[str, ...]]) -> set[tuple[str, ...]]:
    return {name[:length] for name in names for length in range(1, len(name) + 1)}


def _without_resource(
    node: Node, before: set[tuple[str, ...]], after: set[tuple[str, ...]], above: tuple[str, ...]
) -> Iterator[Node]:
    """The keys that named a resource or its folder, and name none any more."""
    for key, value in node.real.pairs:
        path = (*above, key.value)
        if path in before and path not in after:
            yield key
        elif path in after and value.real.kind is Kind.MAPPING:
            yield from _without_resource(value, before, after, path)
