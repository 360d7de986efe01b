"""Incidents with one origin: those of an asset, or joined by lineage, and begun within a window share a root."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from assay.incidents.lineage import Neighbourhood


@dataclass(frozen=True, slots=True, order=True)
class Begun:
    """An incident for grouping; of two that are upstream of each other the earlier is the root, then the lower id."""

    since_ms: int
    id: int
    asset_id: int
    is_of_data: bool = True


def roots(begun: Sequence[Begun], near: Neighbourhood, window_ms: int) -> dict[int, int | None]:
    """The root of every incident by its id; None for one that stands alone or is a root itself.

    A root has no root: it belongs to the strongly connected part that nothing else leads into, and is the first of
    that part. So cycles end, and a diamond has one root whichever way it is walked. Takes time linear in the links.
    """
    above = _parents(begun, near, window_ms)
    found: dict[Begun, Begun] = {}
    for part in _parts(begun, above):
        members = set(part)
        outside = [found[upper] for one in part for upper in above.get(one, ()) if upper not in members]
        root = min(outside or part)
        found |= dict.fromkeys(part, root)
    return {one.id: None if root is one else root.id for one, root in found.items()}


def _parents(begun: Sequence[Begun], near: Neighbourhood, window_ms: int) -> Mapping[Begun, set[Begun]]:
    """For each incident those directly above it, begun within the window: upstream of it, or earlier on its asset.

    That a check could not be run says nothing of the asset, so it neither explains its other troubles nor is
    explained by them.
    """
    by_asset = defaultdict(list)
    for incident in begun:
        by_asset[incident.asset_id].append(incident)
    parents: dict[Begun, set[Begun]] = defaultdict(set)
    for asset_id, uppers in by_asset.items():
        for lower in uppers:
            parents[lower].update(u for u in uppers if _explains(u, lower, window_ms))
        for lower in (x for below in near.downstream(asset_id) & by_asset.keys() for x in by_asset[below]):
            parents[lower].update(u for u in uppers if abs(u.since_ms - lower.since_ms) <= window_ms)
    return parents


def _explains(upper: Begun, lower: Begun, window_ms: int) -> bool:
    """Whether an incident is told within another of its own asset."""
    both_found = upper.is_of_data and lower.is_of_data
    return both_found and upper < lower and lower.since_ms - upper.since_ms <= window_ms


def _parts(begun: Sequence[Begun], above: Mapping[Begun, Collection[Begun]]) -> Iterator[list[Begun]]:
    """The strongly connected parts, each after all that lead into it: Tarjan, SIAM J. Comput. 1(2), 1972."""
    order: dict[Begun, int] = {}
    low: dict[Begun, int] = {}
    open_: dict[Begun, None] = {}
    for start in begun:
        walk = [] if start in order else [_enter(start, order, low, open_, above)]
        while walk:
            one, uppers = walk[-1]
            upper = next(uppers, None)
            if upper is None:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[one])
                if low[one] == order[one]:
                    yield _closed(one, open_)
            elif upper not in order:
                walk.append(_enter(upper, order, low, open_, above))
            elif upper in open_:
                low[one] = min(low[one], order[upper])


def _enter(
    one: Begun,
    order: dict[Begun, int],
    low: dict[Begun, int],
    open_: dict[Begun, None],
    above: Mapping[Begun, Collection[Begun]],
) -> tuple[Begun, Iterator[Begun]]:
    """Begin with an incident: the next in order, itself the lowest it reaches so far."""
    order[one] = low[one] = len(order)
    open_[one] = None
    return one, iter(above.get(one, ()))


def _closed(one: Begun, open_: dict[Begun, None]) -> list[Begun]:
    """Take the part that began with an incident: all that were opened since."""
    part = []
    while True:
        last, _ = open_.popitem()
        part.append(last)
        if last is one:
            return part
