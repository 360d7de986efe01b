"""Assets: what several sources say of one asset is merged, and nothing known is overwritten by nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, or_, select, update

from assay.model.assets import Asset, AssetKind
from assay.model.checks import CheckSource
from assay.model.time import to_ms
from assay.store.aliases import aliases, save_aliases
from assay.store.bulk import chunked, insert_missing
from assay.store.edges import Neighbour, Neighbours, neighbours, save_edges
from assay.store.keys import asset_ids, find_ids
from assay.store.search import AssetLine, AssetPage, Facet, facet_counts, search
from assay.store.tables import AssetRow, AssetTagRow, CheckRow, EdgeRow, MeasurementRow, RunRow, UsageRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from assay.model.assets import AssetKey

__all__ = [
    "AssetLine", "AssetPage", "Facet", "Neighbour", "Neighbours",
    "aliases", "asset", "asset_ids", "facet_counts", "find_ids", "merged", "neighbours",
    "save_aliases", "save_assets", "save_edges", "search", "untold",
]  # fmt: skip

_OF_A_TOOL = {
    AssetKind.MODEL, AssetKind.INCREMENTAL, AssetKind.SNAPSHOT, AssetKind.SEED, AssetKind.SOURCE,
    AssetKind.EXPOSURE, AssetKind.TEST,
}  # fmt: skip
_KEPT = ("kind", "owner", "description", "tags", "columns", "meta", "created_ms", "altered_ms")


def asset(session: Session, key: str) -> AssetRow | None:
    """The asset of that key text, or None."""
    return session.scalar(select(AssetRow).where(AssetRow.key == key))


def untold(session: Session, keys: Iterable[AssetKey]) -> list[AssetKey]:
    """Those of the assets that nothing which was collected is about: at most a check has named them."""
    wanted = {str(key): key for key in keys}
    for chunk in chunked(list(wanted)):
        for told in session.scalars(select(AssetRow.key).where(AssetRow.key.in_(chunk), _is_told())):
            del wanted[told]
    return sorted(wanted.values(), key=str)


def _is_told() -> ColumnElement[bool]:
    of_a_tool = (CheckSource.DBT.value, CheckSource.EXPECTATIONS.value)
    return or_(
        AssetRow.kind != AssetKind.OTHER.value,
        exists().where(or_(EdgeRow.upstream_id == AssetRow.id, EdgeRow.downstream_id == AssetRow.id)),
        exists().where(RunRow.asset_id == AssetRow.id),
        exists().where(MeasurementRow.asset_id == AssetRow.id),
        exists().where(UsageRow.asset_id == AssetRow.id),
        exists().where(CheckRow.asset_id == AssetRow.id, CheckRow.source.in_(of_a_tool)),
    )


def save_assets(session: Session, assets: Sequence[Asset], now_ms: int) -> None:
    """Make or merge assets, seen at `now_ms`; see `merged` for who wins."""
    for chunk in chunked(assets):
        ids = asset_ids(session, (item.key for item in chunk), now_ms)
        known = _locked(session, ids.values())
        changed = {}
        for item in chunk:
            row = known[ids[str(item.key)]]
            row.update(merged(row, item, now_ms))
            changed[row["id"]] = row
        session.execute(update(AssetRow), list(changed.values()))
        _save_tags(session, changed)


def _locked(session: Session, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The rows to merge into, held against other writers, in the order of their ids."""
    columns = [getattr(AssetRow, name) for name in ("id", "first_seen_ms", "last_seen_ms", *_KEPT)]
    wanted = select(*columns).where(AssetRow.id.in_(list(ids))).order_by(AssetRow.id).with_for_update()
    return {row["id"]: dict(row) for row in session.execute(wanted).mappings()}


def merged(known: Mapping[str, Any], new: Asset, now_ms: int) -> dict[str, Any]:
    """What the row says after `new`: empty text, None and () leave what was known, and seen never goes back.

    Created is when it first was: a table that is replaced each night is as old as its first.

    Of kinds, what a tool calls its own (a model, a seed) stands over what the warehouse sees (a table), and
    OTHER stands over nothing; of equals the newer stands.
    """
    said = {
        "owner": new.owner,
        "description": new.description,
        "tags": list(new.tags),
        "columns": [{"name": c.name, "type": c.type, "description": c.description} for c in new.columns],
        "created_ms": _earlier(known["created_ms"], _ms(new.created_at)),
        "altered_ms": _ms(new.altered_at),
    }
    kept = {name: known[name] if value in (None, "", []) else value for name, value in said.items()}
    return {
        **kept,
        "kind": new.kind.value if _rank(new.kind) >= _rank(AssetKind(known["kind"])) else known["kind"],
        "meta": _meta(known["meta"], new.meta),
        "first_seen_ms": known["first_seen_ms"] or now_ms,
        "last_seen_ms": max(known["last_seen_ms"], now_ms),
    }


def _earlier(known: int | None, new: int | None) -> int | None:
    return min((ms for ms in (known, new) if ms is not None), default=None)


def _meta(known: Mapping[str, Any], new: Mapping[str, str]) -> dict[str, Any]:
    """All that was said; where the code is another than before, also when that was told."""
    changed = {"code_changed_ms": new["code_at_ms"]} if _has_new_code(known, new) else {}
    return {**known, **new, **changed}


def _has_new_code(known: Mapping[str, Any], new: Mapping[str, str]) -> bool:
    """Whether `code`, a digest, is another; both are told with the time (`code_at_ms`) of their document."""
    both = "code" in known and "code" in new and "code_at_ms" in new
    return both and known["code"] != new["code"]


def _rank(kind: AssetKind) -> int:
    return 0 if kind is AssetKind.OTHER else 2 if kind in _OF_A_TOOL else 1


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def _save_tags(session: Session, rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Bring the rows of tags to what the assets' own lists say."""
    tagged = AssetTagRow.asset_id.in_(list(rows))
    wanted = {(tag, asset_id) for asset_id, row in rows.items() for tag in row["tags"]}
    present = set(session.execute(select(AssetTagRow.tag, AssetTagRow.asset_id).where(tagged)))
    if stale := {asset_id for _, asset_id in present - wanted}:
        session.execute(delete(AssetTagRow).where(AssetTagRow.asset_id.in_(stale)))
        present = {pair for pair in present if pair[1] not in stale}
    insert_missing(session, AssetTagRow, [{"tag": tag, "asset_id": i} for tag, i in sorted(wanted - present)])
