"""Roots: the most upstream of what is joined by lineage and began together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assay.incidents.grouping import Begun, roots
from assay.incidents.lineage import Neighbourhood

WINDOW = 30


def _near(*edges: tuple[int, int], depth: int = 8) -> Neighbourhood:
    near = Neighbourhood(depth)
    for upper, lower in edges:
        near.steps[upper].add(lower)
    return near


def _roots(assets: list[int], *edges: tuple[int, int], depth: int = 8) -> dict[int, int | None]:
    """The roots of incidents that began at once, one on each asset and numbered alike."""
    return roots([Begun(0, asset, asset) for asset in assets], _near(*edges, depth=depth), WINDOW)


def test_a_chain_shares_its_first() -> None:
    """Also across assets that are well themselves."""
    assert _roots([1, 3, 4], (1, 2), (2, 3), (3, 4)) == {1: None, 3: 1, 4: 1}


def test_a_diamond_has_one_root() -> None:
    """Both ways down lead from the same incident."""
    assert _roots([1, 2, 3, 4], (1, 2), (1, 3), (2, 4), (3, 4)) == {1: None, 2: 1, 3: 1, 4: 1}


def test_a_cycle_has_one_root_and_ends() -> None:
    """Of assets upstream of each other the first to begin is the root."""
    assert _roots([1, 2, 3], (1, 2), (2, 3), (3, 1)) == {1: None, 2: 1, 3: 1}


def test_a_chain_longer_than_the_depth_is_still_one() -> None:
    """Each step of the way is within the depth, so the whole has one root."""
    edges = [(n, n + 1) for n in range(1, 12)]
    assert set(_roots(list(range(1, 13)), *edges, depth=2).values()) == {None, 1}


def test_what_began_apart_stands_apart() -> None:
    """Beyond the window there is no common origin to assume."""
    begun = [Begun(0, 1, 1), Begun(WINDOW, 2, 2), Begun(WINDOW + 1, 3, 3)]
    assert roots(begun, _near((1, 2), (1, 3)), WINDOW) == {1: None, 2: 1, 3: None}


def test_one_asset_in_trouble_is_one_trouble() -> None:
    """What began on it later, within the window, stands under the first; a check that could not be run stands apart."""
    begun = [Begun(5, 1, 7), Begun(0, 2, 7), Begun(WINDOW + 1, 3, 7), Begun(1, 4, 7, is_of_data=False)]
    assert roots(begun, _near(), WINDOW) == {1: 2, 2: None, 3: 2, 4: None}


def test_ten_thousand_in_a_row_are_no_depth_to_fear() -> None:
    """A chain as long as that has one root."""
    length = 10_000
    found = _roots(list(range(length)), *((n, n + 1) for n in range(length - 1)))
    assert set(found.values()) == {None, 0}


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=25),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 7)), max_size=10),
)
def test_a_root_has_no_root(edges: list[tuple[int, int]], places: list[tuple[int, int]]) -> None:
    """Whatever the lineage: who is named as root stands alone, so a group is one step deep."""
    begun = [Begun(since, number, asset) for number, (since, asset) in enumerate(places)]
    found = roots(begun, _near(*edges), WINDOW)

    assert found.keys() == {each.id for each in begun}
    assert all(root is None or found[root] is None for root in found.values())
