"""Groups that lose their last member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cleanup.edits.pages import resolved
from assay.cleanup.edits.removing import entry_of, key_of
from assay.cleanup.project.layout import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.cleanup.edits.work import Work
    from assay.cleanup.project.nodes import Node

KEYS = frozenset({"group", "+group"})


def groups(work: Work) -> None:
    """Take the groups out whose every member goes."""
    paths = [path for path in work.doomed.paths() if path.endswith((".sql", ".py"))]
    left = {name for path in paths for name in work.project.template(path).groups}
    for gone in list(work.pages.gone.values()):
        left |= {
            name
            for entry in gone
            for part in entry_of(entry)
            for node in resolved(part)
            for name in _named(node)
        }
    if not left:
        return
    for path, said in work.project.templates():
        if work.changes.get(path, b"") is not None:
            left -= said.groups
    files = [*work.project.saying(Role.PROPERTIES, left)]
    for path in [*files, work.project.settings]:
        for node in work.pages.kept(path):
            left.difference_update(_named(node))
    for path in files:
        root = work.pages.root(path)
        for item in root.list("groups") if root is not None else ():
            if (name := item.real.text("name")) in left:
                work.pages.take(path, item)
                work.also.append(f"group {name} ({path}:{work.pages.document(path).line_of(item)})")


def _named(node: Node) -> Iterator[str]:
    """The group a value names."""
    if node.value and key_of(node) is not node and key_of(node).value in KEYS:
        yield node.value
