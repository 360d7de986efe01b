"""Settings of dbt_project.yml for folders and models that have no resource left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cleanup.project.layout import Role
from assay.cleanup.project.nodes import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.cleanup.edits.work import Work
    from assay.cleanup.project.nodes import Node

Path = tuple[str, ...]
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
        files = work.project.files[role]
        before = _prefixes(work, files, role)
        after = _prefixes(work, [file for file in files if work.changes.get(file, b"") is not None], role)
        for key in _without_resource(own, before, after, ()):
            work.pages.take(path, key)
            line = work.pages.document(path).line_of(key)
            work.also.append(f"settings of {section}/{key.value} ({path}:{line})")


def _prefixes(work: Work, files: list[str], role: Role) -> set[Path]:
    """The configuration paths of files and of the folders they stand in."""
    found: set[Path] = set()
    folders: dict[str, Path] = {}
    for file in files:
        folder, _, name = file.rpartition("/")
        if folder not in folders:
            path = folders[folder] = tuple(each for each in work.project.layout.inside(file, role) if each)
            found |= {path[:length] for length in range(1, len(path) + 1)}
        stem = name.rpartition(".")[0]
        found.add((*folders[folder], stem))
        found |= {(*folders[folder], *rest) for rest in _inside(work, file, stem, role)}
    return found


def _inside(work: Work, file: str, stem: str, role: Role) -> Iterator[Path]:
    """What a file's own configuration path goes on with: each snapshot in it, the model it is a version of."""
    if role is Role.SNAPSHOT:
        yield from ((stem, name) for name in work.project.template(file).snapshots)
    elif "_v" in stem:
        name, _, version = stem.rpartition("_v")
        if name in work.doomed.versions:
            yield from ((name,), (name, f"v{version}"))


def _without_resource(node: Node, before: set[Path], after: set[Path], above: Path) -> Iterator[Node]:
    """The keys that named a resource or its folder, and name none any more."""
    for key, value in node.real.pairs:
        path = (*above, key.value)
        if path in before and path not in after:
            yield key
        elif path in after and value.real.kind is Kind.MAPPING:
            yield from _without_resource(value, before, after, path)
