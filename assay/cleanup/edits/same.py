"""Whether a YAML document is another one without some of its nodes, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cleanup.project.nodes import Kind

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from assay.cleanup.project.nodes import Node


def same(before: Node | None, after: Node | None, gone: AbstractSet[int] = frozenset()) -> bool:
    """Whether both load as the same value once the nodes of either whose ids are in `gone` are left out.

    Keys keep their order and their number, and a scalar its text, tag and way of writing, so what any loader makes of
    both is the same. An alias counts as what it stands for, wherever its anchor stands.
    """
    if before is None or after is None:
        return before is after
    seen: set[tuple[int, int]] = set()
    waiting = [(before, after)]
    while waiting:
        left, right = waiting.pop()
        left, right = left.real, right.real
        if (id(left), id(right)) in seen:
            continue
        seen.add((id(left), id(right)))
        lefts, rights = kept_children(left, gone), kept_children(right, gone)
        if not _alike(left, right) or len(lefts) != len(rights):
            return False
        waiting.extend(zip(lefts, rights, strict=True))
    return True


def kept_children(node: Node, gone: AbstractSet[int]) -> list[Node]:
    """The children that stay: a mapping's pair goes with its key."""
    if node.kind is Kind.MAPPING:
        return [each for pair in node.pairs if id(pair[0]) not in gone for each in pair]
    return [child for child in node.children if id(child) not in gone]


def _alike(left: Node, right: Node) -> bool:
    return (left.kind, left.value, left.tag, left.plain) == (right.kind, right.value, right.tag, right.plain)
