"""Writing on incidents how much they matter now."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from assay.incidents.impact import estate_of, impact, reaches
from assay.incidents.rows import keep
from assay.model.checks import Cause, Severity
from assay.model.incidents import Impact
from assay.store import incidents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.incidents.policy import Policy
    from assay.store.tables import IncidentRow


def weigh(session: Session, rows: Sequence[IncidentRow], depth: int) -> None:
    """Write the impact on each incident, and the reach it follows from, lineage followed `depth` steps.

    Data of high impact that is wrong is an error, whatever the authors of its checks thought; it stays one while it
    lives. That a check cannot be run tells nothing of the data.
    """
    if not rows:
        return
    found, estate = reaches(session, {row.asset_id for row in rows}, depth), estate_of(session)
    for row in rows:
        reach = found[row.asset_id]
        row.impact = impact(reach, estate).value
        if row.impact == Impact.HIGH and row.cause != Cause.CHECK:
            row.severity = Severity.ERROR.value
        keep(row, reach=dataclasses.asdict(reach))


def weigh_anew(session: Session, policy: Policy) -> None:
    """Weigh all live incidents: readers, lineage and costs change while they stand."""
    weigh(session, incidents.all_live(session), policy.lineage_depth)
