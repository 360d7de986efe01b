"""An asset's neighbours laid out as a picture: upstream left, downstream right, never more than fit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assay.store.edges import Neighbour, Neighbours

MOST = 12
"""How many neighbours of one distance are drawn; the rest are counted, and told in the table."""

WIDTH, HEIGHT = 208, 40
GAP_X, GAP_Y = 64, 8
LETTERS = 28


@dataclass(frozen=True, slots=True)
class Node:
    """What a box shows; `key` is empty for the asset itself and for a count of those left out."""

    id: int
    key: str
    label: str
    detail: str


@dataclass(frozen=True, slots=True)
class Box:
    """A node in its place."""

    node: Node
    x: int
    y: int
    here: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes, the curves of the edges between them, and the size of the drawing."""

    boxes: Sequence[Box]
    curves: Sequence[str]
    width: int
    height: int


def drawn(neighbours: Neighbours) -> list[int]:
    """The ids of the neighbours a picture shows."""
    sides = (neighbours.upstream, neighbours.downstream)
    return [one.asset_id for side in sides for _, at in _by_distance(side) for one in at[:MOST]]


def picture(
    here: Node, neighbours: Neighbours, edges: Iterable[tuple[int, int]], details: Mapping[int, str]
) -> Picture:
    """Lay out columns by distance: one column a step, the asset itself in the middle.

    `edges` are (upstream, downstream) ids; those between neighbouring columns are drawn, so that no curve runs
    behind a box. A box says `details` below its name.
    """
    linked = list(edges)
    left, right = (
        _columns(side, here.id, linked, details) for side in (neighbours.upstream, neighbours.downstream)
    )
    columns = [*reversed(left), [here], *right]
    height = max(len(column) for column in columns) * (HEIGHT + GAP_Y) + GAP_Y
    boxes = [
        box for i, column in enumerate(columns) for box in _placed(column, i, height, here=i == len(left))
    ]
    places = {box.node.id: box for box in boxes if box.node.id}
    near = ((places[up], places[down]) for up, down in linked if up in places and down in places)
    curves = [_curve(up, down) for up, down in near if down.x - up.x == WIDTH + GAP_X]
    return Picture(boxes, curves, len(columns) * (WIDTH + GAP_X) - GAP_X + 2, height)


def layered(nodes: Sequence[Node], depth: Mapping[int, int], edges: Iterable[tuple[int, int]]) -> Picture:
    """Lay out nodes in columns by their depth, the shallowest left; every edge between those drawn is shown."""
    linked = list(edges)
    columns: list[list[Node]] = []
    before: dict[int, float] = {}
    for at in sorted({depth[node.id] for node in nodes}):
        of_depth = [replace(node, label=_short(node.label)) for node in nodes if depth[node.id] == at]
        columns.append(_cut(_ordered(of_depth, before, linked)))
        before = {node.id: float(i) for i, node in enumerate(columns[-1])}
    height = max((len(column) for column in columns), default=0) * (HEIGHT + GAP_Y) + GAP_Y
    boxes = [box for i, column in enumerate(columns) for box in _placed(column, i, height, here=False)]
    places = {box.node.id: box for box in boxes if box.node.id}
    curves = [_curve(places[up], places[down]) for up, down in linked if up in places and down in places]
    return Picture(boxes, curves, len(columns) * (WIDTH + GAP_X) - GAP_X + 2, height)


def _cut(nodes: list[Node]) -> list[Node]:
    """No more than fit, and how many more there are."""
    rest = len(nodes) - MOST
    return nodes if rest <= 0 else [*nodes[:MOST], Node(0, "", f"+{rest} more", "in the table")]


def _by_distance(side: Sequence[Neighbour]) -> list[tuple[int, list[Neighbour]]]:
    distances = sorted({one.hops for one in side})
    return [(hops, [one for one in side if one.hops == hops]) for hops in distances]


def _columns(
    side: Sequence[Neighbour], here: int, edges: Sequence[tuple[int, int]], details: Mapping[int, str]
) -> list[list[Node]]:
    """The neighbours of each distance, nearest first, cut to what fits and ordered so that few curves cross."""
    columns: list[list[Node]] = []
    before = {here: 0.0}
    for _, at in _by_distance(side):
        nodes = [
            Node(one.asset_id, one.key, _short(one.name), details.get(one.asset_id, one.kind)) for one in at
        ]
        shown = _ordered(nodes[:MOST], before, edges)
        columns.append(_cut([*shown, *nodes[MOST:]]))
        before = {node.id: float(i) for i, node in enumerate(shown)}
    return columns


def _ordered(nodes: list[Node], before: Mapping[int, float], edges: Sequence[tuple[int, int]]) -> list[Node]:
    """By the middle of what each is joined to in the column before; the rest last, in their own order."""
    joined: dict[int, list[float]] = defaultdict(list)
    for up, down in edges:
        for one, other in ((up, down), (down, up)):
            if other in before:
                joined[one].append(before[other])
    last = float(len(before))
    return sorted(nodes, key=lambda node: sum(at := joined.get(node.id, [last])) / len(at))


def _placed(column: Sequence[Node], place: int, height: int, *, here: bool) -> list[Box]:
    top = (height - len(column) * (HEIGHT + GAP_Y) + GAP_Y) // 2
    return [
        Box(node, place * (WIDTH + GAP_X) + 1, top + i * (HEIGHT + GAP_Y), here)
        for i, node in enumerate(column)
    ]


def _curve(up: Box, down: Box) -> str:
    """From the right end of the one to the left end of the other."""
    x1, y1, x2, y2 = up.x + WIDTH, up.y + HEIGHT // 2, down.x, down.y + HEIGHT // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
