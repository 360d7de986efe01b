"""Storage per table: what a day's snapshot holds. It has no credits: bytes, and money where a rate is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.model.assets import AssetKey, fold_part
from assay.model.charges import ChargeKind, Rung, Service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_BYTES = ("active_bytes", "time_travel_bytes", "failsafe_bytes", "clone_bytes")


def storage_charges(account: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """One charge a table and day from TABLE_STORAGE rows: active, time travel, fail-safe and retained-for-clone bytes.

    A dropped table is still billed while bytes are retained; one whose name is gone is nobody's. Incarnations of one
    name are summed.
    """
    sums: dict[tuple[int, str | None], int] = {}
    for row in rows:
        held = sum(row[column] or 0 for column in _BYTES)
        path = (row["database"], row["schema"], row["name"])
        key = str(AssetKey("snowflake", account, tuple(map(fold_part, path)))) if all(path) else None
        if held > 0:
            sums[row["at_ms"], key] = sums.get((row["at_ms"], key), 0) + held
    for (day_ms, asset_key), held in sums.items():
        yield {
            "resource": asset_key or "dropped tables",
            "hour_ms": day_ms,
            "service": str(Service.STORAGE),
            "kind": str(ChargeKind.STORAGE),
            "asset_key": asset_key,
            "rung": str(Rung.OBJECT if asset_key else Rung.NONE),
            "nano_credits": 0,
            "bytes": held,
        }
