"""The columns of assets that were accepted: what a schema check compares with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete

from assay.model.assets import Column
from assay.store.bulk import insert_missing, upsert
from assay.store.tables import AcceptedSchemaRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

_KEY = ("asset_id",)


def accepted(session: Session, asset_id: int) -> tuple[Column, ...] | None:
    """The accepted columns in their order; None where nothing was accepted yet."""
    row = session.get(AcceptedSchemaRow, asset_id, populate_existing=True)
    return None if row is None else of_dicts(row.columns)


def accept(session: Session, asset_id: int, columns: Sequence[Column], now_ms: int, author: str = "") -> None:
    """Accept these columns in the place of those before."""
    upsert(session, AcceptedSchemaRow, [_row(asset_id, columns, now_ms, author)], key=_KEY)


def accept_first(session: Session, columns_by_asset: Mapping[int, Sequence[Column]], now_ms: int) -> None:
    """Accept the columns of assets at their first sight; what was accepted before stands."""
    rows = [_row(asset_id, columns, now_ms, "") for asset_id, columns in sorted(columns_by_asset.items())]
    insert_missing(session, AcceptedSchemaRow, rows)


def forget(session: Session, asset_id: int) -> None:
    """Take an acceptance back where there was none before: the next look is a first sight again."""
    session.execute(delete(AcceptedSchemaRow).where(AcceptedSchemaRow.asset_id == asset_id))


def as_dicts(columns: Sequence[Column]) -> list[dict[str, str]]:
    """Columns as JSON values, names and types."""
    return [{"name": column.name, "type": column.type} for column in columns]


def of_dicts(columns: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Columns from their JSON values."""
    return tuple(Column(str(column["name"]), str(column.get("type", ""))) for column in columns)


def _row(asset_id: int, columns: Sequence[Column], now_ms: int, author: str) -> dict[str, Any]:
    return {
        "asset_id": asset_id, "columns": as_dicts(columns), "accepted_ms": now_ms, "author": author,
    }  # fmt: skip
