"""Incidents with one origin: those joined by lineage and begun within a window share the most upstream as root."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from assay.incidents.lineage import Neighbourhood


@dataclass(frozen=True, slots=True, order=True)
class Begun:
    """An incident for grouping; of two that are upstream of each other the earlier is the root, then the lower id."""

    since_ms: int
    id: int
    asset_id: int


def roots(begun: Sequence[Begun], near: Neighbourhood, window_ms: int) -> dict[int, int | None]:
    """The root of every incident by its id; None for one that stands alone or is a root itself.

    A root has no root: it belongs to the strongly connected part that nothing else leads into, and is the first of
    that part. So cycles end, and a diamond has one root whichever way it is walked.
    """
    above = _parents(begun, near, window_ms)
    ancestors = {incident: _ancestors(incident, above) for incident in begun}
    return {incident.id: _root(incident, ancestors) for incident in begun}


def _parents(begun: Sequence[Begun], near: Neighbourhood, window_ms: int) -> Mapping[Begun, set[Begun]]:
    """For each incident those directly above it: of an asset upstream, begun within the window."""
    by_asset = defaultdict(list)
    for incident in begun:
        by_asset[incident.asset_id].append(incident)
    parents: dict[Begun, set[Begun]] = defaultdict(set)
    for asset_id, uppers in by_asset.items():
        for lower in (x for below in near.downstream(asset_id) & by_asset.keys() for x in by_asset[below]):
            parents[lower].update(u for u in uppers if abs(u.since_ms - lower.since_ms) <= window_ms)
    return parents


def _ancestors(incident: Begun, parents: Mapping[Begun, Collection[Begun]]) -> set[Begun]:
    found: set[Begun] = set()
    front = list(parents.get(incident, ()))
    while front:
        upper = front.pop()
        if upper not in found:
            found.add(upper)
            front.extend(parents.get(upper, ()))
    return found


def _root(incident: Begun, ancestors: Mapping[Begun, set[Begun]]) -> int | None:
    tops = [upper for upper in ancestors[incident] | {incident} if _is_top(upper, ancestors)]
    root = min(tops)
    return None if root is incident else root.id


def _is_top(incident: Begun, ancestors: Mapping[Begun, set[Begun]]) -> bool:
    """Whether whatever is above it is below it as well."""
    return all(incident in ancestors[upper] for upper in ancestors[incident])
