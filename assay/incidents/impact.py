"""How much an incident matters: who reads the asset and what is made of it, and what that costs.

The figures are of the last 30 days, over the asset and all that is downstream of it. What is much depends on the
estate: reads and cost are held against what its assets have each. What hits many is grave, even where the check that
saw it only warns: see `weighing`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.incidents.lineage import below
from assay.model.incidents import Impact
from assay.model.money import NANO
from assay.store.bulk import chunked
from assay.store.tables import AssetSummaryRow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Reach:
    """Who is hit: reads by consumers and nano-credits in 30 days, here and downstream; assets downstream."""

    reads: int = 0
    downstream: int = 0
    nano_credits: int = 0


@dataclass(frozen=True, slots=True)
class Estate:
    """What is usual: the reads of each asset that is read, the nano-credits of each that costs any; in order."""

    reads: Sequence[int] = ()
    nano_credits: Sequence[int] = ()

    def weights(self, reach: Reach) -> tuple[float, float]:
        """The share of all reads, and of all cost, that falls on assets with less than the reach; of equals half."""
        return _weight(self.reads, reach.reads), _weight(self.nano_credits, reach.nano_credits)


@dataclass(frozen=True, slots=True)
class _Least:
    """From what on an impact is what it is: more weight than this in the estate, or so many assets downstream."""

    weight: float
    downstream: int


_LEAST = ((Impact.HIGH, _Least(0.5, 20)), (Impact.MEDIUM, _Least(0.2, 3)))
"""One of the three is enough: weight by reads, by cost, or assets downstream.

Few assets have most of an estate's reads and cost, whatever its size: the head that has the greater half is HIGH, the
long tail that shares the last fifth is LOW. Twenty assets downstream are a branch of a warehouse; three, more than
one pipeline.
"""
_WORTH_A_WORD = Reach(reads=50, nano_credits=25 * NANO)
"""Fewer reads, or less cost, in a month are little whatever the others have: somebody's weekly report, 25 credits."""


def impact(reach: Reach, estate: Estate) -> Impact:
    """The impact of a reach in an estate; LOW below every threshold."""
    read, cost = estate.weights(reach)
    is_read = reach.reads >= _WORTH_A_WORD.reads
    is_dear = reach.nano_credits >= _WORTH_A_WORD.nano_credits
    for value, least in _LEAST:
        if (
            reach.downstream >= least.downstream
            or (is_read and read > least.weight)
            or (is_dear and cost > least.weight)
        ):
            return value
    return Impact.LOW


def estate_of(session: Session) -> Estate:
    """The estate as the summaries tell it."""
    rows = session.execute(select(AssetSummaryRow.reads, AssetSummaryRow.nano_credits)).all()
    return Estate(
        sorted(reads for reads, _ in rows if reads > 0), sorted(nano for _, nano in rows if nano > 0)
    )


def _weight(ordered: Sequence[int], value: int) -> float:
    less, equal = bisect_left(ordered, value), bisect_right(ordered, value)
    below, upto = sum(ordered[:less]), sum(ordered[:equal])
    return (below + upto) / (2 * sum(ordered)) if ordered else 1.0


def reaches(session: Session, asset_ids: Collection[int], depth: int) -> dict[int, Reach]:
    """The reach of each asset, lineage followed `depth` steps."""
    near = below(session, asset_ids, depth)
    hit = {asset_id: near.downstream(asset_id) for asset_id in asset_ids}
    figures = _figures(session, set(asset_ids).union(*hit.values()))
    return {asset_id: _summed(figures, asset_id, lower) for asset_id, lower in hit.items()}


def _summed(figures: dict[int, tuple[int, int]], asset_id: int, lower: set[int]) -> Reach:
    found = [figures[each] for each in (asset_id, *lower) if each in figures]
    return Reach(sum(reads for reads, _ in found), len(lower), sum(nano for _, nano in found))


def _figures(session: Session, asset_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    for chunk in chunked(sorted(asset_ids)):
        rows = select(AssetSummaryRow.asset_id, AssetSummaryRow.reads, AssetSummaryRow.nano_credits)
        for asset_id, reads, nano in session.execute(rows.where(AssetSummaryRow.asset_id.in_(chunk))):
            found[asset_id] = (reads, nano)
    return found
