"""Doc blocks that only the descriptions of what goes made use of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.cleanup.edits.files import without_blocks
from assay.cleanup.edits.pages import resolved
from assay.cleanup.edits.removing import entry_of
from assay.cleanup.project.layout import Role

if TYPE_CHECKING:
    from assay.cleanup.edits.work import Work
    from assay.cleanup.project.nodes import Node

DOC = re.compile(r"""(?<!\w)doc\(\s*(?:['"][^'"]*['"]\s*,\s*)?['"]([^'"]+)['"]\s*\)""")
BLOCKS = re.compile(r"\{%[-+]?\s*docs\s+(\w+)\s*[-+]?%\}")


def doc_blocks(work: Work) -> None:
    """Take the doc blocks out that nothing makes use of any more."""
    used = {
        name
        for gone in work.pages.gone.values()
        for entry in gone
        for part in entry_of(entry)
        for node in resolved(part)
        for name in _docs(node)
    }
    if not used:
        return
    for path in work.project.saying(Role.PROPERTIES, used):
        for node in work.pages.kept(path):
            used.difference_update(_docs(node))
    for path in work.project.saying(Role.DOCS, used):
        text = work.project.tree.read(path).decode("utf-8", "surrogateescape")
        if names := used.intersection(BLOCKS.findall(text)):
            left = without_blocks(text, "docs", names)
            work.changes[path] = None if left is None else left.encode("utf-8", "surrogateescape")
            work.also += [f"doc block {name} ({path})" for name in sorted(names)]


def _docs(node: Node) -> list[str]:
    return DOC.findall(node.value) if "doc" in node.value else []
