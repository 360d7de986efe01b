"""The names other systems give to assets. A name that two assets claim joins nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import aliased

from assay.model.time import DAY_MS
from assay.store.bulk import chunked, later, upsert
from assay.store.keys import asset_ids
from assay.store.tables import AliasRow, AssetRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from assay.model.assets import Alias

OUTLIVED_MS = 14 * DAY_MS
"""A source that still means its name repeats it: one not repeated so long after another's claim is given up."""


def save_aliases(session: Session, aliases: Sequence[Alias], now_ms: int) -> None:
    """Keep names of assets; a name claimed for a second asset is ambiguous from then on, for both."""
    ids = asset_ids(session, (alias.asset for alias in aliases), now_ms)
    upsert(
        session,
        AliasRow,
        [
            {
                "system": alias.system,
                "name": alias.name,
                "asset_id": ids[str(alias.asset)],
                "ambiguous": False,
                "last_seen_ms": now_ms,
            }
            for alias in aliases
        ],
        key=("system", "name", "asset_id"),
        settle=lambda old, new: {"last_seen_ms": later(old.c.last_seen_ms, new.last_seen_ms)},
    )
    for system in sorted({alias.system for alias in aliases}):
        _settle(session, system, (alias.name for alias in aliases if alias.system == system))


def aliases(session: Session, system: str) -> dict[str, str]:
    """Name → asset key text of one system; ambiguous names are left out."""
    rows = session.execute(
        select(AliasRow.name, AssetRow.key)
        .join(AssetRow, AssetRow.id == AliasRow.asset_id)
        .where(AliasRow.system == system, AliasRow.ambiguous.is_(False))
    )
    return dict(rows.all())


def of_asset(session: Session, asset_id: int) -> list[AliasRow]:
    """Every name of an asset, ambiguous ones too."""
    return list(
        session.scalars(
            select(AliasRow).where(AliasRow.asset_id == asset_id).order_by(AliasRow.system, AliasRow.name)
        )
    )


def forget_superseded(session: Session) -> None:
    """Drop claims that another asset's claim of the same name has outlived: a moved model's name is clear again."""
    newer = aliased(AliasRow)
    outlived = select(newer.id).where(
        newer.system == AliasRow.system,
        newer.name == AliasRow.name,
        newer.last_seen_ms > AliasRow.last_seen_ms + OUTLIVED_MS,
    )
    stale = select(AliasRow.system, AliasRow.name, AliasRow.id)
    rows = session.execute(stale.where(AliasRow.ambiguous, outlived.exists())).all()
    for chunk in chunked(row_id for _, _, row_id in rows):
        session.execute(delete(AliasRow).where(AliasRow.id.in_(chunk)))
    for system in sorted({system for system, _, _ in rows}):
        _settle(session, system, (name for of, name, _ in rows if of == system))


def _settle(session: Session, system: str, names: Iterable[str]) -> None:
    """Mark the names more than one asset claims, and clear those only one does."""
    for chunk in chunked(sorted(set(names))):
        these = (AliasRow.system == system) & AliasRow.name.in_(chunk)
        shared = select(AliasRow.name).where(these).group_by(AliasRow.name).having(func.count() > 1)
        claimed = set(session.scalars(shared))
        session.execute(update(AliasRow).where(these).values(ambiguous=AliasRow.name.in_(sorted(claimed))))
