"""What each derived day was computed from, so that unchanged days are not computed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.store.bulk import upsert
from assay.store.tables import DayStateRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def states(session: Session, connection: str, step: str) -> dict[int, str]:
    """Midnight of each computed day (ms) → the fingerprint of what it was computed from."""
    rows = session.execute(
        select(DayStateRow.day_ms, DayStateRow.fingerprint).where(
            DayStateRow.connection == connection, DayStateRow.step == step
        )
    )
    return dict(rows.all())


def set_state(  # noqa: PLR0913, PLR0917 - the columns of one row
    session: Session, connection: str, step: str, day_ms: int, fingerprint: str, now_ms: int
) -> None:
    """Remember what a day was computed from."""
    upsert(
        session,
        DayStateRow,
        [
            {
                "connection": connection,
                "step": step,
                "day_ms": day_ms,
                "fingerprint": fingerprint,
                "computed_ms": now_ms,
            }
        ],
        key=("connection", "step", "day_ms"),
    )
