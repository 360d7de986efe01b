"""What one read of a collector carries from page to page, and the plain way from columns to facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.facts.streams import FactStream
    from collectors.base import Record
    from collectors.snowflake.people import Names
    from collectors.snowflake.views.base import View


@dataclass(slots=True)
class Reading:
    """One pass over a source: whose it is, how people are named, and what was met so far.

    `shapes` are the statement shapes already given, so that each is given once; `snapshot_ms` is the midnight (UTC) of
    the day the source tells of; `newest_ms` is the latest time met in any row; `created` is when each relation was
    first made, dropped ones of the same name among them.
    """

    account: str
    names: Names
    snapshot_ms: int = 0
    newest_ms: int = 0
    shapes: set[str] = field(default_factory=set)
    created: dict[tuple[str, ...], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a page of a view turns into."""

    facts: tuple[tuple[FactStream, pa.Table], ...]
    records: Sequence[Record] = ()


def as_they_are(rows: pa.RecordBatch, view: View, _: Reading) -> Parts:
    """The columns are the facts."""
    return Parts(((view.stream, facts_of(rows, view.stream)),))


def facts_of(rows: pa.RecordBatch, stream: FactStream) -> pa.Table:
    """Those columns of the rows that the stream keeps, in its order."""
    return pa.Table.from_batches([rows.select(stream.schema.names)])
