"""An asset's neighbours laid out as a picture: upstream left, downstream right, never more than fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.store.edges import Neighbour, Neighbours

MOST = 12
"""How many neighbours of one distance are drawn; the rest are counted, and told in the table."""

WIDTH, HEIGHT = 200, 36
GAP_X, GAP_Y = 64, 12
LETTERS = 26


@dataclass(frozen=True, slots=True)
class Box:
    """A node of the picture; `key` is empty for a count of those left out."""

    key: str
    label: str
    detail: str
    x: int
    y: int
    here: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes, the curves between neighbouring columns, and the size of the drawing."""

    boxes: Sequence[Box]
    curves: Sequence[str]
    width: int
    height: int


def picture(name: str, kind: str, neighbours: Neighbours) -> Picture:
    """Lay out columns by distance: one column a step, the asset itself in the middle."""
    left, right = _columns(neighbours.upstream), _columns(neighbours.downstream)
    columns = [*reversed(left), [("", _short(name), kind)], *right]
    tall = max(len(column) for column in columns)
    height = tall * (HEIGHT + GAP_Y) + GAP_Y
    placed = [_placed(column, i, height, here=i == len(left)) for i, column in enumerate(columns)]
    middle = placed[len(left)][0]
    near = [*(placed[len(left) - 1] if left else ()), *(placed[len(left) + 1] if right else ())]
    return Picture(
        [box for column in placed for box in column],
        [_curve(*sorted((box, middle), key=lambda one: one.x)) for box in near],
        len(columns) * (WIDTH + GAP_X) - GAP_X + 2,
        height,
    )


def _columns(side: Sequence[Neighbour]) -> list[list[tuple[str, str, str]]]:
    """The neighbours of each distance, nearest first, cut to what fits."""
    columns: list[list[tuple[str, str, str]]] = []
    for hops in sorted({one.hops for one in side}):
        at = [one for one in side if one.hops == hops]
        shown = [(one.key, _short(one.name), one.kind) for one in at[:MOST]]
        rest = len(at) - len(shown)
        columns.append([*shown, ("", f"+{rest} more", "in the table")] if rest else shown)
    return columns


def _placed(column: Sequence[tuple[str, str, str]], place: int, height: int, *, here: bool) -> list[Box]:
    top = (height - len(column) * (HEIGHT + GAP_Y) + GAP_Y) // 2
    return [
        Box(key, label, detail, place * (WIDTH + GAP_X) + 1, top + i * (HEIGHT + GAP_Y), here)
        for i, (key, label, detail) in enumerate(column)
    ]


def _curve(left: Box, right: Box) -> str:
    x1, y1, x2, y2 = left.x + WIDTH, left.y + HEIGHT // 2, right.x, right.y + HEIGHT // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
