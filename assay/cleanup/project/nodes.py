"""YAML as nodes that know where they stand in the text, from the events of the parser dbt itself reads with."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from assay.errors import MalformedInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


class YamlError(MalformedInputError):
    """A file is no YAML that dbt can load."""


class Kind(Enum):
    """What a node is."""

    SCALAR = auto()
    SEQUENCE = auto()
    MAPPING = auto()
    ALIAS = auto()


@dataclass(slots=True, eq=False)
class Node:
    """A node at `text[start:end]`: from its anchor or tag on to its last character, comments behind it left out.

    `children` of a mapping are its keys and values in turn. `plain` tells a scalar without quotes, whose value YAML
    types; `target` is what an alias stands for.
    """

    kind: Kind
    start: int
    end: int
    value: str = ""
    tag: str = ""
    plain: bool = False
    flow: bool = False
    anchor: str = ""
    children: list[Node] = field(default_factory=list)
    parent: Node | None = None
    target: Node | None = None

    @property
    def pairs(self) -> Iterator[tuple[Node, Node]]:
        """The keys of a mapping with their values; none of another node."""
        return (
            zip(self.children[::2], self.children[1::2], strict=True)
            if self.kind is Kind.MAPPING
            else iter(())
        )

    @property
    def items(self) -> list[Node]:
        """The items of a sequence; none of another node."""
        return self.children if self.kind is Kind.SEQUENCE else []

    @property
    def real(self) -> Node:
        """What an alias stands for, else the node itself."""
        return self if self.target is None else self.target

    def get(self, key: str) -> Node | None:
        """What a loader finds under a key: the last of several, also one merged by `<<`; aliases followed."""
        found = None
        for name, value in self.pairs:
            if name.real.value == key and name.real.kind is Kind.SCALAR:
                found = value.real
        if found is None:
            for name, value in self.pairs:
                if name.value == "<<" and name.plain:
                    real = value.real
                    for merged in real.items or [real]:
                        found = found or merged.real.get(key)
        return found

    def text(self, key: str) -> str:
        """The scalar under a key, empty when there is none."""
        found = self.get(key)
        return found.value if found is not None and found.kind is Kind.SCALAR else ""

    def list(self, key: str) -> list[Node]:
        """The items of the sequence under a key; none when it is something else."""
        found = self.get(key)
        return [] if found is None else found.items


@dataclass(frozen=True, slots=True)
class Document:
    """A file of one YAML document; `root` is None when it holds nothing. A byte order mark is no part of `text`."""

    text: str
    root: Node | None
    mark: str = ""

    def nodes(self) -> Iterator[Node]:
        """Every node in the order of the text."""
        return within(self.root) if self.root is not None else iter(())

    def line_of(self, node: Node) -> int:
        """The line a node begins on, from 1."""
        return self.text.count("\n", 0, node.start) + 1


def within(top: Node) -> Iterator[Node]:
    """A node and all nodes that stand in it, in the order of the text."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def parse(held: bytes) -> Document:
    """The file's document; a YamlError says why dbt could not load it either."""
    try:
        whole = held.decode("utf-8")
    except UnicodeDecodeError as error:
        raise YamlError(f"The file is no UTF-8: byte {error.start}.") from error
    return parse_text(whole)


def parse_text(whole: str) -> Document:
    """The document of a text."""
    text = whole.removeprefix(BOM)
    try:
        root = _build(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = "" if mark is None else f" in line {mark.line + 1}"
        raise YamlError(f"The file is no YAML{place}: {getattr(error, 'problem', None) or error}.") from error
    return Document(text, root, whole[: len(whole) - len(text)])


def _build(text: str) -> Node | None:
    root: Node | None = None
    open_nodes: list[Node] = []
    anchors: dict[str, Node] = {}
    documents = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise YamlError("The file holds several YAML documents, which dbt does not load.")
        elif isinstance(event, CollectionEndEvent):
            _close(open_nodes.pop(), event.end_mark.index)
        elif isinstance(event, NodeEvent):
            node = _node(text, event, anchors)
            if open_nodes:
                node.parent = open_nodes[-1]
                open_nodes[-1].children.append(node)
            else:
                root = node
            if isinstance(event, CollectionStartEvent):
                open_nodes.append(node)
    return root


def _close(node: Node, end: int) -> None:
    """A flow collection ends behind its bracket; the event of a block's end stands before whatever comes next."""
    node.end = end if node.flow else max([node.end, *(child.end for child in node.children[-2:])])


def _node(text: str, event: NodeEvent, anchors: dict[str, Node]) -> Node:
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, AliasEvent):
        if event.anchor not in anchors:
            raise YamlError(f"The alias *{event.anchor} has no anchor before it.")
        return Node(Kind.ALIAS, start, end, anchor=event.anchor, target=anchors[event.anchor])
    node = _scalar(text, event) if isinstance(event, ScalarEvent) else _collection(event)
    node.anchor = event.anchor or ""
    if node.anchor:
        if node.anchor in anchors:
            raise YamlError(f"The anchor &{node.anchor} stands twice, which dbt does not load.")
        anchors[node.anchor] = node
    return node


def _scalar(text: str, event: ScalarEvent) -> Node:
    start, end = event.start_mark.index, event.end_mark.index
    if event.style in {"|", ">"}:
        end = start + len(text[start:end].rstrip())
    return Node(Kind.SCALAR, start, end, event.value, event.tag or "", plain=event.implicit[0])


def _collection(event: CollectionStartEvent) -> Node:
    kind = Kind.MAPPING if isinstance(event, MappingStartEvent) else Kind.SEQUENCE
    start, end = event.start_mark.index, event.end_mark.index
    return Node(kind, start, end, tag=event.tag or "", flow=bool(event.flow_style))
