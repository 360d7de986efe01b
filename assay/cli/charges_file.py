"""The ledger written to one file, batch by batch: as much memory for a year as for a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from assay.cli.whole_file import write_whole
from assay.errors import StoreError
from assay.facts.places import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from assay.facts.files import FactFile
    from assay.model.time import Window

MOMENT = pa.timestamp("ms", tz="UTC")
COLUMNS = {
    "account": "account",
    "warehouse": "resource",
    "service": "service",
    "hour": "hour_ms",
    "query_id": "query_id",
    "kind": "kind",
    "nano_credits": "nano_credits",
    "asset_key": "asset_key",
    "rung": "rung",
    "reason": "reason",
    "known_at": "known_at_ms",
    "user": "user",
    "tag": "tag",
    "bytes": "bytes",
}
"""The file's columns and those of the ledger they are. `warehouse` is whatever resource was metered."""
_MOMENTS = frozenset({"hour", "known_at"})
_TYPES = {"nano_credits": pa.int64(), "bytes": pa.int64()}
SCHEMA = pa.schema(
    [(name, MOMENT if name in _MOMENTS else _TYPES.get(name, pa.string())) for name in COLUMNS]
    + [("provisional", pa.bool_())]
)
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Ledger:
    """A connection's ledger: its files, and which of its cells may still be restated, by `cell_name`."""

    files: Sequence[FactFile]
    provisional: frozenset[str]


def cell_name(resource: str, service: str, hour_ms: int) -> str:
    """One text for a cell, to look it up by."""
    return _BETWEEN.join((resource, service, str(hour_ms)))


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows a file holds and what they add up to."""

    rows: int
    nano_credits: int


def write_charges(file: Path, ledgers: Sequence[Ledger], window: Window | None = None) -> Written:
    """Write the rows of ledgers to a .parquet or .csv file, which appears whole or not at all.

    UsageError for any other ending and a folder that is not there; AssayError when the file cannot be written.
    """
    sums: list[int] = []
    rows = write_whole(file, SCHEMA, _counted(_batches(ledgers, window), sums))
    return Written(rows, sum(sums))


def _counted(batches: Iterable[pa.RecordBatch], sums: list[int]) -> Iterator[pa.RecordBatch]:
    """The batches; what each adds up to, in nano-credits, is put into `sums`."""
    for batch in batches:
        sums.append(pc.sum(batch.column("nano_credits")).as_py() or 0)
        yield batch


def _batches(ledgers: Sequence[Ledger], window: Window | None) -> Iterator[pa.RecordBatch]:
    """The rows of the ledgers in the order they became known, with the columns of the export."""
    inside = None
    if window is not None:
        hour = pads.field("hour_ms")
        inside = (hour >= window.start_ms) & (hour < window.end_ms)
    for ledger in ledgers:
        provisional = pa.array(sorted(ledger.provisional), pa.string())
        for file in ledger.files:
            yield from (_exported(batch, provisional) for batch in _read(file.path, inside) if batch.num_rows)


def _read(path: str, inside: pads.Expression | None) -> Iterator[pa.RecordBatch]:
    """The rows of one file of the ledger; StoreError when it is damaged or gone."""
    try:
        with told(path):
            yield from pads.dataset(path).to_batches(columns=list(COLUMNS.values()), filter=inside)
    except FileNotFoundError as error:
        raise StoreError(
            f"The file of facts {path} is gone.", hint="Restore it from a backup of the facts folder."
        ) from error


def _exported(batch: pa.RecordBatch, provisional: pa.Array) -> pa.RecordBatch:
    columns = [batch.column(column).cast(SCHEMA.field(name).type) for name, column in COLUMNS.items()]
    hours = batch.column("hour_ms").cast(pa.string())
    cells = pc.binary_join_element_wise(batch.column("resource"), batch.column("service"), hours, _BETWEEN)
    return pa.RecordBatch.from_arrays([*columns, pc.is_in(cells, value_set=provisional)], schema=SCHEMA)
