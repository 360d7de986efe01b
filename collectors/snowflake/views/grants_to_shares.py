"""GRANTS_TO_SHARES: the tables and views other accounts are given; what they read there is not in our history."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from assay.model.decisions import DeclaredUse, UseKind, UsesTold
from assay.model.time import from_ms
from collectors.snowflake.reading import Parts, Reading
from collectors.snowflake.views.base import SECURITY_VIEWER, Kind, View, columns, told_only
from collectors.snowflake.views.uses import is_relation, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from assay.model.assets import AssetKey

_STREAM = told_only("grants_to_shares")


def _parts(rows: pa.RecordBatch, view: View, reading: Reading) -> Parts:
    at = from_ms(reading.snapshot_ms)
    uses = [
        DeclaredUse(asset, UseKind.SHARE, share, view.source, at)
        for asset, share in sorted(set(_shared(rows, reading.account)), key=str)
    ]
    return Parts((), [*uses, UsesTold(view.source, at)])


def _shared(rows: pa.RecordBatch, account: str) -> Iterator[tuple[AssetKey, str]]:
    """The relations of grants that stand; a grant on a whole database or schema only lets others look into it."""
    for row in rows.to_pylist():
        if row["deleted_ms"] is None and is_relation(row["granted_on"] or ""):
            asset = key_of(account, row["database"], row["schema"], row["name"])
            if asset is not None:
                yield asset, row["share"] or ""


VIEW = View(
    name="GRANTS_TO_SHARES",
    stream=_STREAM,
    columns=(
        *columns(
            Kind.TEXT,
            "share=SHARE_NAME granted_on database=OBJECT_DATABASE|TABLE_CATALOG schema=OBJECT_SCHEMA|TABLE_SCHEMA "
            "name=OBJECT_NAME|NAME",
            required=True,
        ),
        *columns(Kind.MOMENT, "deleted_ms=DELETED_ON"),
    ),
    cursor="",
    whole=True,
    snapshot=True,
    optional=True,
    lag=timedelta(hours=3),
    look_back=timedelta(0),
    grant=SECURITY_VIEWER,
    parts=_parts,
)
