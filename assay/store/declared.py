"""Declared uses of assets, by the document that declares them: what its next telling leaves out is removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from assay.model.time import DAY_MS, to_ms
from assay.store.bulk import chunked, later, upsert
from assay.store.keys import asset_ids, find_ids
from assay.store.tables import DeclaredUseRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.model.decisions import DeclaredUse, UsesTold

OUTLIVED_MS = 30 * DAY_MS
"""A use its source did not repeat for so long is given up, also of an asset the source speaks of no more."""


def save_uses(session: Session, connection: str, uses: Sequence[DeclaredUse], now_ms: int) -> None:
    """Keep declared uses, as told through a connection; one told again is seen anew."""
    ids = asset_ids(session, (use.asset for use in uses), now_ms)
    upsert(
        session,
        DeclaredUseRow,
        [
            {
                "asset_id": ids[str(use.asset)],
                "kind": use.kind.value,
                "name": use.name,
                "connection": connection,
                "source": use.source,
                "detail": use.detail,
                "seen_ms": to_ms(use.seen_at),
            }
            for use in uses
        ],
        key=("asset_id", "kind", "name", "connection"),
        settle=lambda old, new: {
            "source": new.source,
            "detail": new.detail,
            "seen_ms": later(old.c.seen_ms, new.seen_ms),
        },
    )


def take_back(session: Session, connection: str, told: Sequence[UsesTold]) -> None:
    """Remove the uses that the newest telling of their source leaves out."""
    use = DeclaredUseRow
    for each in told:
        of_source = (use.connection == connection) & (use.source == each.source)
        at_ms = max(to_ms(each.at), session.scalar(select(func.max(use.seen_ms)).where(of_source)) or 0)
        session.execute(delete(use).where(of_source, use.seen_ms < at_ms - OUTLIVED_MS))
        if each.assets is None:
            session.execute(delete(use).where(of_source, use.seen_ms < to_ms(each.at)))
            continue
        for chunk in chunked(sorted(find_ids(session, each.assets).values())):
            session.execute(
                delete(use).where(of_source, use.asset_id.in_(chunk), use.seen_ms < to_ms(each.at))
            )


def of_asset(session: Session, asset_id: int) -> list[DeclaredUseRow]:
    """The declared uses of an asset."""
    use = DeclaredUseRow
    return list(session.scalars(select(use).where(use.asset_id == asset_id).order_by(use.kind, use.name)))
