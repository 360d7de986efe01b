"""Checks that another tool no longer makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from assay.store.bulk import chunked
from assay.store.tables import CheckRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session


def mark_gone(session: Session, prefix: str, names: Collection[str], now_ms: int) -> int:
    """Mark those whose name begins with `prefix` and is not among `names` as no longer made; how many those are."""
    rows = select(CheckRow.id, CheckRow.name).where(
        CheckRow.name.startswith(prefix, autoescape=True), CheckRow.removed_ms.is_(None)
    )
    gone = [row_id for row_id, name in session.execute(rows) if name not in names]
    for chunk in chunked(gone):
        session.execute(update(CheckRow).where(CheckRow.id.in_(chunk)).values(removed_ms=now_ms))
    return len(gone)
