"""The neighbourhood of the assets of incidents, read from the store in one query a step."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.store.bulk import chunked
from assay.store.tables import EdgeRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What lies downstream of some assets, at most `depth` steps away."""

    depth: int
    steps: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def downstream(self, asset_id: int) -> set[int]:
        """The assets below one; in a cycle it is not below itself."""
        seen, front = {asset_id}, {asset_id}
        for _ in range(self.depth):
            front = {below for asset in front for below in self.steps.get(asset, ())} - seen
            if not front:
                break
            seen |= front
        return seen - {asset_id}


def below(session: Session, asset_ids: Iterable[int], depth: int) -> Neighbourhood:
    """All that is downstream of the assets; each is asked about once, whatever cycles and diamonds there are."""
    found = Neighbourhood(depth)
    seen = set(asset_ids)
    front = set(seen)
    for _ in range(depth):
        reached = _step(session, front, found)
        front = reached - seen
        seen |= front
        if not front:
            break
    return found


def _step(session: Session, front: set[int], found: Neighbourhood) -> set[int]:
    reached = set()
    for chunk in chunked(sorted(front)):
        edges = select(EdgeRow.upstream_id, EdgeRow.downstream_id).where(EdgeRow.upstream_id.in_(chunk))
        for upstream, downstream in session.execute(edges.distinct()):
            found.steps[upstream].add(downstream)
            reached.add(downstream)
    return reached
