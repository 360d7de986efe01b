"""How much an incident matters: who reads the asset and what is made of it, and what that costs.

The figures are of the last 30 days, over the asset and all that is downstream of it. The severity, WARN or ERROR,
stays what the check's author said: impact stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.incidents.lineage import below
from assay.model.incidents import Impact
from assay.model.money import NANO
from assay.store.bulk import chunked
from assay.store.tables import AssetSummaryRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Reach:
    """Who is hit: reads by consumers and nano-credits in 30 days, here and downstream; assets downstream."""

    reads: int = 0
    downstream: int = 0
    nano_credits: int = 0


_LEAST = (
    (Impact.HIGH, Reach(reads=1_000, downstream=20, nano_credits=500 * NANO)),
    (Impact.MEDIUM, Reach(reads=50, downstream=3, nano_credits=25 * NANO)),
)
"""From what on an impact is what it is: any one of the three figures is enough.

A thousand reads a month is a dashboard people open daily; fifty, somebody's weekly report. Twenty assets are a
branch of the warehouse; three, more than one pipeline. 500 credits are spent in vain, and again on the repair.
"""


def impact(reach: Reach) -> Impact:
    """The impact of a reach; LOW below every threshold."""
    for value, least in _LEAST:
        if (
            reach.reads >= least.reads
            or reach.downstream >= least.downstream
            or reach.nano_credits >= least.nano_credits
        ):
            return value
    return Impact.LOW


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
