"""The picture of lineage never draws more than fits, and draws it inside its frame."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from assay.store.edges import Neighbour, Neighbours
from web.lineage import HEIGHT, MOST, WIDTH, Node, drawn, picture

HERE = Node(10_000, "", "orders", "model")


def _side(first: int, hops: list[int]) -> list[Neighbour]:
    return [
        Neighbour(first + i, f"k{first + i}", f"n{i}" * 20, "table", hop, 1, 0)
        for i, hop in enumerate(sorted(hops))
    ]


SIDES = st.lists(st.integers(1, 3), max_size=60)
EDGES = st.lists(st.tuples(st.integers(1, 160), st.integers(1, 160)), max_size=60)


@given(SIDES, SIDES, EDGES)
def test_a_picture_draws_no_more_than_its_cap(
    up: list[int], down: list[int], edges: list[tuple[int, int]]
) -> None:
    """A dozen boxes a column and one that counts the rest; every box inside the frame and apart from every other."""
    near = Neighbours(_side(1, up), _side(101, down))
    told = picture(HERE, near, edges, {})
    columns: dict[int, list[int]] = {}
    for box in told.boxes:
        columns.setdefault(box.x, []).append(box.y)
        assert 0 <= box.x <= told.width - WIDTH
        assert 0 <= box.y <= told.height - HEIGHT
    for tops in columns.values():
        assert len(tops) <= MOST + 1
        assert all(
            lower - upper >= HEIGHT for upper, lower in zip(sorted(tops), sorted(tops)[1:], strict=False)
        )
    assert len(columns) == 1 + len(set(up)) + len(set(down))
    assert len(told.curves) <= len(edges)


@given(SIDES, SIDES)
def test_what_is_not_drawn_is_counted(up: list[int], down: list[int]) -> None:
    """Drawn and counted together are all neighbours."""
    near = Neighbours(_side(1, up), _side(101, down))
    boxes = picture(HERE, near, [], {}).boxes
    shown = [box.node.id for box in boxes if box.node.key]
    counted = sum(
        int(re.findall(r"\+(\d+)", box.node.label)[0]) for box in boxes if box.node.label.startswith("+")
    )
    assert len(shown) + counted == len(up) + len(down)
    assert sorted(shown) == sorted(drawn(near))
    assert [box.node for box in boxes if box.here] == [HERE]


def test_an_edge_is_drawn_between_its_ends() -> None:
    """From the right end of upstream to the left end of downstream; an edge to nowhere is left out."""
    near = Neighbours(_side(1, [1]), _side(101, [1]))
    told = picture(HERE, near, [(1, HERE.id), (HERE.id, 101), (1, 999)], {1: "3 cr"})
    assert len(told.curves) == 2
    assert "3 cr" in [box.node.detail for box in told.boxes]
    assert all(len(box.node.label) <= 28 for box in told.boxes)
