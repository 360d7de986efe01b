"""Anchors of what goes, moved to the first place that still needs them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.cleanup.edits.cuts import CutError, Splice, column, line_start
from assay.cleanup.project.nodes import Kind, within

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from assay.cleanup.project.nodes import Document, Node

LATER_LINES = re.compile(r"(?<=\n)([ ]*)(?=[^\s])")


def moved(document: Document, lost: AbstractSet[int]) -> list[Splice]:
    """Replacements that keep every alias of what stays whole, where `lost` are the ids of all nodes that go.

    The first alias left of a lost anchor gives way to the anchored text itself, indented as its new place asks; the
    aliases behind it stay as they are.
    """
    placed: set[int] = set()
    splices = []
    for alias in document.nodes():
        target = alias.target
        if target is None or id(alias) in lost or id(target) not in lost or id(target) in placed:
            continue
        splices.append(Splice(alias.start, alias.end, _text_for(document.text, target, alias, lost, placed)))
        placed |= {id(node) for node in within(target) if node.anchor and node.kind is not Kind.ALIAS}
    return splices


def _text_for(text: str, target: Node, alias: Node, lost: AbstractSet[int], placed: set[int]) -> str:
    for node in within(target):
        if node is not target and id(node) in placed:
            raise CutError(f"the anchor &{node.anchor} is needed before &{target.anchor}, which holds it")
        if node.target is not None and id(node.target) in lost and id(node.target) not in placed:
            inside = node.target.start >= target.start and node.target.end <= target.end
            if not inside:
                raise CutError(f"the anchor &{target.anchor} is built from *{node.anchor}, which goes too")
    shift = _indent(text, alias) - _indent(text, target)
    lines = text[target.start : target.end]
    return LATER_LINES.sub(lambda found: " " * max(0, len(found[1]) + shift), lines)


def _indent(text: str, node: Node) -> int:
    """The column that what stands in the node is indented from: that of its key, or of its item's dash."""
    parent = node.parent
    if parent is None or parent.flow:
        return 0
    if parent.kind is Kind.MAPPING:
        index = parent.children.index(node)
        return column(text, parent.children[index - index % 2].start)
    dash = text.rfind("-", line_start(text, node.start), node.start)
    return column(text, dash if dash >= 0 else node.start)
