"""OBJECT_DEPENDENCIES: what views and their like are made of (edges), and what else needs a relation (uses)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from assay.model.assets import AssetKey, Edge, EdgeSource
from assay.model.decisions import DeclaredUse, UseKind, UsesTold
from assay.model.time import from_ms
from collectors.snowflake.reading import Parts, Reading
from collectors.snowflake.views.base import OBJECT_VIEWER, Kind, View, columns, told_only
from collectors.snowflake.views.uses import is_relation, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import pyarrow as pa

    from collectors.base import Record

_KINDS = (
    ("STREAM", UseKind.STREAM),
    ("TASK", UseKind.TASK),
    ("POLICY", UseKind.POLICY),
    ("FUNCTION", UseKind.FUNCTION),
    ("PROCEDURE", UseKind.PROCEDURE),
)
"""Parts of a domain's name and the use it is; any other is an object's."""

_STREAM = told_only("object_dependencies")


def _parts(rows: pa.RecordBatch, view: View, reading: Reading) -> Parts:
    at = from_ms(reading.snapshot_ms)
    records = [each for row in rows.to_pylist() for each in _records(row, reading.account, view.source, at)]
    return Parts((), [*records, UsesTold(view.source, at)])


def _records(row: dict[str, str | None], account: str, source: str, at: datetime) -> Iterator[Record]:
    """A relation of the company that another object refers to: a view of it is made of it, others use it."""
    referenced = _end(row, "referenced", account)
    domain = row["referencing_domain"] or ""
    if referenced is None or not is_relation(row["referenced_domain"] or ""):
        return
    if is_relation(domain):
        if (referencing := _end(row, "referencing", account)) is not None:
            yield Edge(referenced, referencing, EdgeSource.DEPENDENCIES, at)
        return
    kind = next((kind for part, kind in _KINDS if part in domain.upper()), UseKind.OBJECT)
    names = (row["referencing_database"], row["referencing_schema"], row["referencing_name"])
    name = ".".join(name for name in names if name)
    yield DeclaredUse(referenced, kind, name, source, at, detail=domain.lower())


def _end(row: dict[str, str | None], end: str, account: str) -> AssetKey | None:
    return key_of(account, row[f"{end}_database"], row[f"{end}_schema"], row[f"{end}_name"])


VIEW = View(
    name="OBJECT_DEPENDENCIES",
    stream=_STREAM,
    columns=(
        *columns(
            Kind.TEXT,
            "referenced_database referenced_schema referenced_name=REFERENCED_OBJECT_NAME "
            "referenced_domain=REFERENCED_OBJECT_DOMAIN referencing_database referencing_schema "
            "referencing_name=REFERENCING_OBJECT_NAME referencing_domain=REFERENCING_OBJECT_DOMAIN",
            required=True,
        ),
    ),
    cursor="",
    whole=True,
    snapshot=True,
    optional=True,
    lag=timedelta(hours=3),
    look_back=timedelta(0),
    grant=OBJECT_VIEWER,
    parts=_parts,
)
