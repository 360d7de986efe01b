"""Reads of assets by day, class of reader and tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from assay.model.usage import CONSUMERS
from assay.store.bulk import chunked, insert_rows, values
from assay.store.tables import UsageRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.model.time import Window


def replace_days(session: Session, connection: str, days: Sequence[int], rows: Sequence[UsageRow]) -> None:
    """Put `rows` in the place of all that was seen through this connection on those days (ms of midnight)."""
    for chunk in chunked(days):
        session.execute(delete(UsageRow).where(UsageRow.connection == connection, UsageRow.day_ms.in_(chunk)))
    insert_rows(session, UsageRow, [values(row) for row in rows])


def by_asset(session: Session, asset_id: int, window: Window) -> list[UsageRow]:
    """An asset's reads in the window, oldest day first."""
    return list(
        session.scalars(
            select(UsageRow)
            .where(
                UsageRow.asset_id == asset_id,
                UsageRow.day_ms >= window.start_ms,
                UsageRow.day_ms < window.end_ms,
            )
            .order_by(UsageRow.day_ms, UsageRow.reader_class, UsageRow.tool)
        )
    )


def last_read(
    session: Session, asset_ids: Sequence[int], classes: Sequence[str] = CONSUMERS
) -> dict[int, int]:
    """When each asset was last read by those classes (consumers, unless told); unread ones are absent."""
    rows = session.execute(
        select(UsageRow.asset_id, func.max(UsageRow.last_read_ms))
        .where(UsageRow.asset_id.in_(asset_ids), UsageRow.reader_class.in_(classes))
        .group_by(UsageRow.asset_id)
    )
    return dict(rows.all())
