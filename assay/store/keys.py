"""Asset keys and the ids of their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from assay.model.assets import AssetKey, AssetKind
from assay.store.bulk import chunked, insert_missing
from assay.store.tables import AssetRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session


_MOST_ID = 2**63
"""Larger numbers no database takes as an id."""


def is_id(number: int) -> bool:
    """Whether a row could have that id: what people write may be larger than any database takes."""
    return 0 < number < _MOST_ID


def find_ids(session: Session, keys: Iterable[AssetKey | str]) -> dict[str, int]:
    """The ids of those assets that are known, by key text."""
    found: dict[str, int] = {}
    for chunk in chunked(sorted({str(key) for key in keys})):
        rows = session.execute(select(AssetRow.key, AssetRow.id).where(AssetRow.key.in_(chunk)))
        found.update((key, row_id) for key, row_id in rows)
    return found


def asset_ids(session: Session, keys: Iterable[AssetKey | str], now_ms: int = 0) -> dict[str, int]:
    """The ids of assets by key text; an unknown key makes a bare asset of kind OTHER, seen at `now_ms`.

    ValueError when a text is no asset key.
    """
    texts = {str(key) for key in keys}
    found = find_ids(session, texts)
    missing = sorted(texts - found.keys())
    if missing:
        insert_missing(session, AssetRow, [bare(AssetKey.parse(text), now_ms) for text in missing])
        found |= find_ids(session, missing)
    return found


def bare(key: AssetKey, now_ms: int) -> dict[str, Any]:
    """The row of an asset of which only the key is known."""
    above = AssetKey(key.platform, key.instance, key.path[:-1])
    return {
        "key": str(key),
        "platform": key.platform,
        "name": key.name,
        "container": str(above).split(":", 2)[2],
        "kind": AssetKind.OTHER.value,
        "owner": "",
        "description": "",
        "tags": [],
        "columns": [],
        "meta": {},
        "created_ms": None,
        "altered_ms": None,
        "first_seen_ms": now_ms,
        "last_seen_ms": now_ms,
    }
