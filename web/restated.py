"""What was told and changed since: a line for each time and reason, not for each day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assay.store.tables import RestatementRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LISTED = 20


@dataclass(frozen=True, slots=True)
class Restated:
    """Days that changed at one time for one reason; credits are those moved, and by how much the sum changed."""

    known_at_ms: int
    reason: str
    days: int
    first_day_ms: int
    last_day_ms: int
    moved_nano: int
    delta_nano: int


def restated(session: Session, limit: int = LISTED) -> tuple[list[Restated], bool]:
    """The newest changes, newest first, and whether there are earlier ones."""
    row = RestatementRow
    found = session.execute(
        select(
            row.known_at_ms,
            row.reason,
            func.count(row.day_ms.distinct()),
            func.min(row.day_ms),
            func.max(row.day_ms),
            func.sum(row.moved_nano),
            func.sum(row.delta_nano),
        )
        .group_by(row.known_at_ms, row.reason)
        .order_by(row.known_at_ms.desc(), func.min(row.day_ms), row.reason)
        .limit(limit + 1)
    ).all()
    lines = [
        Restated(known_at_ms, reason, days, first, last, int(moved), int(delta))
        for known_at_ms, reason, days, first, last, moved, delta in found[:limit]
    ]
    return lines, len(found) > limit
