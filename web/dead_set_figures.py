"""Dead sets drawn: with names on a page of their own, as dots in a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from costs.unused import graph
from web.format import amount, monthly
from web.lineage import Node, layered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assay.store.verdict_list import VerdictEntry
    from web.lineage import Picture

MOST_DOTS = 40
"""A larger set is not drawn in a list: its own page draws it."""

_STEP_X, _STEP_Y, _EDGE = 20, 8, 4


class Mini(NamedTuple):
    """A set as dots, joined: two SVG paths and the size of their box."""

    ties: str
    dots: str
    width: int
    height: int


def depths(order: Sequence[int], ties: Sequence[tuple[int, int]]) -> dict[int, int]:
    """How many steps each asset of a set lies below its sources; `order` is that of deletion, leaves first."""
    _, children = graph.links(ties)
    found = dict.fromkeys(order, 0)
    done = set[int]()
    for one in reversed(order):
        done.add(one)
        for child in children.get(one, ()):
            if child not in done:  # in a circle some child comes first
                found[child] = max(found[child], found[one] + 1)
    return found


def drawn(entries: Sequence[VerdictEntry], ties: Sequence[tuple[int, int]]) -> Picture:
    """The set with names: sources left, leaves right, each with its turn and its cost."""
    order = [one.row.asset_id for one in entries]
    nodes = [
        Node(one.row.asset_id, one.key, one.name, f"{one.row.place}. · {amount(monthly(one.row))}")
        for one in entries
    ]
    return layered(nodes, depths(order, ties), ties)


def mini(order: Sequence[int], ties: Sequence[tuple[int, int]]) -> Mini | None:
    """The set as dots; None for what is too large to be told by dots, and for one alone."""
    if not 1 < len(order) <= MOST_DOTS:
        return None
    deep = depths(order, ties)
    columns: list[list[int]] = [[] for _ in range(max(deep.values()) + 1)]
    for one in reversed(order):
        columns[deep[one]].append(one)
    height = max(map(len, columns)) * _STEP_Y
    at = {
        one: (_EDGE + x * _STEP_X, (height - len(column) * _STEP_Y) // 2 + y * _STEP_Y + _EDGE)
        for x, column in enumerate(columns)
        for y, one in enumerate(column)
    }
    lines = "".join(f"M{at[up][0]} {at[up][1]}L{at[down][0]} {at[down][1]}" for up, down in ties)
    dots = "".join(f"M{x} {y}h0" for x, y in at.values())
    return Mini(lines, dots, (len(columns) - 1) * _STEP_X + 2 * _EDGE, height)


def minis(members: Mapping[str, Sequence[int]], ties: Sequence[tuple[int, int]]) -> dict[str, Mini]:
    """The sets as dots, by id; `members` are each set's assets in the order of deletion."""
    found = {}
    for set_id, order in members.items():
        inside = set(order)
        picture = mini(order, [tie for tie in ties if inside.issuperset(tie)])
        if picture is not None:
            found[set_id] = picture
    return found
