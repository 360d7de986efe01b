"""What could be saved a month in all: by deleting what nobody needs, by changing what is wasteful; nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assay.model.time import DAY_MS
from assay.model.waste import BUILD_POOL, MONTH_DAYS, Claim, Lever
from assay.store import dead_sets, findings
from assay.store.tables import AssetRow, UnitCostRow, VerdictRow
from assay.store.verdict_list import DEAD
from costs.waste.overlap import counted, together
from web.figures import added
from web.format import Amount, monthly

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from assay.store.tables import FindingRow

_FIRST = 2**62
"""A promise no finding makes: deletions are counted before all changes."""


@dataclass(frozen=True, slots=True)
class Reclaim:
    """What could be saved in 30 days: `dead` by deleting, `waste` by changes to what stays."""

    dead: Amount
    waste: Amount
    assets: int
    findings: int
    judged_ms: int | None
    """When it was judged what nobody needs; None where nothing was yet."""

    @property
    def total(self) -> Amount:
        """Both together."""
        return added([self.dead, self.waste])


def reclaim(session: Session, open_findings: Sequence[FindingRow] | None = None) -> Reclaim:
    """Read what the last cycle decided; a finding counts only what the deletion of the dead leaves of it.

    `open_findings` are those that are open, where they have been read already.
    """
    judged = dead_sets.dead(session)
    dead = judged.sum
    rows = findings.listed(session) if open_findings is None else open_findings
    left = _beside(session, rows) if dead.assets else together(rows)
    gone = _dead_ids(session, [row.asset_id for row in rows if row.asset_id])
    counts = {row.id: 0 if row.asset_id in gone else left[row.id] for row in rows}
    told = sum(1 for nano in counts.values() if nano)
    return Reclaim(monthly(dead), saved(rows, counts), dead.assets, told, judged.judged_ms)


def saved(rows: Sequence[FindingRow], counts: Mapping[int, int]) -> Amount:
    """What findings save together where each counts so many nano-credits, at each finding's own price."""
    return added(part_of(row, counts[row.id]) for row in rows)


def part_of(row: FindingRow, nano: int) -> Amount:
    """The part of a finding's saving that is `nano`, in money at the finding's own price."""
    whole, micro = row.nano_per_month, row.micro_per_month
    if nano == whole or micro is None or not whole:
        return Amount(nano, micro, row.currency)
    return Amount(nano, micro * nano // whole, row.currency)


def _dead_ids(session: Session, asset_ids: Sequence[int]) -> set[int]:
    if not asset_ids:
        return set()
    rows = select(VerdictRow.asset_id).where(VerdictRow.asset_id.in_(asset_ids), VerdictRow.verdict.in_(DEAD))
    return set(session.scalars(rows))


def _deletions(session: Session, connection: str) -> dict[int, Claim]:
    """What deleting takes away of a connection's bill: the busy time of the builds of what is dead."""
    own = UnitCostRow.connection == connection
    newest = select(func.max(UnitCostRow.at_ms)).where(own).scalar_subquery()
    builds = (
        select(AssetRow.key, UnitCostRow.warehouse, func.sum(UnitCostRow.busy_nano))
        .select_from(VerdictRow)
        .join(UnitCostRow, UnitCostRow.asset_id == VerdictRow.asset_id)
        .join(AssetRow, AssetRow.id == VerdictRow.asset_id)
        .where(VerdictRow.verdict.in_(DEAD), own, UnitCostRow.at_ms > newest - MONTH_DAYS * DAY_MS)
        .group_by(AssetRow.key, UnitCostRow.warehouse)
    )
    return {
        -number: Claim(warehouse, f"{BUILD_POOL}{key}", Lever.DELETE, int(nano), int(nano))
        for number, (key, warehouse, nano) in enumerate(session.execute(builds), 1)
    }


def _beside(session: Session, rows: Sequence[FindingRow]) -> dict[int, int]:
    """What each finding adds once the dead are deleted, in nano-credits, by its id."""
    found: dict[int, int] = {}
    for connection in {row.connection for row in rows}:
        own = [row for row in rows if row.connection == connection]
        gone = _deletions(session, connection)
        claims = {row.id: [Claim.from_dict(claim) for claim in row.evidence["claims"]] for row in own}
        promised = {row.id: row.nano_per_month for row in own} | dict.fromkeys(gone, _FIRST)
        found |= counted(claims | {number: [claim] for number, claim in gone.items()}, promised)
    return {row.id: found[row.id] for row in rows}
