"""Declared checks in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from assay.model.assets import AssetKey
from assay.model.checks import Cause, Check, CheckSource, Severity
from assay.store.bulk import upsert
from assay.store.keys import asset_ids
from assay.store.tables import AssetRow, CheckRow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session


_SAID = ("asset_id", "kind", "cause", "severity", "config", "source", "owner", "description", "removed_ms")


def save(session: Session, declared: Sequence[Check], now_ms: int) -> None:
    """Keep checks by their name: what is said of one anew replaces what was said; its results stay."""
    ids = asset_ids(session, (check.asset for check in declared), now_ms)
    rows = [
        {
            "name": check.name,
            "asset_id": ids[str(check.asset)],
            "kind": check.kind,
            "cause": check.cause.value,
            "severity": check.severity.value,
            "config": dict(check.config),
            "source": check.source.value,
            "owner": check.owner,
            "description": check.description,
            "created_ms": now_ms,
            "removed_ms": None,
        }
        for check in declared
    ]
    upsert(
        session,
        CheckRow,
        rows,
        key=("name",),
        settle=lambda _, new: {name: new[name] for name in _SAID},
    )


def mark_removed(
    session: Session, sources: Collection[CheckSource], keep: Collection[str], now_ms: int
) -> int:
    """Mark the sources' checks whose name is not to be kept as removed; how many. Their results stay."""
    known = session.execute(
        select(CheckRow.id, CheckRow.name).where(
            CheckRow.source.in_([source.value for source in sources]), CheckRow.removed_ms.is_(None)
        )
    )
    gone = [row_id for row_id, name in known if name not in keep]
    if gone:
        session.execute(update(CheckRow), [{"id": row_id, "removed_ms": now_ms} for row_id in gone])
    return len(gone)


def checks(session: Session, source: CheckSource) -> list[Check]:
    """The checks of a source that are not removed, by name."""
    rows = session.execute(
        select(CheckRow, AssetRow.key)
        .join(AssetRow, AssetRow.id == CheckRow.asset_id)
        .where(CheckRow.source == source.value, CheckRow.removed_ms.is_(None))
        .order_by(CheckRow.name)
    )
    return [check_of(row, key) for row, key in rows]


def check_of(row: CheckRow, asset_key: str) -> Check:
    """The check a row keeps."""
    return Check(
        name=row.name,
        asset=AssetKey.parse(asset_key),
        kind=row.kind,
        cause=Cause(row.cause),
        severity=Severity(row.severity),
        config=row.config,
        source=CheckSource(row.source),
        owner=row.owner,
        description=row.description,
    )
