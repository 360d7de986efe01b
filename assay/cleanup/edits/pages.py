"""The YAML files being edited: what goes from each, and what stays."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from assay.cleanup.edits.removing import key_of, without
from assay.cleanup.project.nodes import Kind, YamlError, within
from assay.cleanup.project.templates import refs_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.cleanup.project.nodes import Document, Node
    from assay.cleanup.project.project import Project
    from assay.cleanup.project.templates import Ref

PROSE = frozenset({"description"})
"""Keys whose text refers to nothing but doc blocks."""


class Pages:
    """Documents by path, each parsed once, with the nodes that go from it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._documents: dict[str, Document | YamlError] = {}
        self.gone: dict[str, list[Node]] = defaultdict(list)

    def document(self, path: str) -> Document:
        """A file's document; a YamlError where it cannot be loaded."""
        if path not in self._documents:
            try:
                self._documents[path] = self._project.document(path)
            except YamlError as error:
                self._documents[path] = error
        found = self._documents[path]
        if isinstance(found, YamlError):
            raise found
        return found

    def root(self, path: str) -> Node | None:
        """The file's topmost mapping; None where it has none or cannot be loaded."""
        try:
            root = self.document(path).root
        except YamlError:
            return None
        return root if root is not None and root.kind is Kind.MAPPING else None

    def take(self, path: str, node: Node) -> None:
        """Note that a node goes: an item, or a pair by its key or value."""
        self.gone[path].append(key_of(node))

    def kept(self, path: str) -> Iterator[Node]:
        """Every node of a file that stays, also what stays because an alias stands for it, each once."""
        gone = {id(node) for node in self.gone.get(path, ())}
        root = self.root(path)
        waiting = [root] if root is not None else []
        seen: set[int] = set()
        while waiting:
            node = waiting.pop().real
            if id(node) in seen:
                continue
            seen.add(id(node))
            yield node
            if node.kind is Kind.MAPPING:
                for key, value in reversed([pair for pair in node.pairs if id(pair[0]) not in gone]):
                    waiting += [value, key]
            else:
                waiting.extend(reversed([child for child in node.children if id(child) not in gone]))

    def outcome(self, path: str) -> bytes | None:
        """The file's new contents, None for a file that says nothing more; a RemovingError where it cannot be."""
        text = without(self.document(path), self.gone[path])
        return None if text is None else text.encode()


def refs_of(node: Node) -> list[Ref]:
    """What a scalar refers to, unless it is prose."""
    if node.kind is not Kind.SCALAR or "ref" not in node.value or is_prose(node):
        return []
    return [found.ref for found in refs_in(node.value) if found.ref is not None]


def is_prose(node: Node) -> bool:
    """Whether a scalar is a description."""
    parent = node.parent
    return parent is not None and parent.kind is Kind.MAPPING and key_of(node).value in PROSE


def resolved(top: Node) -> Iterator[Node]:
    """A node and all that stands in it, aliases followed, each once."""
    seen: set[int] = set()
    waiting = [top.real]
    while waiting:
        for node in within(waiting.pop()):
            if id(node) not in seen:
                seen.add(id(node))
                yield node
                if node.target is not None:
                    waiting.append(node.target)
