"""Nodes taken out of a YAML file by their spans of text, and the proof that nothing else changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cleanup.edits.anchors import moved
from assay.cleanup.edits.cuts import CutError, apply, cut, joined
from assay.cleanup.edits.same import kept_children, same
from assay.cleanup.project.nodes import Document, Kind, YamlError, parse_text, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from assay.cleanup.project.nodes import Node

HOLLOW = frozenset({"version"})
"""What a property file without entries may still say."""


class RemovingError(Exception):
    """An entry cannot be taken out of its file so that all the rest stays as it is."""


def key_of(value: Node) -> Node:
    """What stands for a node when it goes: of a mapping's value its key, else the node itself."""
    parent = value.parent
    if parent is None or parent.kind is not Kind.MAPPING:
        return value
    index = parent.children.index(value)
    return parent.children[index - index % 2]


def without(document: Document, nodes: Iterable[Node]) -> str | None:
    """The file's text without these nodes; None when it then says nothing, so that the file goes.

    A list or mapping that loses everything goes with its key. The text is parsed again, and unless it is exactly what
    was there less these nodes, a RemovingError says why.
    """
    gone = _emptied(document, {id(each): each for each in map(key_of, nodes)})
    if _says_nothing(document.root, gone.keys()):
        return None
    _unshadowed(gone.values())
    why = ""
    for tidy in (True, False):
        try:
            text = _cut_out(document, gone, tidy=tidy)
            after = parse_text(text)
        except CutError as error:
            why = str(error)
        except YamlError as error:
            why = f"what is left would not load: {error.message}"
        else:
            if same(document.root, after.root, gone.keys()):
                return document.mark + text
            why = "what is left would not load as it did"
    raise RemovingError(why)


def _emptied(document: Document, gone: dict[int, Node]) -> dict[int, Node]:
    """With the nodes also what they leave empty, and aliases of that."""
    while True:
        more = [
            key_of(node)
            for node in document.nodes()
            if node.real.children and not kept_children(node.real, gone.keys()) and node.parent is not None
        ]
        new = {id(node): node for node in more if id(node) not in gone}
        if not new:
            return gone
        gone = gone | new


def _says_nothing(root: Node | None, gone: AbstractSet[int]) -> bool:
    if root is None or root.kind is not Kind.MAPPING:
        return root is None or not kept_children(root, gone)
    return all(key.value in HOLLOW for key, _ in root.pairs if id(key) not in gone)


def _unshadowed(gone: Iterable[Node]) -> None:
    """A key that stands twice counts once, the last; taking that out would bring the other to life."""
    for node in gone:
        parent = node.parent
        if parent is not None and parent.kind is Kind.MAPPING:
            twins = [key for key, _ in parent.pairs if key.value == node.value]
            if len(twins) > 1:
                raise RemovingError(f"the key {node.value} stands twice, and would be left once")


def _cut_out(document: Document, gone: dict[int, Node], *, tidy: bool) -> str:
    lost = {id(inner) for node in gone.values() for part in entry_of(node) for inner in within(part)}
    splices = [cut(document.text, node, last=_is_last(node, gone.keys())) for node in _topmost(gone)]
    splices += moved(document, lost)
    return apply(document.text, joined(document.text, splices, tidy=tidy))


def entry_of(node: Node) -> Iterator[Node]:
    """What goes with a node: of a mapping's key also its value."""
    yield node
    parent = node.parent
    if parent is not None and parent.kind is Kind.MAPPING and key_of(node) is node:
        yield parent.children[parent.children.index(node) + 1]


def _topmost(gone: dict[int, Node]) -> list[Node]:
    return [node for node in gone.values() if not any(id(above) in gone for above in _above(node))]


def _above(node: Node) -> Iterator[Node]:
    """What holds the node, and may go with it: each collection, by the key that stands for it."""
    above = node.parent
    while above is not None:
        yield key_of(above)
        above = above.parent


def _is_last(node: Node, gone: AbstractSet[int]) -> bool:
    parent = node.parent
    assert parent is not None  # noqa: S101 - the root is never cut
    step = 2 if parent.kind is Kind.MAPPING else 1
    behind = parent.children[parent.children.index(node) + step :: step]
    return all(id(each) in gone for each in behind)
